/* The keyboard. Anything with data-key="r" is pressed (or focused, if it is a field) by that key; g then a letter goes to a
   screen; j and k walk the rows of a list; Ctrl/⌘ Enter sends the form one is in. Single keys keep quiet while one types,
   and altogether when switched off (WCAG 2.1.4). Held down, a key is pressed once, unless it only walks. */
const typing = (el) => el && (el.isContentEditable || /^(TEXTAREA|SELECT)$/.test(el.tagName) ||
  (el.tagName === "INPUT" && !/^(checkbox|radio|submit|button)$/.test(el.type)));
const on = () => document.body.dataset.keys !== "off";
let waiting = "";
let timer = 0;

/* A key that sends something sends what one has looked at. When we moved the focus, or changed what keys would send, those
   keys keep quiet for half a second, so that a second press meant for the old is not taken for the new. A step of one's
   own, with j or k, ends it. */
const LOOK = 500; // ms
let moved = -LOOK;
const unseen = () => performance.now() - moved < LOOK;
const sends = (el) => el?.type === "submit" && el.form?.getAttribute("method") === "post";
const keys = () => [...new Set([...document.querySelectorAll("[data-key]")].map((el) => el.dataset.key))];
const meant = () => new Map(keys().map((key) => [key, find(key)]).filter(([, el]) => sends(el))
  .map(([key, el]) => [key, `${el.form.getAttribute("action")} ${el.name}=${el.value}`]));
let before = new Map();
document.addEventListener("htmx:beforeSwap", () => (before = meant()));
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  const now = meant();
  if (detail.requestConfig.verb !== "get" || [...before].some(([key, what]) => now.get(key) !== what)) moved = performance.now();
  before = new Map();
});
/* a whole page that a key sent for is as new */
let pressing = false;
document.addEventListener("submit", (event) => pressing && !event.defaultPrevented && sessionStorage.setItem("sent-by-key", "yes"));
if (sessionStorage.getItem("sent-by-key")) moved = performance.now();
sessionStorage.removeItem("sent-by-key");

function press(el) {
  if (el.matches(".row-link")) {
    moved = performance.now();
    el.focus();
    el.scrollIntoView({ block: "nearest" });
  } else if (/^(INPUT|TEXTAREA|SELECT)$/.test(el.tagName) && el.type !== "radio" && el.type !== "checkbox") {
    el.closest("details")?.setAttribute("open", "");
    el.focus();
    el.scrollIntoView({ block: "nearest" });
  } else if (el.tagName === "DETAILS") {
    el.open = true;
    el.scrollIntoView({ block: "nearest" });
    el.querySelector("input:not([type=hidden]), select, textarea, button")?.focus();
  } else {
    pressing = true;
    el.click();
    pressing = false;
    el.focus();
  }
}

const visible = (el) => el.checkVisibility?.() ?? el.offsetParent !== null;
/* In a list of things that each have the same keys, [data-scope], a key is meant for the one the focus is in. */
function find(key) {
  const scope = document.activeElement?.closest("[data-scope]");
  const all = [...document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)].filter(visible);
  return all.find((el) => scope && el.closest("[data-scope]") === scope) || all.find((el) => !el.closest("[data-scope]")) || all[0]?.closest("[data-scope]").querySelector(".row-link");
}

function walk(step) {
  const rows = [...document.querySelectorAll("a.row, .row-link")].filter(visible);
  if (!rows.length) return false;
  moved = -LOOK;
  const here = document.activeElement?.closest("[data-scope]")?.querySelector(".row-link") ?? document.activeElement;
  const at = rows.indexOf(here);
  const next = rows[at < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.min(Math.max(at + step, 0), rows.length - 1)];
  next.focus();
  next.scrollIntoView({ block: "nearest" });
  return true;
}

