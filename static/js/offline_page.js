/* The page without a connection: the date, the spots that this device knows, and a mark for the day that it is. */
"use strict";
(() => {
  const lang = document.documentElement.lang.replace(/^en$/, "en-GB");
  let timeZone;
  /* 2026-11-23: the way Swedes write it. */
  const today = () => new Intl.DateTimeFormat("sv-SE", { timeZone }).format(Date.now());

  const showSpots = async () => {
    const spots = (await outbox.fact("spots")) ?? [];
    const forms = spots.map(({ location, side, name }) => {
      const form = document.getElementById("spot").content.firstElementChild.cloneNode(true);
      form.elements.id.value = newId();
      form.elements.location.value = location;
      form.elements.side.value = side;
      form.querySelector("b").textContent = name;
      form.querySelector(".pick").setAttribute("aria-label", name);
      for (const button of form.querySelectorAll("button"))
        button.setAttribute("aria-label", `${name}: ${button.value}, ${button.title}`);
      return form;
    });
    document.getElementById("spots").replaceChildren(...forms);
    document.getElementById("spots-card").hidden = !forms.length;
    for (const form of forms) htmx.process(form);
  };

  const start = async () => {
    timeZone = (await outbox.fact("zone")) || undefined;
    const form = { weekday: "long", day: "numeric", month: "long", timeZone };
    document.getElementById("date").textContent = new Intl.DateTimeFormat(lang, form).format();
    if (!(await outbox.fact("account"))) {
      for (const id of ["kept-words", "logging"]) document.getElementById(id).hidden = true;
      document.getElementById("nobody-words").hidden = false;
      return;
    }
    await showSpots();
  };

  /* The page may lie open past midnight: the day is that of the tap. */
  document.addEventListener("htmx:configRequest", (event) => {
    if (event.detail.elt.id === "none") event.detail.path = `/days/${today()}/no-twitches/`;
  });

  /* The server took it: it is there again, and so is the real page. */
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.successful) location.replace("/");
  });

  /* "/" is where Today is; any other address is the page that could not be shown. */
  if (location.pathname !== "/offline/") document.getElementById("again").href = location.href;

  document.addEventListener("diary:outbox", start);
})();
