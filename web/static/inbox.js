// New texts come by themselves. The portal only says that there is one; what it says is read from the page again, so
// that a text is drawn in one place.

import { addCopying } from "./copy.js";
import { addLocalTimes } from "./times.js";

const AGAIN_MS = 3000;
const GIVE_UP_AFTER = 5;
const WAIT_MS = 25000;

export function addInbox(root) {
  const element = root.querySelector("[data-inbox]");
  if (!element) {
    return;
  }
  const source = new EventSource(`${element.dataset.inbox}/events?after=${element.dataset.newest}`);
  source.addEventListener("text", () => draw(element));
  source.addEventListener("error", () => {
    if (source.readyState === EventSource.CLOSED) {
      ask(element, 0);
    }
  });
  window.addEventListener("pagehide", () => source.close());
}

async function draw(element) {
  const page = await (await fetch(element.dataset.inbox)).text();
  const fresh = new DOMParser().parseFromString(page, "text/html");
  const list = element.querySelector(".bubbles");
  for (const bubble of fresh.querySelectorAll(".bubble")) {
    const sequence = Number(bubble.dataset.sequence);
    if (sequence > Number(element.dataset.newest)) {
      element.dataset.newest = String(sequence);
      element.querySelector(".no-texts")?.remove();
      const added = list.appendChild(document.importNode(bubble, true));
      addCopying(added);
      addLocalTimes(added);
      added.scrollIntoView({ block: "nearest" });
    }
  }
}

// Where no stream is to be had: one request that waits, then the next.
async function ask(element, failures) {
  if (failures > GIVE_UP_AFTER) {
    return;
  }
  try {
    const address = `${element.dataset.inbox}/texts?after=${element.dataset.newest}&wait_ms=${WAIT_MS}`;
    const response = await fetch(address, { headers: { Accept: "application/json" } });
    if (!response.ok) {
      throw new Error(response.statusText);
    }
    await draw(element);
    setTimeout(ask, 0, element, 0);
  } catch {
    setTimeout(ask, AGAIN_MS, element, failures + 1);
  }
}
