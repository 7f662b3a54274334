/* Light, dark or as the system. The server writes data-theme from the cookie, so there is no flash; without scripts the
   same buttons post to /preferences. Also: menus that close when one clicks elsewhere, and things one puts away. */
const root = document.documentElement;
const stored = () => document.cookie.match(/(?:^|; )theme=(\w*)/)?.[1] ?? "";

function show(theme) {
  if (theme) root.dataset.theme = theme;
  else delete root.dataset.theme;
  for (const button of document.querySelectorAll("[data-theme-set]")) {
    const on = button.dataset.themeSet === theme;
    button.setAttribute("aria-pressed", String(on));
    button.querySelector(".tick").hidden = !on;
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-theme-set]");
  if (button) {
    event.preventDefault();
    document.cookie = `theme=${button.dataset.themeSet}; path=/; max-age=31536000; samesite=lax`;
    show(button.dataset.themeSet);
  }
  const dismiss = event.target.closest("[data-dismiss]");
  // a notice with a form is put away by the server; only what is on this page alone is removed here
  if (dismiss && dismiss.type === "button") dismiss.closest(dismiss.dataset.dismiss)?.remove();
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector("details[data-menu][open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

show(stored());
const mac = /Mac|iPhone|iPad/.test(navigator.platform);
if (mac) for (const key of document.querySelectorAll("[data-mod]")) key.textContent = key.textContent.replace("Ctrl ", "⌘ ");
