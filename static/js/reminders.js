/* The switch "on this device": asks the browser when somebody taps it, and says calmly what became of it. */
"use strict";
(() => {
  const box = document.getElementById("device");
  const field = box.querySelector("#on-device");
  const { key, url } = box.dataset;

  const send = (address, body) => {
    const headers = { "X-CSRFToken": csrfToken() };
    return fetch(address, { method: "POST", headers, body, redirect: "manual" });
  };

  const say = (state, words = "") => {
    for (const line of box.querySelectorAll("[data-state]")) line.hidden = line.dataset.state !== state;
    box.querySelector('[data-state="refused"]').textContent = words;
  };
  const renewList = () =>
    htmx.ajax("GET", location.pathname, { target: "#devices", select: "#devices", swap: "outerHTML" });
  const ownRow = () => box.querySelector("#devices [data-current] form");

  /* --- what this browser can do --- */
  const isApple = /iPhone|iPad/.test(navigator.userAgent) || (/Mac/.test(navigator.userAgent) && navigator.maxTouchPoints > 1);
  const isInstalled = navigator.standalone || matchMedia("(display-mode: standalone)").matches;
  const can = "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;

  const asText = (bytes) =>
    btoa(String.fromCharCode(...new Uint8Array(bytes))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  /* Made with another key of this copy it is of no use any more. */
  const fits = ({ options }) => !options.applicationServerKey || asText(options.applicationServerKey) === key;
  const subscribed = async () => {
    const registration = await navigator.serviceWorker.getRegistration("/");
    return (await registration?.pushManager.getSubscription()) ?? null;
  };

  /* --- on and off --- */
  const switchOn = async () => {
    const answer = await Notification.requestPermission();
    if (answer !== "granted") return say(answer === "denied" ? "denied" : "closed");
    await navigator.serviceWorker.register("/sw.js");
    const { pushManager } = await navigator.serviceWorker.ready;
    const old = await pushManager.getSubscription();
    if (old && !fits(old)) await old.unsubscribe();
    const wish = { userVisibleOnly: true, applicationServerKey: key };
    const made = await pushManager.subscribe(wish);
    const { endpoint, keys } = made.toJSON();
    const told = await send(url, new URLSearchParams({ endpoint, ...keys })).catch(() => null);
    if (!told?.ok) {
      await made.unsubscribe();
      return told?.status === 422 ? say("refused", (await told.json()).words) : say("failed");
    }
    field.checked = true;
    say("on");
    await renewList();
  };

  const switchOff = async () => {
    const form = ownRow();
    if (form) await send(form.action, new FormData(form));
    await (await subscribed())?.unsubscribe();
    field.checked = false;
    say("off");
    await renewList();
  };

  field.addEventListener("change", async () => {
    const isWanted = field.checked;
    /* Until the browser and the server have said yes, it is as it was. */
    field.checked = !isWanted;
    field.disabled = true;
    say("");
    try {
      await (isWanted ? switchOn() : switchOff());
    } catch {
      say("failed");
    }
    field.disabled = false;
    field.focus();
  });

  /* --- start --- */
  const start = async () => {
    if (!can) return say(isApple && !isInstalled ? "install" : "unsupported");
    box.querySelector("[data-switch]").hidden = false;
    const subscription = await subscribed();
    const isAllowed = Notification.permission === "granted";
    if (ownRow() && subscription && fits(subscription) && isAllowed) field.checked = true;
    /* Removed in the list, or forbidden in the browser meanwhile: both sides forget it. */
    else if (ownRow() || subscription) await switchOff();
    say(Notification.permission === "denied" ? "denied" : "");
  };
  start();
})();
