// The name field of a new customer: an ARIA combobox over the list that the server sends.
// The server makes the options; this moves among them and hands over the chosen one.

const optionsOf = (input) => [...document.querySelectorAll(`#${input.getAttribute("aria-controls")} [role=option]`)];
const activeOf = (input) => document.getElementById(input.getAttribute("aria-activedescendant") || "");

function activate(input, option) {
  activeOf(input)?.setAttribute("aria-selected", "false");
  option?.setAttribute("aria-selected", "true");
  option?.scrollIntoView({ block: "nearest" });
  input[option ? "setAttribute" : "removeAttribute"]("aria-activedescendant", option?.id);
}

function close(input) {
  activate(input, null);
  input.setAttribute("aria-expanded", "false");
  document.getElementById(input.getAttribute("aria-controls"))?.setAttribute("hidden", "");
}

function choose(input, option) {
  input.value = input.dataset.chosen = option.dataset.name;
  close(input);
  // The number is in the form at once; the card that shows it may take the register's time.
  const number = { type: "hidden", name: "org_number", value: option.dataset.orgNumber };
  document.getElementById("new-chosen").replaceChildren(Object.assign(document.createElement("input"), number));
  const query = new URLSearchParams({ org_number: number.value });
  htmx.ajax("GET", `${input.dataset.combobox}?${query}`, { target: "#new-chosen" });
  document.getElementById("new-answer").replaceChildren();
  input.focus();
}

document.addEventListener("keydown", (event) => {
  const input = event.target.closest?.("[data-combobox]");
  if (!input || event.isComposing) return;
  const open = input.getAttribute("aria-expanded") === "true";
  const options = optionsOf(input);
  const at = options.indexOf(activeOf(input));
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && options.length) {
    event.preventDefault();
    document.getElementById(input.getAttribute("aria-controls")).removeAttribute("hidden");
    input.setAttribute("aria-expanded", "true");
    const start = at < 0 && step < 0 ? 0 : at;
    activate(input, options[(start + step + options.length) % options.length]);
  } else if (event.key === "Enter" && open && at >= 0) {
    event.preventDefault();
    choose(input, options[at]);
  } else if (["Escape", "Tab"].includes(event.key) && open) {
    if (event.key === "Escape") event.preventDefault();
    close(input);
  }
});

document.addEventListener("click", (event) => {
  const option = event.target.closest("[role=option]");
  const input = option && document.querySelector(`[aria-controls="${option.parentElement.id}"]`);
  if (input) choose(input, option);
});

// A letter typed just before choosing would ask for the list once more.
document.addEventListener("htmx:beforeRequest", (event) => {
  const { elt } = event.detail;
  if (elt.dataset.chosen && elt.value === elt.dataset.chosen) event.preventDefault();
});
// An answer that comes after its question has changed, or a choice is made, is late: leave it.
document.addEventListener("htmx:beforeSwap", (event) => {
  const input = event.detail.target.id === "new-answer" && document.querySelector("[data-combobox]");
  const asked = input && new URL(event.detail.xhr.responseURL).searchParams.get("name");
  if (input && asked !== input.value) event.detail.shouldSwap = false;
});
// A new list keeps the option that was reached.
document.addEventListener("htmx:afterSwap", (event) => {
  const input = event.detail.target.id === "new-answer" && document.querySelector("[data-combobox]");
  if (!input) return;
  const options = optionsOf(input);
  input.setAttribute("aria-expanded", String(options.length > 0));
  activate(input, options.find((option) => option.id === input.getAttribute("aria-activedescendant")));
});
