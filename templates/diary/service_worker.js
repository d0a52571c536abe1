/* Answers for the server when it can't be reached. Keeps one page without anybody's data, and its files. */
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
  const entry = await outbox.keep(new URL(request.url).pathname, await copy.formData());
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
