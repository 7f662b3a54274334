/* Unsent words survive a reload, a lost session and a crash. A form with data-draft="name" keeps what is typed in it in this
   browser, for this person, until the server says it took them: a message on the next page carries data-sent="name". */
const user = document.body.dataset.user;
const place = (name) => `draft:${user}:${name}`;
const days = 14 * 24 * 3600 * 1000;
const keeps = (el) => el.name && !/^(hidden|password|file|submit|button)$/.test(el.type);
/* what one saw when one began to write: sent back with it, so that a draft never overwrites what others changed since */
const seen = (form) => form.hasAttribute("data-draft-version") && form.elements.version;

function read(name) {
  try {
    const draft = JSON.parse(localStorage.getItem(place(name)) || "null");
    return draft && Date.now() - draft.at < days ? draft.values : null;
  } catch {
    return null;
  }
}

function save(form) {
  const values = {};
  for (const el of form.elements) {
    if (!keeps(el)) continue;
    if (el.type === "radio" || el.type === "checkbox") {
      if (el.checked !== el.defaultChecked) (values[el.name] ??= []).push([el.value, el.checked]);
    } else if (el.value !== el.defaultValue && (el.tagName !== "SELECT" || el.selectedIndex > -1)) values[el.name] = el.value;
  }
  try {
    const worth = [...form.elements].some((el) => keeps(el) && el.tagName !== "SELECT" && typeof values[el.name] === "string" && values[el.name].trim());
    if (worth && seen(form)) values.version = form.elements.version.value;
    if (worth) localStorage.setItem(place(form.dataset.draft), JSON.stringify({ at: Date.now(), values }));
    else localStorage.removeItem(place(form.dataset.draft));
  } catch { /* a full or forbidden store costs the draft, not the page */ }
}

function restore(form) {
  const values = read(form.dataset.draft);
  if (!values || form.dataset.restored) return;
  form.dataset.restored = "yes";
  let words = false;
  if (seen(form) && values.version) form.elements.version.value = values.version;
  for (const [name, value] of Object.entries(values)) {
    for (const el of form.elements) {
      if (el.name !== name || !keeps(el)) continue;
      if (Array.isArray(value)) {
        for (const [option, checked] of value) if (el.value === option) el.checked = checked;
      } else if (el.value === el.defaultValue || !el.value) {
        el.value = value;
        words ||= Boolean(value.trim());
      }
    }
  }
  if (words) {
    form.closest("details")?.setAttribute("open", "");
    form.dispatchEvent(new Event("change", { bubbles: true }));
    const note = form.querySelector("[data-draft-note]");
    if (note) note.hidden = false;
  }
}

function settle(scope) {
  for (const message of scope.querySelectorAll("[data-sent]")) {
    for (const name of message.dataset.sent.split(" ")) localStorage.removeItem(place(name));
  }
}

document.addEventListener("click", (event) => {
  const form = event.target.closest("[data-draft-forget]")?.closest("form[data-draft]");
  if (!form) return;
  form.reset();
  localStorage.removeItem(place(form.dataset.draft));
  location.reload();
});

let pending = 0;
document.addEventListener("input", (event) => {
  const form = event.target.closest?.("form[data-draft]");
  if (!form) return;
  clearTimeout(pending);
  pending = setTimeout(() => save(form), 150);
});
document.addEventListener("submit", (event) => event.target.dataset.draft && save(event.target), true);
window.addEventListener("pagehide", () => document.querySelectorAll("form[data-draft]").forEach(save));
document.addEventListener("htmx:afterSettle", (event) => {
  settle(document);
  const scope = event.target.parentElement || document;
  scope.querySelectorAll("form[data-draft]").forEach(restore);
});
settle(document);
document.querySelectorAll("form[data-draft]").forEach(restore);
