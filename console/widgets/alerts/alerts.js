// Notifications of the browser, where the operator has allowed them: shown while they look at something else. What one
// tab has shown, or somebody has seen as a toast, no other tab shows.
const SHOWN = "draft-maker-notified";
const KEPT = 50;

function attended() {
  return document.visibilityState === "visible" && document.hasFocus();
}

function first(id) {
  const shown = JSON.parse(localStorage.getItem(SHOWN) || "[]");
  if (shown.includes(id)) return false;
  localStorage.setItem(SHOWN, JSON.stringify([...shown, id].slice(-KEPT)));
  return true;
}

function notify({ id, title, text }) {
  if (!attended() && Notification.permission !== "granted") return;
  if (!first(id) || attended()) return;
  try {
    const shown = new Notification(title, { body: text, tag: id });
    shown.onclick = () => window.focus();
  } catch {
    // some telephones take notifications of a service worker only
  }
}

// Two tabs that hear of it in the same moment would both be the first: one after the other reads what is shown.
function show(news) {
  if (navigator.locks) navigator.locks.request(SHOWN, () => notify(news));
  else notify(news);
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
  if ("Notification" in window) data.news.forEach(show);
}
