/* What every page needs: the device's time zone, a fresh token on every form, and words when a save failed. */
"use strict";
(() => {
  const cookie = (name) =>
    document.cookie.split("; ").find((part) => part.startsWith(name + "="))?.slice(name.length + 1) ?? "";
  const token = (window.csrfToken = () => cookie("__Host-csrf") || cookie("csrf"));

  /* The server needs the zone to know which date it is for the person; a cookie serves plain forms too. */
  const zone = () => Intl.DateTimeFormat().resolvedOptions().timeZone;
  const tellZone = () => {
    const here = zone();
    if (!here || cookie("zone") === here) return;
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `zone=${here}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
  };
  /* Asking the device takes a while: where the server knows one already, the page is shown first. */
  if (cookie("zone")) window.addEventListener("load", () => setTimeout(tellZone, 1000));
  else tellZone();
  document.addEventListener("DOMContentLoaded", () => {
    document.documentElement.classList.add("js");
    for (const field of document.querySelectorAll("input[data-zone]")) field.value ||= zone();
  });

  /* A page that lay open for a day holds a stale token; the cookie holds the current one. And whose page it is: somebody
     else may have signed in in another tab since. */
  const account = document.querySelector('meta[name="account"]')?.content;
  document.addEventListener("submit", (event) => {
    const field = event.target.querySelector?.('input[name="csrfmiddlewaretoken"]');
    if (!field) return;
    if (token()) field.value = token();
    if (account && !event.target.elements.page_of) {
      const whose = Object.assign(document.createElement("input"), { type: "hidden", name: "page_of", value: account });
      field.after(whose);
    }
  });
  document.addEventListener("htmx:configRequest", (event) => {
    if (account) event.detail.headers["X-Account"] = account;
    if (!token()) return;
    event.detail.headers["X-CSRFToken"] = token();
    const { formData } = event.detail;
    if (formData.has("csrfmiddlewaretoken")) formData.set("csrfmiddlewaretoken", token());
  });

  /* Words about a fault stay until something that was tapped after them is answered: an answer that was on its way
     already would take them off the page unread. */
  let toldAt = 0;
  const trouble = (kind) => {
    toldAt = performance.now();
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
    const known = { "signed-out": "signedOut", stale: "stale", away: "away", full: "full", other: "other" };
    trouble(known[kept] ?? "error");
  });
  document.addEventListener("htmx:afterSwap", ({ detail }) => {
    if (!(detail.askedAt > toldAt)) return;
    if (detail.requestConfig.triggeringEvent) document.getElementById("trouble")?.replaceChildren();
    /* What is shown now is what the day holds: the next tap on a drink is meant as another one. */
    if (detail.target.id === "context") unanswered.clear();
  });

  /* Taps come faster than answers. What goes into one place of the page is sent in turn: an answer that overtook
     another would show an older diary. A look that a later look replaces is not waited for, and not shown; one after
     something that could not be saved is not sent: it would take what was typed off the page. */
  const turns = new Map();
  const waiting = new Map();
  const takeTurn = ({ xhr, target, requestConfig }) => {
    const isLook = requestConfig.verb === "get";
    const last = turns.get(target.id);
    const turn = { isLook, before: last?.done };
    if (isLook && last?.isLook) {
      last.isReplaced = true;
      turn.before = last.before;
    }
    turn.done = new Promise((done) =>
      xhr.addEventListener("loadend", () => done(xhr.status >= 200 && xhr.status < 400)),
    );
    turns.set(target.id, turn);
    turn.done.then(() => turns.get(target.id) === turn && turns.delete(target.id));
    const isRepeatable = requestConfig.formData.has("id");
    if (!isLook && (turn.before || isRepeatable)) waiting.set(xhr, requestConfig);
    xhr.addEventListener("loadend", () => waiting.delete(xhr));
    if (turn.before) sendAfter(turn, xhr, () => isRepeatable || waiting.delete(xhr));
    return turn;
  };
  const sendAfter = async (turn, xhr, onSend) => {
    let isAborted = false;
    /* The browser tells nobody that what was never sent was aborted. */
    xhr.abort = () => {
      isAborted = true;
      for (const name of ["abort", "loadend"]) xhr.dispatchEvent(new ProgressEvent(name));
    };
    const body = await new Promise((send) => (xhr.send = send));
    const isDone = await turn.before;
    if (turn.isLook && !isDone) xhr.abort();
    delete xhr.abort;
    delete xhr.send;
    /* A page that was left may come back, and what waited was sent then. */
    if (isAborted || (!turn.isLook && !waiting.has(xhr))) return;
    onSend();
    xhr.send(body);
  };
  /* Who leaves the page takes nothing back: what waits is sent, and so is what is on its way and has an id, for the
     browser may drop it and the server takes each id once. What was typed and not saved goes along. The worker does it
     where there is one: what a page that is going asks for does not get past it. */
  const fieldsOf = (formData) => {
    const fields = new URLSearchParams(formData);
    /* It may be stale, and would count for more than the header. */
    fields.delete("csrfmiddlewaretoken");
    return String(fields);
  };
  window.addEventListener("pagehide", () => {
    const left = [...waiting.values()].map(({ path, formData }) => ({ path, fields: fieldsOf(formData) }));
    waiting.clear();
    for (const form of unsaved()) left.push({ path: form.getAttribute("action"), fields: fieldsOf(new FormData(form)) });
    const headers = { "X-CSRFToken": token(), ...(account && { "X-Account": account }) };
    const worker = navigator.serviceWorker?.controller;
    if (worker && left.length) return worker.postMessage({ left, headers });
    for (const { path, fields } of left)
      fetch(path, { method: "POST", headers, body: new URLSearchParams(fields), redirect: "manual", keepalive: true }).catch(() => {});
  });
  /* The answer before may take the button off the page, and the place with it: this answer goes where that place is
     now, and what goes wrong is still heard. */
  document.addEventListener("htmx:beforeSend", ({ detail }) => {
    const { elt, xhr, target } = detail;
    detail.askedAt = performance.now();
    if (!target.id) return;
    /* htmx keeps back what an element asks for until its last answer is there, of several only the newest, and drops
       that too where the answer replaced the element. Only what says hx-sync wants a second tap to be nothing. */
    if (detail.requestConfig.triggeringEvent && !elt.closest("[hx-sync]")) elt["htmx-internal-data"].xhr = null;
    const turn = takeTurn(detail);
    xhr.addEventListener("readystatechange", () => {
      if (detail.target.isConnected) return;
      /* What a look was for went with a larger part of the page. */
      if (turn.isLook && !turn.before) turn.isReplaced = true;
      else detail.target = document.getElementById(target.id) ?? detail.target;
    });
    const isOver = new AbortController();
    const listen = (name, hear) =>
      elt.addEventListener(name, (event) => event.detail.xhr === xhr && hear(event), { signal: isOver.signal });
    listen("htmx:beforeOnLoad", (event) => turn.isReplaced && event.preventDefault());
    for (const name of ["htmx:sendError", "htmx:timeout", "htmx:responseError"])
      listen(name, ({ detail }) => elt.isConnected || document.dispatchEvent(new CustomEvent(name, { detail })));
    xhr.addEventListener("loadend", () => isOver.abort());
  });

  /* What is typed while an answer is on its way, or in another form of the part that it replaces, stays. What the
     answer is about does not: there the server knows better. */
  const isText = (field) => field.matches("textarea, input:not([type=hidden], [type=radio], [type=checkbox])");
  const isTyped = (field) => isText(field) && field.value !== field.defaultValue;
  const textsOf = (part) => [...part.querySelectorAll("textarea[id], input[id]")].filter(isText);
  document.addEventListener("htmx:beforeSend", ({ detail }) => {
    detail.sent = new Map(textsOf(detail.target).map((field) => [field, field.value]));
    const form = detail.requestConfig.elt;
    if (!form.matches?.("[data-save-first], [data-save-left]")) return;
    /* The answer closes the form: what was typed on until then would go with it. */
    for (const field of form.elements) if (isText(field)) field.readOnly = true;
    detail.xhr.addEventListener("loadend", () => { for (const field of form.elements) field.readOnly = false; });
  });
  let typed = [];
  let held = null;
  document.addEventListener("htmx:beforeSwap", ({ detail: { requestConfig, target, sent } }) => {
    const { activeElement } = document;
    held = target.contains(activeElement) ? { name: activeElement.getAttribute("aria-label") } : null;
    const isSent = (field) => field.form === requestConfig.elt.closest("form") && sent?.get(field) === field.value;
    typed = textsOf(target)
      .map((field) => ({ field, isKept: isTyped(field) && !isSent(field), isFocused: field === activeElement }))
      .filter(({ isKept, isFocused }) => isKept || isFocused);
  });
  const sameAs = ({ id, name, form }) => {
    const found = document.getElementById(id);
    return found?.name === name && found.form?.getAttribute("action") === form?.getAttribute("action") ? found : null;
  };
  document.addEventListener("htmx:afterSwap", () => {
    for (const { field, isKept, isFocused } of typed) {
      const now = sameAs(field);
      if (!now || now === field) continue;
      if (isKept) now.value = field.value;
      if (isFocused) now.focus();
    }
  });
  /* Another part may ask for the focus once all is there; but somebody is typing. */
  document.addEventListener("htmx:afterSettle", ({ target }) => {
    for (const { field, isFocused } of typed) if (isFocused) sameAs(field)?.focus();
    if (held && document.activeElement === document.body) focusIn(target);
    typed = [];
    held = null;
  });
  /* Who goes by keyboard or screen reader would be sent back to the top of the page. A button that undoes what was just
     done is not focused, because Return may be pressed twice. */
  const focusIn = (part) => {
    const same = held.name && part.querySelector(`[aria-label="${CSS.escape(held.name)}"]`);
    const wrong = part.querySelector('[aria-invalid="true"], [role="alert"]');
    const next = wrong || same || part.querySelector(".saved, .none-noted") || part;
    if (next.tabIndex < 0) next.tabIndex = -1;
    next.focus({ preventScroll: true });
    if (wrong) (wrong.closest("fieldset, .field") ?? wrong).scrollIntoView({ block: "nearest" });
  };

  /* A form whose typed text is saved by its own button only, in a part that another tap is about to replace. */
  const isChanged = (form) =>
    "unsaved" in form.dataset || [...form.elements].some((field) => isTyped(field) || isChosen(field));
  const isChosen = (field) => field.matches("[type=radio], [type=checkbox]") && field.checked !== field.defaultChecked;
  document.addEventListener("htmx:confirm", (event) => {
    const { elt, target, path } = event.detail;
    for (const form of target.querySelectorAll("form[data-save-first]"))
      if (!form.contains(elt) && isChanged(form)) form.requestSubmit();
    const details = target.id === "details" && target.querySelector("form[data-save-left]");
    if (!details || !isChanged(details)) return;
    event.preventDefault();
    if (details.getAttribute("action") === path) return;
    details.requestSubmit();
    turns.get("log")?.done.then((isSaved) => isSaved && htmx.ajax("GET", path, { target: "#details", swap: "innerHTML" }));
  });
  /* And a link to another page follows once that is saved, and what was tapped with it: the next page would be made
     before and not show it. What can't be saved keeps the page, with a word, once. */
  const PATIENCE_MS = 3000;
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));
  const unsaved = () => [...document.querySelectorAll("form:is([data-save-first], [data-save-left])")].filter(isChanged);
  let refused = null;
  document.addEventListener("input", () => { refused = null; });
  window.addEventListener("click", async (event) => {
    const link = event.target.closest?.("a[href]");
    const isElsewhere = event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
    if (!link || event.defaultPrevented || isElsewhere || link.target || link.hasAttribute("download")) return;
    const to = new URL(link.href);
    const isHere = to.hash && to.href.split("#")[0] === location.href.split("#")[0];
    if (to.origin !== location.origin || isHere) return;
    const forms = unsaved();
    const isBusy = waiting.size || [...turns.values()].some((turn) => !turn.isLook);
    if (!forms.length && !isBusy) return;
    event.preventDefault();
    link.setAttribute("aria-busy", "true");
    const places = forms.map((form) => form.getAttribute("hx-target").slice(1));
    for (const form of forms) form.requestSubmit();
    const saved = Promise.all(places.map((id) => turns.get(id)?.done));
    const others = Promise.all([...turns.values()].map((turn) => turn.done));
    await Promise.race([others, pause(PATIENCE_MS)]);
    if (refused === link.href || (await saved).every(Boolean)) return location.assign(link.href);
    link.removeAttribute("aria-busy");
    refused = link.href;
    tellUnsaved();
  });
  const tellUnsaved = () => {
    const box = document.getElementById("trouble");
    if (!box.firstChild) trouble("unsaved");
    box.lastElementChild.before(`${box.dataset.leave} `);
  };

  /* randomUUID exists only on https and localhost; a diary on a home network may have neither. */
  window.newId = () =>
    crypto.randomUUID?.() ??
    "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (c) =>
      (Number(c) ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (Number(c) / 4)))).toString(16),
    );

  /* Every tap on a drink is another one, but for the tap that repeats one whose answer never came: that may have been
     stored, and the server counts each id once. */
  const unanswered = new Map();
  const drink = (path, add) => `${path} ${add}`;
  document.addEventListener("htmx:configRequest", ({ detail: { path, formData } }) => {
    if (formData.has("add")) formData.set("id", unanswered.get(drink(path, formData.get("add")))?.shift() ?? newId());
  });
  for (const name of ["htmx:sendError", "htmx:timeout", "htmx:responseError"])
    document.addEventListener(name, ({ detail: { requestConfig: { path, formData } } }) => {
      const key = drink(path, formData.get("add"));
      if (formData.has("add")) unanswered.set(key, [...(unanswered.get(key) ?? []), formData.get("id")]);
    });

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
