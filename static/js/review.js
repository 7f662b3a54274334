/* Reviewing down a list by keys: once a review is kept, the focus is on the next error, so that r 1 Enter, r 2 Enter goes on. */
let next = "";
document.addEventListener("htmx:beforeRequest", (event) => {
  if (!event.target.matches?.("form[data-review]")) return;
  const rows = [...document.querySelectorAll("#register .error-row")];
  const at = rows.indexOf(event.target.closest(".error-row"));
  next = (rows[at + 1] || rows[at - 1])?.id || "";
});
document.addEventListener("htmx:afterSettle", (event) => {
  if (!next || event.detail.xhr?.status >= 400) return;
  const row = document.getElementById(next);
  next = "";
  if (row?.contains(document.activeElement)) return; // whoever has the next in hand already keeps their place in it
  const link = row?.querySelector(".row-link");
  link?.focus();
  link?.scrollIntoView({ block: "nearest" });
});
