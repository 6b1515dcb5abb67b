// Opens the browser's print window.
// Use: <button type="button" data-print hidden>{{ _("Print") }}</button>
// Without this file the button stays hidden; the browser's own menu prints as well.
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
