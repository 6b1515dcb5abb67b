// Sends a form shortly after something in it was changed, and comes back to the same place.
// Use: <form data-autosubmit>, inside it <p data-autosubmit-note hidden> that says so beforehand.
// Without this file the form has its button.
const PLACE = "autosubmit:" + location.pathname;
const PAUSE_MS = 1200; // time to tick a second box

function remember(form) {
  try {
    const { id } = document.activeElement;
    const top = form.getBoundingClientRect().top;
    sessionStorage.setItem(PLACE, JSON.stringify({ form: form.id, id, top }));
  } catch {
    // No storage: the page then opens at its top.
  }
}

function comeBack() {
  try {
    const place = JSON.parse(sessionStorage.getItem(PLACE));
    sessionStorage.removeItem(PLACE);
    const form = place && document.getElementById(place.form);
    if (!form) return;
    document.getElementById(place.id)?.focus({ preventScroll: true });
    window.scrollBy(0, form.getBoundingClientRect().top - place.top);
  } catch {
    // Same.
  }
}

for (const form of document.querySelectorAll("form[data-autosubmit]")) {
  let timer;
  const note = form.querySelector("[data-autosubmit-note]");
  if (note) note.hidden = false;
  form.addEventListener("change", () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      const boxes = [...form.querySelectorAll("[type=checkbox]")];
      if (boxes.length && !boxes.some((box) => box.checked)) return;
      if (!form.checkValidity()) return;
      remember(form);
      form.submit();
    }, PAUSE_MS);
  });
  form.addEventListener("submit", () => {
    clearTimeout(timer);
    remember(form);
  });
}
comeBack();
