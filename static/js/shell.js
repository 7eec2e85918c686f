// Small behaviours of every page, each wired by an attribute.

const dialog = () => document.getElementById("dialog");

// A dialog opens when the server has filled it, and focus goes to what needs it.
document.addEventListener("htmx:afterSettle", (event) => {
  const box = dialog();
  if (!box || !box.contains(event.detail.elt)) return;
  if (!box.open && box.childElementCount) box.showModal();
  if (event.detail.requestConfig?.verb === "post") box.querySelector("[aria-invalid=true]")?.focus();
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
  if (event.key === "Escape") {
    const menu = event.target.closest?.("details.menu[open]");
    if (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  }
  if (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey)) {
    const search = document.getElementById("search");
    const jump = document.querySelector("[data-jump]");
    if (!search && !jump) return;
    event.preventDefault();
    if (search) search.select();
    else jump.click();
  }
});

// A link to #search means: start typing.
if (location.hash === "#search") document.getElementById("search")?.focus();

function tell(text) {
  const toast = document.getElementById("toast").content.cloneNode(true);
  toast.querySelector("span").textContent = text;
  document.getElementById("toasts").append(toast);
}
document.addEventListener("htmx:responseError", (event) => {
  tell(event.detail.xhr.status === 403 ? document.body.dataset.forbidden : document.body.dataset.failed);
});
document.addEventListener("htmx:sendError", () => tell(document.body.dataset.offline));
