// The second-factor page listens for what the phone decides. An approval sends the page's own form; anything else that
// ends the request is told by the server, so the page is drawn anew. Where no stream is to be had, it asks instead.

import { watch } from "./watch.js";

const CLOSED = new Set(["approved", "over"]);

export function addFollowing(root) {
  const element = root.querySelector("[data-follow]");
  if (!element) {
    return;
  }
  let done = element.dataset.state === "approved";
  const say = (answer) => {
    const state = answer?.state;
    if (done || !state || state === element.dataset.state) {
      return !done;
    }
    if (state === "approved") {
      done = true;
      goOn(element);
    } else if (CLOSED.has(state) || element.dataset.view !== "challenge") {
      done = true;
      location.reload(); // on the challenge page only the end matters: a response may be half typed
    }
    return !done;
  };
  if (done) {
    goOn(element);
    return;
  }
  const source = new EventSource(element.dataset.follow);
  source.addEventListener("state", (event) => {
    if (!say(JSON.parse(event.data))) {
      source.close();
    }
  });
  source.addEventListener("error", () => {
    if (source.readyState === EventSource.CLOSED) {
      watch(element.dataset.poll, say, { also_hidden: true });
    }
  });
  const leave = () => {
    done = true;
    source.close();
  };
  document.addEventListener("submit", leave); // what the portal answers to a form of ours is the news
  window.addEventListener("pagehide", leave);
}

function goOn(element) {
  const form = element.querySelector("form.goes-on");
  for (const other of element.children) {
    other.hidden = other !== form;
  }
  form.requestSubmit();
}
