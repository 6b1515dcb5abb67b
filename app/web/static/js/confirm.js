// Asks before a form that cannot be undone is sent.
// Use: <form data-confirm="{{ _('Erase everything?') }}">; with data-forget, what waits
// in this browser (autosave.js) goes too.
// Without this file the form still works; it just does not ask.
for (const form of document.querySelectorAll("form[data-confirm]")) {
  form.addEventListener("submit", (event) => {
    if (!window.confirm(form.dataset.confirm)) {
      event.preventDefault();
    } else if ("forget" in form.dataset) {
      try {
        localStorage.clear();
      } catch {
        // No storage: nothing waits.
      }
    }
  });
}
