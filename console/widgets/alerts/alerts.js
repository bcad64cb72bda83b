// Notifications of the browser, where the operator has allowed them: shown while they look at something else. What one
// tab has shown, or somebody has seen as a toast, no other tab shows. IndexedDB keeps which those are, since its
// transactions hold for all tabs of a browser; of localStorage each process reads a copy that may be late.
const DATABASE = "draft-maker";
const NOTIFIED = "notified";
const KEPT = 50;

function attended() {
  return document.visibilityState === "visible" && document.hasFocus();
}

function opened() {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open(DATABASE);
    asked.onupgradeneeded = () => {
      const store = asked.result.createObjectStore(NOTIFIED, { keyPath: "number", autoIncrement: true });
      store.createIndex("id", "id", { unique: true });
    };
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}

// Whether this tab is the first to keep the id: adding one that another tab has added fails.
async function first(id) {
  const database = await opened();
  return new Promise((resolve) => {
    const adding = database.transaction(NOTIFIED, "readwrite");
    const store = adding.objectStore(NOTIFIED);
    const asked = store.add({ id });
    asked.onsuccess = () => store.delete(IDBKeyRange.upperBound(asked.result - KEPT));
    adding.oncomplete = () => resolve(true);
    adding.onabort = () => resolve(false);
  }).finally(() => database.close());
}

async function notify({ id, title, text }) {
  if (!attended() && Notification.permission !== "granted") return;
  const news = await first(id).catch(() => true); // a browser that keeps nothing: the tag has one replace the other
  if (!news || attended()) return;
  try {
    const shown = new Notification(title, { body: text, tag: id });
    shown.onclick = () => window.focus();
  } catch {
    // some telephones take notifications of a service worker only
  }
}

function offer(root) {
  const button = root.querySelector("button");
  const state = root.querySelector(".state");
  if (!button) return;
  const can = "Notification" in window && window.isSecureContext;
  const now = can ? Notification.permission : "impossible";
  button.hidden = now !== "default";
  state.textContent = {
    default: "",
    granted: "This browser notifies you while you look at something else and a screen of the console is open.",
    denied: "This browser is set to show no notifications of this page: allow them in its settings of the site.",
    impossible: "This browser shows notifications only of a page by https, or of this machine.",
  }[now];
  button.onclick = async () => {
    await Notification.requestPermission();
    offer(root);
  };
}

export default function ({ data, parentElement }) {
  offer(parentElement);
  if ("Notification" in window) data.news.forEach(notify);
}
