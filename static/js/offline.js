/* Keeps on this device what could not be sent, shows it, sends it once, and leaves nothing behind at sign-out. */
"use strict";
(() => {
  const SHELL = "/offline/";
  const SEND = "/offline/entry/";
  const ALIVE = "/healthz";
  const AGAIN_MS = 30_000;
  const PATIENCE_MS = 15_000;
  const AWAY = [502, 503, 504];
  /* The mark of who is signed in; "" on the pages before the sign-in; undefined where the page can't know. */
  const account = document.querySelector('meta[name="account"]')?.content;
  const isShell = "shell" in document.body.dataset;
  const parts = document.getElementById("waiting-parts").content;
  let trouble = "";

  const owner = async () => account || (isShell && (await outbox.fact("account"))) || "";

  /* --- sending --- */
  const post = (entry) => {
    const form = new URLSearchParams(entry.fields);
    form.set("id", entry.id);
    form.set("account", entry.account);
    form.set("zone", entry.zone);
    form.set("age", Math.max(0, Math.round((Date.now() - entry.at) / 1000)));
    /* The token of now, not of the time when the page was made. */
    const headers = { "X-CSRFToken": csrfToken() };
    const signal = AbortSignal.timeout(PATIENCE_MS);
    return fetch(SEND, { method: "POST", body: form, headers, redirect: "manual", signal }).catch(() => null);
  };

  const reasonOf = (answer) => {
    if (answer?.status === 409) return "other";
    const isRefusal = answer?.status === 401 || answer?.headers.get("X-Kept") === "signed-out";
    /* A redirect can only lead to the sign-in page. */
    return isRefusal || answer?.type === "opaqueredirect" ? "signed-out" : "away";
  };

  /* One by one, oldest first. What was refused stays, with the reason; the rest waits for the next time. */
  const sendAll = async () => {
    const mine = await owner();
    let sent = 0;
    trouble = "";
    for (const entry of mine ? await outbox.entries() : []) {
      if (entry.account !== mine || entry.refused) continue;
      const answer = await post(entry);
      if (answer?.ok) {
        await outbox.remove(entry.id);
        sent += 1;
      } else if (answer?.status === 422) {
        await outbox.put({ ...entry, refused: (await answer.json()).words });
      } else {
        trouble = reasonOf(answer);
        break;
      }
    }
    return sent;
  };

  /* Two tabs must not send at the same time; even if they did, the server takes each entry once. */
  const flush = async () => {
    const locks = navigator.locks;
    const sent = await (locks ? locks.request("outbox", sendAll) : sendAll());
    await show(sent);
    if (sent) renew();
    return sent;
  };

  /* Today shows what it now holds, unless somebody is in the middle of something there. */
  const renew = () => {
    const log = document.getElementById("log");
    if (isShell && !trouble) return leaveShell();
    if (!log || isShell || log.querySelector("#details *")) return;
    const focused = log.contains(document.activeElement) && document.activeElement.getAttribute("aria-label");
    const fresh = htmx.ajax("GET", location.href, { target: "#log", select: "#log", swap: "outerHTML" });
    if (focused) fresh.then(() => document.querySelector(`#log [aria-label="${CSS.escape(focused)}"]`)?.focus());
  };
  const leaveShell = () => location.replace(location.pathname === SHELL ? "/" : location.href);

  /* The connection may be back: send what waits; the page that stood in makes room for the real one. */
  const tryAgain = async () => {
    const isWaiting = (await outbox.entries()).length > 0;
    if (isWaiting) return flush();
    if (isShell && !document.querySelector("dialog[open]") && (await fetch(ALIVE).catch(() => null))?.ok) leaveShell();
  };

  /* --- showing --- */
  const piece = (name) => parts.querySelector(`[data-part="${name}"]`).cloneNode(true);
  const lang = document.documentElement.lang.replace(/^en$/, "en-GB");
  const when = new Intl.DateTimeFormat(lang, { weekday: "short", hour: "numeric", minute: "2-digit" });

  const row = (entry) => {
    const item = piece("row");
    item.querySelector("b").textContent = nameOf(entry);
    item.querySelector(".hint").textContent = [when.format(entry.at), entry.fields.note].filter(Boolean).join(" · ");
    const reason = item.querySelector(".error");
    reason.hidden = !entry.refused;
    reason.querySelector("span").textContent = entry.refused ?? "";
    const button = item.querySelector("button");
    button.setAttribute("aria-label", `${button.textContent.trim()}: ${nameOf(entry)}`);
    button.addEventListener("click", async () => {
      await outbox.remove(entry.id);
      await show();
    });
    return item;
  };
  const nameOf = (entry) => entry.label || named(entry) || piece("row").querySelector("b").textContent;
  const named = ({ fields }) => {
    const place = fields.location && document.querySelector(`a[data-place="${fields.location}-${fields.side}"]`);
    const strength = document.querySelector(`#strength button[value="${fields.strength}"]`);
    return place && [place.getAttribute("aria-label") ?? place.textContent, words(strength)].filter(Boolean).join(": ");
  };
  const words = (button) => (button?.value ? button.getAttribute("title") ?? button.textContent.trim().replace(/^\d\s*/, "") : "");

  const count = (name, number) => {
    const line = piece(name);
    line.querySelector("[data-count]").textContent = number;
    return line;
  };

  const show = async (sent = 0) => {
    const all = await outbox.entries();
    const mine = await owner();
    const own = all.filter((entry) => entry.account === mine);
    const others = all.filter((entry) => entry.account !== mine);
    const lines = [];
    if (sent) lines.push(count("sent", sent));
    if (own.length) {
      const list = piece("list");
      list.querySelector("ul").replaceChildren(...own.map(row));
      const state = own.some((entry) => !entry.refused) ? trouble || "away" : "";
      for (const hint of list.querySelectorAll("[data-state]")) hint.hidden = hint.dataset.state !== state;
      lines.push(list);
    }
    if (others.length && (isShell || account !== undefined)) {
      /* Somebody else's: told, but not shown. */
      const line = count(mine ? "others" : "sign-in", others.length);
      line.querySelector("button").addEventListener("click", async (event) => {
        if (!confirm(event.target.dataset.sure)) return;
        for (const entry of others) await outbox.remove(entry.id);
        await show();
      });
      lines.push(line);
    }
    let box = document.getElementById("waiting");
    if (!box && !lines.length) return;
    if (!box) {
      box = Object.assign(document.createElement("div"), { id: "waiting", role: "status" });
      (document.querySelector(".side-log") ?? document.getElementById("main")).prepend(box);
    }
    box.replaceChildren(...lines);
  };

  /* --- keeping what htmx could not send --- */
  const labelFor = (form, submitter) => {
    const spot = form.querySelector(".spot-words b, h2")?.textContent.trim();
    return [spot, words(submitter)].filter(Boolean).join(": ");
  };

  /* When it fails, the sheet may be open for another place. */
  const labels = new WeakMap();
  document.addEventListener("htmx:beforeSend", ({ detail: { requestConfig: config, elt } }) => {
    const form = elt.closest("form");
    if (config.verb !== "post" || !outbox.takes(config.path)) return;
    const strengths = [...form.querySelectorAll('[name="strength"]')];
    const label = config.formData.has("location")
      ? labelFor(form, strengths.find((button) => button.value === config.formData.get("strength")))
      : form.querySelector("button").textContent.trim();
    labels.set(config, label);
  });

  const rescue = (event) => {
    const { requestConfig: config, elt } = event.detail;
    if (event.type === "htmx:responseError" && !AWAY.includes(event.detail.xhr.status)) return;
    if (config?.verb !== "post" || !outbox.takes(config.path) || config.formData.has("undo")) return;
    /* Until it is known whether it could be kept, nobody is told that it is lost. */
    event.stopImmediatePropagation();
    const form = elt.closest("form");
    const label = labels.get(config);
    outbox.keep(config.path, config.formData, { label, account }).then(
      async (entry) => {
        if (!entry) return lost(event.detail);
        /* The next tap is another entry. */
        if (form.elements.id?.value === config.formData.get("id")) form.elements.id.value = newId();
        trouble = "away";
        document.getElementById("trouble").replaceChildren();
        await show();
        document.getElementById("waiting").scrollIntoView({ block: "nearest" });
      },
      () => lost(event.detail),
    );
  };
  const lost = (detail) => document.dispatchEvent(new CustomEvent("diary:lost", { detail }));
  for (const name of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) document.addEventListener(name, rescue, true);

  /* --- one-tap spots for the page without a connection --- */
  const learnSpots = () => {
    if (!document.getElementById("log") || isShell || !account) return;
    const spots = [...document.querySelectorAll("form.spot")].map((form) => ({
      location: form.elements.location.value,
      side: form.elements.side.value,
      name: form.querySelector("b").textContent,
    }));
    outbox.remember("spots", spots);
  };
  document.addEventListener("htmx:afterSettle", learnSpots);

  /* --- signing out --- */
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.matches("form[data-sign-out]")) return;
    event.preventDefault();
    await flush();
    const mine = (await outbox.entries()).filter((entry) => entry.account === account);
    if (mine.length && !confirm(form.dataset.signOut)) return;
    for (const entry of mine) await outbox.remove(entry.id);
    await leaveNothing();
    form.submit();
  });
  const leaveNothing = async () => {
    await outbox.forget();
    if (!("serviceWorker" in navigator)) return;
    for (const name of await caches.keys()) await caches.delete(name);
    for (const worker of await navigator.serviceWorker.getRegistrations()) await worker.unregister();
  };

  /* --- start --- */
  /* The network may go while the worker is fetched: the next page tries again, and what waits is sent without it. */
  const prepareWorker = async () => {
    if (!("serviceWorker" in navigator)) return;
    try {
      await navigator.serviceWorker.register("/sw.js");
    } catch (error) {
      console.warn(`Opening without a network is not ready yet: ${error.message}`);
      return;
    }
    await navigator.serviceWorker.ready;
    document.body.dataset.sw = "ready";
  };

  const start = async () => {
    document.dispatchEvent(new CustomEvent("diary:outbox"));
    if (account) {
      const pinned = document.querySelector('meta[name="account"]').dataset.zone ?? "";
      if ((await outbox.fact("account")) !== account) await outbox.forget();
      await outbox.remember("account", account);
      await outbox.remember("zone", pinned);
      learnSpots();
      prepareWorker();
    } else if (account === "") {
      /* The sign-in ran out, or was ended elsewhere: only what was never sent stays. */
      await leaveNothing();
    }
    if (account !== undefined || isShell) await flush();
  };
  window.addEventListener("online", tryAgain);
  document.addEventListener("visibilitychange", () => document.hidden || tryAgain());
  setInterval(() => document.hidden || tryAgain(), AGAIN_MS);
  start();
})();
