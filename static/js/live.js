/* What happens around htmx: a hidden tab does not poll, a lost line is said once and plainly, messages fade, and the
   finder's list is walked with the arrows. */
document.addEventListener("htmx:beforeRequest", (event) => {
  const polled = event.detail.requestConfig.triggeringEvent === undefined || event.detail.requestConfig.triggeringEvent === null;
  if (polled && (document.hidden || inFlight())) event.preventDefault();
});
/* whoever types faster than a page loads is not left without an answer */
document.addEventListener("htmx:load", ({ target }) => {
  const box = target.querySelector?.("[data-finder]");
  if (box && box.value !== box.defaultValue) box.dispatchEvent(new Event("typed-before"));
});
/* while a form is being sent no poll may take it away: its answer shows everything anew */
const inFlight = () => document.querySelector("form.htmx-request") !== null;
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.requestConfig.verb === "get" && inFlight()) event.detail.shouldSwap = false;
});

/* a live part sends back the ETag it last saw, so that nothing new costs an empty 304 */
document.addEventListener("htmx:configRequest", (event) => {
  const { elt, headers, verb } = event.detail;
  if (elt.dataset.etag) headers["If-None-Match"] = elt.dataset.etag;
  if (verb !== "get") document.getElementById("refusal")?.replaceChildren();
});
document.addEventListener("htmx:afterRequest", (event) => {
  const { elt, xhr, successful, requestConfig } = event.detail;
  const etag = xhr?.getResponseHeader("ETag");
  if (etag && "etag" in elt.dataset) elt.dataset.etag = etag.replace(/^W\//, "");
  // a refusal (422) is swapped in, so htmx calls it successful; what was written stays all the same
  if (successful && xhr.status < 400 && requestConfig.verb !== "get" && elt.tagName === "FORM" && !xhr.responseURL.includes("/sign-in/")) elt.reset();
});
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, requestConfig, elt } = event.detail;
  if (xhr.responseURL.includes("/sign-in/")) {
    event.detail.shouldSwap = false; // the sign-in page is no part of this one
    signedOut();
  } else if (xhr.status === 422 && xhr.getResponseHeader("HX-Retarget")) event.detail.selectOverride = ".refusal";
  else if (xhr.status < 300 && requestConfig.verb !== "get" && elt.tagName === "FORM") requestConfig.elt?.reset?.();
});

/* what somebody is in the middle of is never swapped away: half-written fields, chosen options and opened folds stay */
const inHand = (el) =>
  (/^(TEXTAREA|INPUT)$/.test(el.tagName) && el.type !== "hidden" && el.type !== "radio" && el.type !== "checkbox" && el.value !== el.defaultValue) ||
  ((el.type === "radio" || el.type === "checkbox") && el.checked !== el.defaultChecked) ||
  (el.tagName === "SELECT" && [...el.options].some((option) => option.selected !== option.defaultSelected) && el.value !== "");
if (window.Idiomorph) {
  Idiomorph.defaults.callbacks.beforeNodeMorphed = (old, fresh) => {
    // a part that keeps itself fresh, such as a line that rings
    if ("kept" in (old.dataset ?? {}) && "kept" in (fresh.dataset ?? {})) return false;
    if (!(old instanceof Element && inHand(old))) return true;
    for (const name of ["aria-invalid", "aria-describedby"]) {
      if (fresh.hasAttribute?.(name)) old.setAttribute(name, fresh.getAttribute(name));
      else old.removeAttribute(name);
    }
    return false;
  };
  Idiomorph.defaults.callbacks.beforeAttributeUpdated = (name, node) =>
    !(name === "open" && node.tagName === "DETAILS") && !(name === "data-etag" || name === "data-restored" || name === "aria-selected");
}

let away = false;
function signedOut() {
  if (away) return;
  away = true;
  const toast = say("You were signed out. What you wrote is kept in this browser. ", "warn");
  const link = toast.lastChild.appendChild(document.createElement("a"));
  link.href = location.href;
  link.textContent = "Sign in again";
}

let lost = null;
function say(text, mood) {
  const toast = document.createElement("div");
  toast.className = "toast";
  toast.dataset.mood = mood;
  toast.append(document.createElement("span"), document.createElement("div"));
  toast.lastChild.textContent = text;
  document.getElementById("messages").append(toast);
  return toast;
}
for (const name of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(name, () => (lost ??= say("We cannot reach the server just now. What you write is kept here; we keep trying.", "warn")));
}
document.addEventListener("htmx:responseError", (event) => {
  const status = event.detail.xhr.status;
  if (event.detail.requestConfig.verb !== "get") {
    say(status === 403 ? "You were signed out or your page is too old. Reload it: what you wrote is kept." : "That did not work, and nothing was changed. What you wrote is kept.", "bad");
  }
});
document.addEventListener("htmx:afterOnLoad", () => {
  lost?.remove();
  lost = null;
});

function fade() {
  for (const toast of document.querySelectorAll(".toast[data-fades]:not([data-seen])")) {
    toast.dataset.seen = "yes";
    const go = () => toast.matches(":hover, :focus-within") ? setTimeout(go, 2000) : toast.remove();
    setTimeout(go, 7000);
  }
}
fade();
document.addEventListener("htmx:afterSettle", fade);

/* a customer was chosen: on to what happened */
document.addEventListener("htmx:afterSettle", () => {
  const words = document.getElementById("log_customer_words");
  if (words && document.activeElement === document.body && document.querySelector("#log-customer input[name=customer]")) words.focus();
});

/* a refusal that came back is shown where one looks */
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.target.id !== "refusal" || !event.target.firstElementChild) return;
  event.target.scrollIntoView({ block: "center" });
  // one was told what changed meanwhile, so pressing again is meant
  const version = event.target.firstElementChild.dataset.version;
  if (version) for (const input of document.querySelectorAll("main input[name=version]")) input.value = version;
});

/* find as you type: arrows in the box walk the options below it, Enter takes one */
document.addEventListener("keydown", (event) => {
  const box = event.target.closest("[data-finder]");
  if (!box || !/^(ArrowDown|ArrowUp|Enter)$/.test(event.key)) return;
  const options = [...document.querySelectorAll(`#${box.getAttribute("aria-controls")} [role=option]`)];
  if (!options.length) return;
  const at = options.findIndex((el) => el.getAttribute("aria-selected") === "true");
  if (event.key === "Enter") {
    if (at < 0) return;
    event.preventDefault();
    return options[at].click();
  }
  event.preventDefault();
  const next = (at + (event.key === "ArrowDown" ? 1 : -1) + options.length) % options.length;
  options.forEach((el, i) => el.setAttribute("aria-selected", String(i === next)));
  box.setAttribute("aria-activedescendant", options[next].id);
  options[next].scrollIntoView({ block: "nearest" });
});

/* the words that go with a feeling */
document.addEventListener("change", (event) => {
  const says = event.target.dataset?.says;
  const opener = says && event.target.form?.querySelector("[data-opener]");
  if (opener) opener.textContent = says;
});

/* a row of tabs that is wider than the screen begins with the open one in sight */
for (const tab of document.querySelectorAll(".tabs [aria-current]")) {
  const row = tab.closest(".tabs");
  row.scrollLeft = tab.offsetLeft - row.offsetLeft - (row.clientWidth - tab.offsetWidth) / 2;
}
