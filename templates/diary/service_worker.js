{% load i18n %}/* Answers for the server when it can't be reached. Keeps one page without anybody's data, and its files.
   Shows reminders, where somebody wants them on this device. */
"use strict";
importScripts("{{ outbox_url|escapejs }}");

const KEPT = "{{ version|escapejs }}";
const FILES = [{% for file in files %}"{{ file|escapejs }}",{% endfor %}];
const SHELL = FILES[0];
const AWAY = [502, 503, 504];

self.addEventListener("install", (event) => {
  self.skipWaiting();
  const whole = FILES.map((file) => (file === SHELL ? new Request(file, { cache: "reload" }) : file));
  event.waitUntil(caches.open(KEPT).then((cache) => cache.addAll(whole)));
});

self.addEventListener("activate", (event) => {
  const tidy = async () => {
    for (const name of await caches.keys()) if (name !== KEPT) await caches.delete(name);
    await self.registration.navigationPreload?.enable();
    await self.clients.claim();
  };
  event.waitUntil(tidy());
});

const kept = (file) => caches.match(file, { ignoreVary: true });

/* A visit: the real page if there is one, never a copy of it. */
const visit = async (event) => {
  const answer = await Promise.resolve(event.preloadResponse)
    .then((early) => early ?? fetch(event.request))
    .catch(() => null);
  if (answer && !AWAY.includes(answer.status)) return answer;
  return (await kept(SHELL)) ?? answer ?? Response.error();
};

/* A plain form that logs a twitch, sent while there is no connection: it waits, and the kept page shows it. */
const send = async (request) => {
  const copy = request.clone();
  const answer = await fetch(request).catch(() => null);
  if (answer && !AWAY.includes(answer.status)) return answer;
  const form = await copy.formData();
  const entry = await outbox.keep(new URL(request.url).pathname, form, { account: form.get("page_of") });
  return entry ? Response.redirect(SHELL, 303) : (answer ?? Response.error());
};

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== location.origin) return;
  if (request.mode === "navigate") {
    if (request.method === "GET") event.respondWith(visit(event));
    else if (outbox.takes(url.pathname)) event.respondWith(send(request));
  } else if (request.method === "GET" && FILES.includes(url.pathname) && url.pathname !== SHELL) {
    event.respondWith(kept(url.pathname).then((file) => file ?? fetch(request)));
  }
});

/* What was tapped right before its page was left, in the order of the taps. The browser may end the worker while it
   waits for a network that does not answer, so after a moment all that can wait is kept first. */
const SOON_MS = 2000;
const PATIENCE_MS = 15_000;
const NOT_TAKEN = [401, 403, ...AWAY];
const sendLeft = async ({ left, headers }) => {
  const account = headers["X-Account"];
  const unsent = new Map(left.map((each) => [each, null]));
  const keepAll = async () => {
    for (const each of unsent.keys()) {
      const entry = await outbox.keep(each.path, new URLSearchParams(each.fields), { account, isAnother: true });
      if (unsent.has(each)) unsent.set(each, entry);
      else if (entry) await outbox.remove(entry.id);
    }
  };
  const soon = setTimeout(keepAll, SOON_MS);
  for (const each of left) {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const sent = { method: "POST", headers, body: new URLSearchParams(each.fields), redirect: "manual", signal };
    const answer = await fetch(each.path, sent).catch(() => null);
    if (!answer || NOT_TAKEN.includes(answer.status)) continue;
    const entry = unsent.get(each);
    unsent.delete(each);
    if (entry) await outbox.remove(entry.id);
  }
  clearTimeout(soon);
  await keepAll();
};
self.addEventListener("message", (event) => event.data?.left && event.waitUntil(sendLeft(event.data)));

/* A reminder. Its words come with it; the browser insists that something is shown, so there are some here too. */
const TODAY = "{% url 'diary:today' %}";
const DEVICE = "{% url 'diary:reminders_device' %}";
const WORDS = {
  title: "{% filter escapejs %}{% translate 'A short reminder' %}{% endfilter %}",
  body: "{% filter escapejs %}{% translate 'Your page for today is still empty.' %}{% endfilter %}",
  lang: "{{ language|escapejs }}",
};

self.addEventListener("push", (event) => {
  let words = WORDS;
  try {
    words = { ...WORDS, ...event.data.json() };
  } catch {
    /* Not from us. */
  }
  const { title, body, lang } = words;
  /* The tag: a later one takes the place of one that nobody looked at. */
  event.waitUntil(self.registration.showNotification(title, { body, lang, tag: "reminder" }));
});

/* Today comes to the front where it is open; a form that is open elsewhere stays as it is. */
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const open = async () => {
    const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
    const today = pages.find((page) => new URL(page.url).pathname === TODAY);
    return today ? today.focus() : self.clients.openWindow(TODAY);
  };
  event.waitUntil(open());
});

/* The service gave this browser another address: tell it, if reminders are on here for who is signed in now. */
self.addEventListener("pushsubscriptionchange", (event) => {
  const renew = async () => {
    const { is_on: isOn, key, token } = await (await fetch(DEVICE)).json();
    if (!isOn) return;
    const wish = { userVisibleOnly: true, applicationServerKey: key };
    const fresh = event.newSubscription ?? (await self.registration.pushManager.subscribe(wish));
    const { endpoint, keys } = fresh.toJSON();
    const body = new URLSearchParams({ endpoint, ...keys });
    await fetch(DEVICE, { method: "POST", headers: { "X-CSRFToken": token }, body });
  };
  /* Nobody signed in, or no network: the next reminder finds no browser, and the settings show it as off. */
  event.waitUntil(renew().catch(() => {}));
});
