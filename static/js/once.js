/* What writes is sent once. While a form is on its way it is not sent again; the second click of a double click is no second
   order; and a key takes nothing from a form that was answered only just now. Dropped in silence: the first is under way. */
const LOOK = 500; // ms: whoever presses on purpose takes longer, a second press of the same key does not
const PATIENCE = 10_000; // ms: what did not come in this time may be asked for again
/* one after another under the same pointer, on purpose: putting notices away says data-in-a-row */
const writes = (form) => form?.getAttribute("method") === "post" && !form.hasAttribute("data-in-a-row");
const since = (moments, form) => performance.now() - (moments.get(form) ?? -Infinity);
const sent = new WeakMap();
const answered = new WeakMap();

function drop(event) {
  event.preventDefault();
  event.stopImmediatePropagation();
}

/* before htmx, which would keep a second submit and send it after the first one's answer */
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!writes(form)) return;
  if (since(sent, form) < PATIENCE) drop(event);
  else sent.set(form, performance.now());
}, true);
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  const form = detail.requestConfig.elt;
  if (sent.delete(form)) answered.set(form, performance.now());
});
/* who comes back to a page finds its forms open */
window.addEventListener("pageshow", (event) => event.persisted && document.querySelectorAll("form").forEach((form) => sent.delete(form)));

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("button");
  if (button?.type !== "submit" || !writes(button.form)) return;
  const byKey = event.detail === 0; // Enter and a key's own click count no clicks
  if (event.detail > 1 || (byKey && since(answered, button.form) < LOOK)) drop(event);
}, true);
