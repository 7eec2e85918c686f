// Files of a customer: dropped or chosen, and sent one by one, so that one refused stops no other.

const queue = [];
let sending = null;

function post(form, file, progress) {
  return new Promise((resolve) => {
    const data = new FormData(form);
    data.set("files", file);
    sending = new XMLHttpRequest();
    sending.open("POST", form.action);
    sending.setRequestHeader("HX-Request", "true");
    sending.setRequestHeader("HX-Current-URL", location.href);
    sending.upload.onprogress = (event) => progress(Math.min(event.loaded, file.size));
    sending.onloadend = () => resolve(sending);
    sending.send(data);
  });
}

async function send(form, files) {
  const [bar, status, refused] = ["progress", "[role=status]", ".errorlist"].map((part) => form.querySelector(part));
  const words = form.dataset;
  const tell = (text) => refused.append(Object.assign(document.createElement("li"), { textContent: text }));
  const nameless = { 403: document.body.dataset.forbidden, 413: words.tooLarge };
  queue.push(...files);
  bar.max = [...files].reduce((sum, file) => sum + file.size, sending ? bar.max : 0.1);
  if (sending || !queue.length) return;
  let [done, added, before, why] = [0, 0, 0, ""];
  refused.replaceChildren();
  words.state = "sending";
  while (queue.length && words.state === "sending") {
    const [file] = queue;
    status.textContent = `${words.now} ${done + 1}/${done + queue.length}: ${file.name}`;
    const answer = await post(form, file, (loaded) => { bar.value = before + loaded; });
    sending = null;
    why = { 0: "broken", 401: "signedOut" }[answer.status];
    const place = why === "signedOut" && document.querySelector(answer.getResponseHeader("HX-Retarget"));
    if (place) htmx.swap(place, answer.responseText, { swapStyle: "beforeend" }, { eventInfo: { target: place } });
    if (why) { words.state &&= "broken"; break; }
    bar.value = before += queue.shift().size;
    done += 1;
    if (answer.status === 200) added += 1;
    else if (answer.status === 422) refused.insertAdjacentHTML("beforeend", answer.responseText);
    else tell(`${file.name}: ${nameless[answer.status] || words.failed}`);
  }
  const [rest, again] = [queue.splice(0), new DataTransfer()];
  if (words.state === "broken") {
    tell(`${rest.map((file) => file.name).join(", ")}: ${words[why]}`);
    for (const file of rest) again.items.add(file);  // what could not be sent is still chosen
  } else words.state = "";
  form.elements.files.files = again.files;
  status.textContent = `${rest.length > again.files.length ? words.stopped : ""} ${words.added} ${added}`;
  if (!words.state || navigator.onLine)  // #files itself stays: a later list may wait for it already
    htmx.ajax("GET", words.upload, { target: "#files", select: "#files > *", swap: "innerHTML" });
}

const zoneOf = (event) => event.target.closest?.("form[data-upload]");
for (const kind of ["submit", "change", "click", "dragover", "dragleave", "drop"]) {
  document.addEventListener(kind, (event) => {
    const zone = zoneOf(event);
    if (!zone || (event.dataTransfer && !event.dataTransfer.types.includes("Files"))) return;
    if (kind === "click") {
      if (event.target.closest("[data-cancel]")) [zone.dataset.state] = ["", sending?.abort()];
      return;
    }
    event.preventDefault();
    zone.toggleAttribute("data-over", kind === "dragover");
    if (!kind.startsWith("drag")) send(zone, (event.dataTransfer || zone.elements.files).files);
  });
}
addEventListener("beforeunload", (event) => sending && event.preventDefault());
document.addEventListener("htmx:xhr:progress", ({ target, detail }) => {
  const bar = target.querySelector?.("progress");
  if (bar && detail.total) Object.assign(bar, { hidden: false, max: detail.total, value: detail.loaded });
});
