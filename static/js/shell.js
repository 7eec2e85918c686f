// Small behaviours of every page, each wired by an attribute.
const dialog = () => document.getElementById("dialog");

// A dialog opens when the server has filled it, and focus goes to what needs it. Not before all is settled.
document.addEventListener("htmx:afterSettle", (event) => {
  const box = dialog();
  if (!box || !box.contains(event.detail.elt)) return;
  if (!box.open && box.childElementCount) box.showModal();
  const wrong = event.detail.requestConfig?.verb === "post" && box.querySelector("[aria-invalid=true], [role=combobox]");
  const lost = !box.contains(document.activeElement) || (event.detail.target === box && document.activeElement.matches("header *"));
  if (wrong || lost) (wrong || box.querySelector(".dialog__body :is(input, textarea):not([type=hidden]), footer .btn"))?.focus();
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-close]") && dialog()?.open) {
    event.preventDefault();
    dialog().close();
  }
  event.target.closest("[data-dismiss]")?.parentElement.remove();
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && event.target.closest?.("details.menu[open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
  // Arrows walk between the name of a new contact and the persons found below it.
  const near = [...document.querySelectorAll("[hx-target='#contact-matches'], #contact-matches .option")];
  const to = near.includes(event.target) && near[near.indexOf(event.target) + { ArrowDown: 1, ArrowUp: -1 }[event.key]];
  if (to) { event.preventDefault(); to.focus(); }
  if (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey)) {
    const search = document.getElementById("search");
    const to = search || document.querySelector("[data-jump]");
    if (!to) return;
    event.preventDefault();
    to[search ? "select" : "click"]();
  }
});

// A link to #search means: start typing.
if (location.hash === "#search") document.getElementById("search")?.focus();
// Where the tabs are wider than the screen, the page's own is in sight.
for (const tab of document.querySelectorAll(".tabs [aria-current]")) tab.parentElement.scrollLeft = tab.offsetLeft - 64;

// A form is sent once, however often its button is pressed, until one comes back to the page.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || form.hasAttribute("hx-post")) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "true";
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// A button copies what a field holds; where the browser refuses, it is selected at least.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const field = document.getElementById(button.dataset.copy);
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
    tell(button.dataset.copied, "success");
  } catch { field.focus(); }
});

function tell(text, level = "error") {
  const toast = document.getElementById("toast").content.firstElementChild.cloneNode(true);
  toast.dataset.level = level;
  toast.querySelector("span").textContent = text;
  // What stands outside an open dialog is out of reach.
  (dialog()?.open ? dialog() : document.getElementById("toasts")).append(toast);
}
document.addEventListener("htmx:responseError", ({ detail }) => tell(document.body.dataset[detail.xhr.status === 403 ? "forbidden" : "failed"]));
document.addEventListener("htmx:sendError", () => tell(document.body.dataset.offline));

// The place of a postcode fills the city that nobody has written by hand.
document.addEventListener("htmx:afterSwap", (event) => {
  const place = event.detail.target.querySelector?.("[data-place]");
  const [city, found] = [place?.closest(".place").querySelector("[data-filled]"), place?.dataset.place];
  if (!city) return;
  if (!city.value || city.value === city.dataset.filled) city.value = city.dataset.filled = found;
  place.hidden = city.value.trim().toLowerCase() === found.toLowerCase();
});
