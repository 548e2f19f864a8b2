// Keeps the page usable without a network: what the server has now, else what it had last.

const CACHE = "sluice-playground-@VERSION@";
const FILES = ["./", "@FILES@"];

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(FILES))
    .then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(caches.keys()
    .then((names) => Promise.all(names
      .filter((name) => name.startsWith("sluice-playground-") && name !== CACHE)
      .map((name) => caches.delete(name))))
    .then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const { method, url } = event.request;
  if (method !== "GET" || new URL(url).origin !== self.location.origin) {
    return;
  }
  event.respondWith(fetch(event.request)
    .catch(() => caches.match(event.request, { ignoreSearch: true }))
    .then((response) => response ?? Response.error()));
});
