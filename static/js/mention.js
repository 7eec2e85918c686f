// After an @ in a note: a list of colleagues to choose from. The server makes the list.
const listOf = (area) => document.getElementById(area.getAttribute("aria-controls"));
const pointedIn = (area) => listOf(area).querySelector("[aria-selected=true]");
const asked = (area) => /(?<![\w@.+-])@([\w.+-]*)$/.exec(area.value.slice(0, area.selectionStart));

function point(area, option) {
  pointedIn(area)?.setAttribute("aria-selected", "false");
  option?.setAttribute("aria-selected", "true");
  option?.scrollIntoView({ block: "nearest" });
  area[option ? "setAttribute" : "removeAttribute"]("aria-activedescendant", option?.id);
}
function offer(area, html) {
  listOf(area).innerHTML = html;
  listOf(area).hidden = !html.trim();
  point(area, listOf(area).querySelector("[role=option]"));
}
function complete(area, option) {
  area.setRangeText(`@${option.dataset.username} `, asked(area).index, area.selectionStart, "end");
  offer(area, "");
}
document.addEventListener("input", async ({ target: area }) => {
  if (!area.dataset?.mention) return;
  const question = asked(area);
  if (!question) return void offer(area, "");
  const answer = await fetch(`${area.dataset.mention}?${new URLSearchParams({ q: question[1] })}`);
  if (answer.ok && !answer.redirected && asked(area)?.[1] === question[1]) offer(area, await answer.text());
});
document.addEventListener("keydown", (event) => {
  const area = event.target;
  if (!area.dataset?.mention || listOf(area).hidden || event.isComposing) return;
  const options = [...listOf(area).querySelectorAll("[role=option]")];
  const step = { ArrowDown: 1, ArrowUp: options.length - 1 }[event.key];
  if (step !== undefined) point(area, options[(options.indexOf(pointedIn(area)) + step) % options.length]);
  else if (["Enter", "Tab"].includes(event.key) && asked(area)) complete(area, pointedIn(area));
  else if (event.key === "Escape") offer(area, "");
  else return;
  event.preventDefault();
});
document.addEventListener("mousedown", (event) => {
  const option = event.target.closest("[data-username]");
  if (option) event.preventDefault();
  if (option) complete(option.closest(".mentioning").querySelector("textarea"), option);
});
