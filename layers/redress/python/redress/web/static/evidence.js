// Looks at a chosen file before it leaves, where the store of files would answer with a page of code.
// Without this script the form works as it stands. What it says comes from the page.
const form = document.getElementById("evidence-form");
const field = document.getElementById("file-field");
const input = document.getElementById("file");
const error = document.getElementById("file-error");
const status = document.getElementById("file-status");
const button = document.getElementById("file-send");

const wrong = (file) => {
  if (!file) return form.dataset.missing;
  if (file.size === 0) return form.dataset.empty;
  return file.size > Number(form.dataset.largest) ? form.dataset.tooLarge : "";
};

const tell = (text) => {
  error.textContent = text;
  error.hidden = !text;
  field.classList.toggle("wrong", Boolean(text));
  if (text) input.setAttribute("aria-invalid", "true");
  else input.removeAttribute("aria-invalid");
};

form.noValidate = true;
input.addEventListener("change", () => tell(input.files.length ? wrong(input.files[0]) : ""));
form.addEventListener("submit", (event) => {
  const text = wrong(input.files[0]);
  tell(text);
  if (text) {
    event.preventDefault();
    input.focus();
    return;
  }
  status.textContent = form.dataset.sending;
  button.disabled = true;
});
// A page that comes back from the browser's memory may have been sent: each file gets a form of its own.
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});
