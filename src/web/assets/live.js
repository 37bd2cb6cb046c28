// Keeps a page up to date. Without this file the pages work the same, and a reload shows what is
// new.
const idleMilliseconds = 10_000;
const leastGapMilliseconds = 1_000;

const live = document.querySelector("#live");
const raw = new Map();
for (const part of document.querySelectorAll("[data-part]")) raw.set(part.id, part.outerHTML);

offerCopying();
if (isOpen()) follow();

/** Something on the page may still change. */
function isOpen() {
  return document.querySelector("[data-open]") !== null;
}

function follow() {
  let timer;
  let source;
  let isRefreshing = false;
  const plan = (milliseconds) => {
    clearTimeout(timer);
    timer = setTimeout(refresh, milliseconds);
  };
  async function refresh() {
    if (isRefreshing || document.hidden) return plan(leastGapMilliseconds);
    isRefreshing = true;
    const wasOpen = isOpen();
    await replaceParts(live?.dataset.progress ?? location.href);
    // What came out is on the page itself.
    if (wasOpen && !isOpen() && live) await replaceParts(location.href);
    isRefreshing = false;
    if (isOpen()) plan(live ? idleMilliseconds : idleMilliseconds / 2);
    else source?.close();
  }
  // A browser has six connections to a service, and a stream keeps one: pages in the background
  // have none, or the seventh page would wait for ever.
  function listen() {
    source?.close();
    if (!live || document.hidden || !isOpen()) return;
    source = new EventSource(live.dataset.events);
    for (const name of ["progress", "state"])
      source.addEventListener(name, () => plan(leastGapMilliseconds));
  }
  document.addEventListener("visibilitychange", listen);
  listen();
  plan(idleMilliseconds / 2);
}

/** A part in which somebody is at work stays as it is until they have left it. */
async function replaceParts(url) {
  let fresh;
  try {
    const answer = await fetch(url, { headers: { accept: "text/html" } });
    // It was deleted, or the session has ended: the page that says so takes this one's place.
    if (answer.status === 404 || answer.redirected) return location.reload();
    if (!answer.ok) return;
    fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  } catch {
    return;
  }
  for (const part of document.querySelectorAll("[data-part]")) {
    const next = fresh.getElementById(part.id);
    if (!next || next.outerHTML === raw.get(part.id)) continue;
    if (part.contains(document.activeElement)) continue;
    raw.set(part.id, next.outerHTML);
    updateStatus(part, next);
    for (const details of part.querySelectorAll("details[open][id]"))
      next.querySelector(`#${details.id}`)?.setAttribute("open", "");
    part.replaceWith(next);
  }
}

/** A reader of the screen announces what changes inside an element that stays, and only changes. */
function updateStatus(part, next) {
  const kept = part.querySelector('[role="status"]');
  const status = next.querySelector('[role="status"]');
  if (!kept || !status) return;
  const { innerHTML } = status;
  status.replaceWith(kept);
  if (kept.innerHTML !== innerHTML)
    kept.replaceChildren(
      ...new DOMParser().parseFromString(innerHTML, "text/html").body.childNodes,
    );
}

function offerCopying() {
  if (!navigator.clipboard) return;
  for (const button of document.querySelectorAll("[data-copy]")) {
    const label = button.textContent;
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
      button.textContent = "Copied";
      setTimeout(() => {
        button.textContent = label;
      }, 2_000);
    });
  }
}
