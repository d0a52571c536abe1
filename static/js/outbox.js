/* What waits on this device until there is a connection, and whose it is. Pages and the service worker use it. */
"use strict";
(() => {
  const LOG = "/episodes/";
  const NONE = /^\/days\/(\d{4}-\d\d-\d\d)\/no-twitches\/$/;
  const DOUBLE_TAP_MS = 1500;
  const NOT_SENT = new Set(["csrfmiddlewaretoken", "page_of", "account", "kind", "age", "zone"]);

  const open = () =>
    new Promise((resolve, reject) => {
      const asked = indexedDB.open("diary", 1);
      asked.onupgradeneeded = () => {
        asked.result.createObjectStore("entries", { keyPath: "id" });
        asked.result.createObjectStore("facts");
      };
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => reject(asked.error);
    });

  /* One request in a transaction of its own; done when it is on the disk. */
  const run = async (name, mode, work) => {
    const db = await open();
    try {
      return await new Promise((resolve, reject) => {
        const transaction = db.transaction(name, mode, { durability: "strict" });
        const asked = work(transaction.objectStore(name));
        transaction.oncomplete = () => resolve(asked.result);
        transaction.onabort = transaction.onerror = () => reject(transaction.error);
      });
    } finally {
      db.close();
    }
  };

  const entries = async () =>
    (await run("entries", "readonly", (store) => store.getAll())).sort((a, b) => a.at - b.at);

  /* Facts: "account" (the mark of who is signed in here), "zone" (the one the diary keeps to), "spots". */
  const fact = (name) => run("facts", "readonly", (store) => store.get(name));

  /* Keeps what a form held; a second tap on the same within a moment is none, where it is not known to be another.
     Null where that can't wait, or nobody is signed in on this device any more. */
  const keep = async (path, form, { label = "", account = null, isAnother = false } = {}) => {
    const day = NONE.exec(path)?.[1];
    const owner = await fact("account");
    if (!owner || (account && account !== owner) || form.has("undo") || !takes(path)) return null;
    const fields = Object.fromEntries([...form].filter(([name]) => !NOT_SENT.has(name)));
    const entry = {
      id: fields.id || (self.newId ?? (() => crypto.randomUUID()))(),
      account: owner,
      at: Date.now(),
      zone: (await fact("zone")) || Intl.DateTimeFormat().resolvedOptions().timeZone,
      label,
      fields: day ? { kind: "none", date: day } : { ...fields, kind: "twitch" },
    };
    const same = (other) =>
      entry.at - other.at < DOUBLE_TAP_MS &&
      ["kind", "location", "side", "strength", "date"].every((name) => other.fields[name] === entry.fields[name]);
    const twin = !isAnother && (await entries()).find((other) => other.account === owner && same(other));
    if (twin) return twin;
    await run("entries", "readwrite", (store) => store.put(entry));
    return entry;
  };
  const takes = (path) => path === LOG || NONE.test(path);

  self.outbox = {
    entries,
    fact,
    keep,
    takes,
    remember: (name, value) => run("facts", "readwrite", (store) => store.put(value, name)),
    put: (entry) => run("entries", "readwrite", (store) => store.put(entry)),
    remove: (id) => run("entries", "readwrite", (store) => store.delete(id)),
    forget: () => run("facts", "readwrite", (store) => store.clear()),
  };
})();
