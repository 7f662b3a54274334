/* Ctrl/⌘ K: one box for every screen, every action of this page, every customer and case. Screens and actions are matched
   here; people and cases come from the server by htmx. Without scripts the box's form still searches the cases. */
const dialog = document.getElementById("palette");
const input = document.getElementById("palette-q");
const list = document.getElementById("palette-list");
const actions = document.getElementById("palette-actions");
let at = 0;

const options = () => [...list.querySelectorAll('[role="option"]')].filter((el) => !el.hidden);

function select(index) {
  const all = options();
  at = all.length ? (index + all.length) % all.length : 0;
  all.forEach((el, i) => el.setAttribute("aria-selected", String(i === at)));
  if (all[at]) {
    all[at].id ||= `option-${at}-${Math.random().toString(36).slice(2, 7)}`;
    input.setAttribute("aria-activedescendant", all[at].id);
    all[at].scrollIntoView({ block: "nearest" });
  } else input.removeAttribute("aria-activedescendant");
}

function narrow() {
  const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const el of list.querySelectorAll("#palette-actions [role=option], #palette-screens [role=option]")) {
    const text = el.textContent.toLowerCase();
    el.hidden = !words.every((word) => text.includes(word));
  }
  if (!words.length) document.getElementById("palette-found").replaceChildren();
  select(0);
}

/* what this page offers: every element that carries data-command="What it is called" */
function gather() {
  actions.replaceChildren();
  for (const source of document.querySelectorAll("[data-command]")) {
    if (source.getAttribute("aria-disabled") === "true") continue;
    const option = document.createElement("button");
    option.type = "button";
    option.className = "option";
    option.setAttribute("role", "option");
    option.tabIndex = -1;
    const shape = source.querySelector("svg");
    if (shape) option.append(shape.cloneNode(true));
    const words = option.appendChild(document.createElement("span"));
    words.textContent = source.dataset.command;
    if (source.dataset.key) option.appendChild(document.createElement("kbd")).textContent = source.dataset.key.toUpperCase();
    option.addEventListener("click", () => {
      dialog.close();
      source.dispatchEvent(new CustomEvent("recovery:press", { bubbles: true }));
    });
    actions.append(option);
  }
}

function open() {
  for (const menu of document.querySelectorAll("details[data-menu][open]")) menu.open = false;
  gather();
  input.value = "";
  narrow();
  dialog.showModal();
  input.focus();
}

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key.toLowerCase() === "k") {
    event.preventDefault();
    if (event.repeat) return;
    dialog.open ? dialog.close() : open();
  }
});
document.addEventListener("click", (event) => {
  if (event.target.closest('[data-open="palette"]')) open();
  else if (event.target === dialog) dialog.close();
});
input.addEventListener("input", narrow);
input.addEventListener("keydown", (event) => {
  if (event.key === "ArrowDown") select(at + 1);
  else if (event.key === "ArrowUp") select(at - 1);
  else if (event.key === "Enter" && options()[at]) options()[at].click();
  else return;
  event.preventDefault();
});
list.addEventListener("htmx:afterSwap", () => select(0));
