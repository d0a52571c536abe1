/* What every page needs: the device's time zone, a fresh token on every form, and words when a save failed. */
"use strict";
(() => {
  const cookie = (name) =>
    document.cookie.split("; ").find((part) => part.startsWith(name + "="))?.slice(name.length + 1) ?? "";
  const token = () => cookie("__Host-csrf") || cookie("csrf");

  /* The server needs the zone to know which date it is for the person; a cookie serves plain forms too. */
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone && cookie("zone") !== zone) {
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `zone=${zone}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
  }
  document.addEventListener("DOMContentLoaded", () => {
    document.documentElement.classList.add("js");
    for (const field of document.querySelectorAll("[data-zone]")) field.value ||= zone;
  });

  /* A page that lay open for a day holds a stale token; the cookie holds the current one. */
  document.addEventListener("submit", (event) => {
    const field = event.target.querySelector?.('input[name="csrfmiddlewaretoken"]');
    if (field && token()) field.value = token();
  });
  document.addEventListener("htmx:configRequest", (event) => {
    if (!token()) return;
    event.detail.headers["X-CSRFToken"] = token();
    if ("csrfmiddlewaretoken" in event.detail.parameters) event.detail.parameters.csrfmiddlewaretoken = token();
  });

  const trouble = (kind) => {
    const box = document.getElementById("trouble");
    box.replaceChildren(box.dataset[kind], " ");
    if (kind === "signedOut") {
      const link = document.createElement("a");
      link.href = box.dataset.signInUrl;
      link.target = "_blank";
      link.textContent = box.dataset.signIn;
      box.append(link, " ");
    }
    const close = document.createElement("button");
    close.type = "button";
    close.className = "link";
    close.textContent = box.dataset.close;
    close.addEventListener("click", () => box.replaceChildren());
    box.append(close);
  };
  document.addEventListener("htmx:sendError", () => trouble("offline"));
  document.addEventListener("diary:lost", () => trouble("offline"));
  document.addEventListener("htmx:timeout", () => trouble("offline"));
  document.addEventListener("htmx:responseError", (event) => {
    const kept = event.detail.xhr.getResponseHeader("X-Kept");
    const known = { "signed-out": "signedOut", stale: "stale", away: "away", full: "full" };
    trouble(known[kept] ?? "error");
  });
  document.addEventListener("htmx:afterSwap", () => document.getElementById("trouble")?.replaceChildren());

  /* randomUUID exists only on https and localhost; a diary on a home network may have neither. */
  window.newId = () =>
    crypto.randomUUID?.() ??
    "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (c) =>
      (Number(c) ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (Number(c) / 4)))).toString(16),
    );

  /* What is needed without a connection comes after everything that is needed now. */
  window.addEventListener("load", () => {
    for (const src of document.getElementById("waiting-parts")?.dataset.scripts.split(" ") ?? [])
      document.head.append(Object.assign(document.createElement("script"), { src, async: false }));
  });

  /* A page taken back from the browser's own cache shows old rows and used ids: fetch it anew. */
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });
})();
