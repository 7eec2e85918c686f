// A line is dragged by its handle; the server puts it where it is dropped.
let dragged = null;
for (const kind of ["dragstart", "dragover", "drop", "dragend"]) {
  document.addEventListener(kind, (event) => {
    const line = event.target.closest?.("[data-line]");
    if (kind === "dragstart") dragged = event.target.closest?.("[data-drag]") && line;
    document.querySelector("[data-line][data-over]")?.removeAttribute("data-over");
    if (!dragged || line?.parentElement !== dragged.parentElement) return;
    if (kind === "dragstart") return void event.dataTransfer.setDragImage(dragged, 16, 16);
    const [from, to] = [dragged, line].map((one) => Number(one.dataset.line));
    event.preventDefault();
    if (kind === "dragover" && from !== to) line.dataset.over = to < from ? "before" : "after";
    if (kind === "drop") Object.assign(document.getElementById("line-to"), { value: `to-${from}-${to}` }).click();
  });
}
