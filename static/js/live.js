/* What happens around htmx: a hidden tab does not poll, a lost line is said once and plainly, messages fade, the finder's list
   is walked with the arrows, and the cap gauge shows what the chosen remedy would take. */
document.addEventListener("htmx:beforeRequest", (event) => {
  const polled = event.detail.requestConfig.triggeringEvent === undefined || event.detail.requestConfig.triggeringEvent === null;
  if (polled && document.hidden) event.preventDefault();
});

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

/* a refusal that came back is shown where one looks */
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.target.id === "refusal" && event.target.firstElementChild) event.target.scrollIntoView({ block: "center" });
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

/* what the choice in hand would take of each cap */
document.addEventListener("change", (event) => {
  const form = event.target.closest("[data-previews-cap]");
  if (!form) return;
  const chosen = form.querySelector("[data-cost]:checked");
  const cost = Number(chosen?.dataset.cost || 0);
  for (const gauge of document.querySelectorAll("[data-gauge]")) {
    const ceiling = Number(gauge.dataset.ceiling) || 0;
    const used = Number(gauge.dataset.used) || 0;
    const would = gauge.querySelector(".would");
    if (!ceiling || !would) continue;
    would.setAttribute("width", String(Math.min(100 - Math.min(100, (100 * used) / ceiling), (100 * cost) / ceiling)));
    would.classList.toggle("over", used + cost > ceiling);
  }
});
