/* A button that copies what stands beside it. Without scripts, or where a page may not copy, there is only the text. */
if (navigator.clipboard) document.documentElement.dataset.copies = "";
document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("[data-copy]");
  const text = button && document.getElementById(button.dataset.copy)?.textContent.trim();
  if (!text) return;
  await navigator.clipboard.writeText(text);
  const said = button.querySelector("[aria-live]");
  said.textContent = "Copied";
  setTimeout(() => (said.textContent = ""), 2000);
});
