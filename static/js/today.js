/* Today: the sheet that asks how strong, the shading of the map, Undo that leaves after 10 s, timers that tick. */
"use strict";
(() => {
  const UNDO_MS = 10_000;
  const sheet = () => document.getElementById("strength");
  let opener = null;

  const openSheet = (region) => {
    const dialog = sheet();
    const place = new URL(region.getAttribute("href"), location.href).searchParams;
    const form = dialog.querySelector("form");
    form.elements.id.value = newId();
    form.elements.date.value = document.getElementById("log").dataset.date;
    const timer = form.querySelector("[data-timer]");
    if (timer) timer.hidden = form.elements.date.value !== "";
    const token = document.querySelector("main [name=csrfmiddlewaretoken]:not([value=''])");
    if (token) form.elements.csrfmiddlewaretoken.value = token.value;
    form.elements.location.value = place.get("location") ?? "";
    offerSides(form, place.get("location"), place.get("side"));
    dialog.querySelector("h2").textContent = region.getAttribute("aria-label");
    opener = region;
    dialog.showModal();
    dialog.querySelector("h2").focus();
  };

  /* A tap is never exact: the side can be put right, and some places have a middle that no picture shows. */
  const offerSides = (form, location, side) => {
    const middles = JSON.parse(document.getElementById("middles").textContent);
    for (const radio of form.elements.side) {
      radio.checked = radio.value === side;
      radio.closest("label").hidden =
        radio.value === "middle" ? !(location in middles) : !nameOf(location, radio.value);
    }
    form.querySelector(".sheet-sides").hidden = [...form.elements.side].filter((r) => !r.closest("label").hidden).length < 2;
  };
  const nameOf = (location, side) => {
    if (side === "middle") return JSON.parse(document.getElementById("middles").textContent)[location];
    return document.querySelector(`a[data-place="${location}-${side}"]`)?.getAttribute("aria-label");
  };
  document.addEventListener("change", (event) => {
    const form = event.target.closest("dialog.sheet form");
    if (form && event.target.name === "side")
      document.getElementById("strength-title").textContent = nameOf(form.elements.location.value, event.target.value);
  });

  document.addEventListener("click", (event) => {
    const region = event.target.closest("a[data-place]");
    if (region && sheet() && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      openSheet(region);
    }
    const zone = event.target.closest("a.zone[data-view]");
    if (zone) {
      event.preventDefault();
      const radio = document.getElementById("view-" + zone.dataset.view);
      radio.checked = true;
      radio.focus();
    }
    if (event.target.closest("[data-close]")) sheet().close();
    if (event.target === sheet()) sheet().close();
  });
  document.addEventListener("close", () => opener?.focus(), true);
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.elt.closest?.("dialog.sheet")) sheet().close();
  });

  /* The timer starts on a page of its own: a plain form, not htmx. */
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-timer]");
    if (!button) return;
    event.preventDefault();
    const form = button.form;
    form.action = button.formAction;
    form.submit();
  });

  /* A logged spot changes the map: the part that was swapped says the levels of all places. */
  const shade = () => {
    const log = document.getElementById("log");
    if (!log) return;
    const levels = new Map(log.dataset.shading.split(" ").filter(Boolean).map((pair) => pair.split(":")));
    for (const region of document.querySelectorAll("a.region[data-place]")) {
      const level = levels.get(region.dataset.place);
      region.classList.remove("s0", "s1", "s2", "s3", "s4");
      if (level !== undefined) region.classList.add("s" + level);
    }
  };

  /* Details that somebody is filling in outlive a tap on another spot; those of an entry that is taken back do not. */
  const isTouched = (form) =>
    form.contains(document.activeElement) ||
    "unsaved" in form.dataset ||
    [...form.elements].some((field) => field.value !== (field.defaultValue ?? field.value) || field.checked !== field.defaultChecked);
  let kept = null;
  document.addEventListener("htmx:beforeSwap", ({ detail: { target, requestConfig } }) => {
    const form = target.id === "log" && target.querySelector("#details form");
    const isAsked = form && requestConfig.path.startsWith(form.getAttribute("action"));
    kept = form && !isAsked && isTouched(form) ? { form, field: form.querySelector(":focus") } : null;
  });
  document.addEventListener("htmx:afterSwap", () => {
    const place = document.getElementById("details");
    if (!kept || !place || place.contains(kept.form)) return;
    if (!place.querySelector("form")) {
      place.replaceChildren(kept.form);
      htmx.process(place);
      kept.field?.focus();
    }
    kept = null;
  });

  const leaveUndo = () => {
    const undo = document.querySelector(".saved[data-saved] .undo");
    if (undo) setTimeout(() => undo.matches(":focus-within, .htmx-request") || undo.remove(), UNDO_MS);
  };

  const words = new Intl.NumberFormat(document.documentElement.lang, { minimumIntegerDigits: 2 });
  const tick = () => {
    for (const timer of document.querySelectorAll("[data-started]")) {
      const seconds = Math.max(0, Math.floor((Date.now() - Date.parse(timer.dataset.started)) / 1000));
      const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
      const parts = hours ? [hours, minutes, seconds % 60] : [minutes, seconds % 60];
      timer.querySelector(".elapsed").textContent =
        "· " + parts.map((part, index) => (index ? words.format(part) : String(part))).join(":");
    }
  };

  /* The page may lie open past midnight: the date above, "No twitches today" and the day's context would be those of
     yesterday, and look like today's. */
  const { day: shownDay, date: otherDay } = document.getElementById("log")?.dataset ?? {};
  const wasToday = shownDay && otherDay === "";
  const timeZone = document.querySelector('meta[name="account"]')?.dataset.zone || undefined;
  const dateHere = () => new Intl.DateTimeFormat("sv-SE", { timeZone }).format(Date.now());
  const openedOn = dateHere();
  const isBusy = () => document.querySelector("#details form, .factor, dialog[open]");
  const turnPage = () => {
    const log = document.getElementById("log");
    if (!wasToday || log.dataset.date || log.dataset.day === shownDay || isBusy()) return;
    const saved = log.querySelector("[data-saved]")?.dataset.saved;
    location.replace(saved ? `${location.pathname}?saved=${saved}` : location.pathname);
  };
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && wasToday && dateHere() !== openedOn && !isBusy()) location.replace(location.pathname);
  });

  /* Enlarged, a picture opens on its middle, not on empty paper at its left edge. */
  document.addEventListener("change", (event) => {
    if (event.target.id !== "bodyzoom" && event.target.name !== "bodyview") return;
    for (const pan of document.querySelectorAll(".bodymap .pan"))
      pan.scrollLeft = (pan.scrollWidth - pan.clientWidth) / 2;
  });

  document.addEventListener("DOMContentLoaded", () => {
    shade();
    leaveUndo();
    tick();
    setInterval(tick, 1000);
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.target.id === "log" || event.detail.elt.id === "log") {
      shade();
      leaveUndo();
      tick();
      turnPage();
    }
  });
})();
