// Sends each answer as soon as it is chosen, one after another; the latest choice wins.
// Use: <form data-autosave="address"> with data-saving|saved|retry|offline|closed and a
// form_token; messages go to [data-status]. Without this file the form saves when sent.
const form = document.querySelector("form[data-autosave]");
const lines = document.querySelectorAll("[data-status]");
const words = form.dataset;
const key = "masar" + words.autosave.replace(/^\/[a-z]+/, ""); // the same in each language
let waiting = {}; // item -> value, not yet acknowledged
let busy = false;
let stopped = false;
let delay = 1; // seconds
let timer;

function say(text, isBad) {
  for (const line of lines) {
    line.textContent = text;
    line.toggleAttribute("data-bad", Boolean(isBad));
  }
}

function keep() {
  try {
    if (Object.keys(waiting).length) localStorage.setItem(key, JSON.stringify(waiting));
    else localStorage.removeItem(key);
  } catch {
    // No storage: they wait in memory.
  }
}

function later() {
  say(navigator.onLine ? words.retry : words.offline, true);
  timer = setTimeout(send, delay * 1000);
  delay = Math.min(delay * 2, 30);
}

async function post(item, value) {
  const stop = new AbortController();
  const slow = setTimeout(say, 800, words.saving);
  const late = setTimeout(() => stop.abort(), 20000);
  try {
    return await fetch(words.autosave, {
      method: "POST",
      headers: { "x-form-token": form.elements.form_token.value },
      body: new URLSearchParams({ item, value }),
      credentials: "same-origin",
      keepalive: true,
      signal: stop.signal,
    });
  } catch {
    return null; // no network
  } finally {
    clearTimeout(slow);
    clearTimeout(late);
  }
}

async function send() {
  const item = Object.keys(waiting)[0];
  if (busy || stopped || !item) return;
  clearTimeout(timer);
  busy = true;
  const value = waiting[item];
  const answer = await post(item, value);
  busy = false;
  const status = answer ? answer.status : 0;
  const isRefused = status >= 400 && status < 500 && status !== 408 && status !== 429;
  if (status !== 204 && !isRefused) return later(); // also a hotspot's sign-in page
  delay = 1;
  if (status === 409) waiting = {};
  // Wrong item or value: no use trying again. Unknown browser, old form: keep, stop.
  else if (status === 401 || status === 403) stopped = true;
  else if (waiting[item] === value) delete waiting[item];
  keep();
  if (status === 409) return location.assign(words.closed);
  if (status === 204) {
    if (Object.keys(waiting).length) return send();
    return say(words.saved.replace("{time}", new Date().toTimeString().slice(0, 5)));
  }
  const problem = await answer.json().catch(() => ({}));
  say(problem.title || words.retry, true);
  send();
}

try {
  waiting = JSON.parse(localStorage.getItem(key)) || {};
} catch {
  // No storage, or unreadable.
}
for (const item of Object.keys(waiting)) {
  const radios = form.elements["a." + item];
  if (radios) radios.value = waiting[item];
}
form.addEventListener("change", ({ target }) => {
  if (!target.name.startsWith("a.")) return;
  waiting[target.name.slice(2)] = target.value;
  keep();
  send();
});
addEventListener("online", () => {
  delay = 1;
  send();
});
addEventListener("beforeunload", (event) => {
  if (Object.keys(waiting).length && !navigator.onLine) event.preventDefault();
});
send();