function help() {
  const here = document.getElementById("help-here");
  here.replaceChildren();
  const told = new Set();
  for (const el of document.querySelectorAll("main [data-key]")) {
    if (told.has(el.dataset.key)) continue;
    told.add(el.dataset.key);
    const dt = document.createElement("dt");
    const kbd = dt.appendChild(document.createElement("kbd"));
    kbd.textContent = el.dataset.key;
    const dd = document.createElement("dd");
    dd.textContent = el.dataset.label || el.getAttribute("aria-label") || el.labels?.[0]?.textContent.trim() ||
      (el.tagName === "DETAILS" ? el.querySelector("summary").textContent.trim() : el.firstChild && el.innerText.split("\n")[0].trim());
    here.append(dt, dd);
  }
  document.getElementById("help").showModal();
}

document.addEventListener("recovery:press", (event) => press(event.target));
document.addEventListener("click", (event) => {
  const opener = event.target.closest('[data-open="help"]');
  if (opener) {
    opener.closest("details")?.removeAttribute("open");
    help();
  }
});

document.addEventListener("keydown", (event) => {
  const breaks = event.target.tagName === "TEXTAREA" && !event.ctrlKey && !event.metaKey;
  if (event.key === "Enter" && event.repeat && !breaks) return event.preventDefault();
  if (event.key === "Enter" && unseen() && event.target.matches(".row-link")) return event.preventDefault();
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    const form = event.target.closest("form");
    const send = form?.querySelector('button[type="submit"].primary, button[type="submit"]');
    if (send) {
      event.preventDefault();
      send.click();
    }
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (event.key === "Escape" && typing(document.activeElement)) return document.activeElement.blur();
  if (!on() || typing(event.target) || document.querySelector("dialog[open]")) return;
  const key = event.key;
  if (event.repeat && !/^[jk]$/.test(key)) return;
  const chord = waiting ? `${waiting} ${key}` : key;
  clearTimeout(timer);
  if (waiting) {
    waiting = "";
    const link = [...document.querySelectorAll("#palette-screens a")].find(
      (a) => a.querySelector("kbd").textContent.toLowerCase() === chord.toLowerCase());
    if (link) {
      event.preventDefault();
      link.click();
    }
    return;
  }
  let done = true;
  if (key === "g") {
    waiting = "g";
    timer = setTimeout(() => (waiting = ""), 1200);
  } else if (key === "?") help();
  else if (key === "j") done = walk(1);
  else if (key === "k") done = walk(-1);
  else if (find(key)) sends(find(key)) && unseen() || press(find(key));
  else if (key === "n") document.getElementById("go-log")?.click();
  else if (key === "/") document.querySelector('[data-open="palette"]')?.click();
  else done = false;
  if (done) event.preventDefault();
});

/* Whatever was dealt with leaves the list: the focus goes on to the next one, or to the one before where it was the last. */
let leaving = null;
document.addEventListener("htmx:beforeRequest", (event) => {
  const scope = event.target.closest?.("[data-scope]");
  if (event.detail.requestConfig.verb === "get" || !scope) return;
  const all = [...document.querySelectorAll("[data-scope]")];
  const at = all.indexOf(scope);
  leaving = { gone: scope.id, next: [...all.slice(at + 1), ...all.slice(0, at).reverse()].map((el) => el.id) };
});
/* only a refusal ends the wait: whatever else settles meanwhile, such as a poll, is not its answer */
document.addEventListener("htmx:afterRequest", ({ target, detail }) => {
  if (detail.requestConfig.verb !== "get" && detail.xhr.status >= 400 && target.closest?.("[data-scope]")?.id === leaving?.gone) leaving = null;
});
/* at once, so that no key falls between two rows; whoever went elsewhere meanwhile, or writes there, stays there */
document.addEventListener("htmx:afterSwap", () => {
  if (!leaving || document.getElementById(leaving.gone)) return;
  const { next } = leaving;
  leaving = null;
  if (document.activeElement !== document.body) return;
  const to = next.map((id) => document.getElementById(id)).find(Boolean)?.querySelector(".row-link");
  to?.focus();
  to?.scrollIntoView({ block: "nearest" });
});
