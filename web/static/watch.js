// Asks the portal every two seconds how something stands, and says so each time. Stops when it is told to.

const EVERY_MS = 2000;
const GIVE_UP_AFTER = 5;

export function watch(address, said, { also_hidden = false } = {}) {
  let failures = 0;
  const ask = () =>
    setTimeout(async () => {
      if (document.hidden && !also_hidden) {
        ask();
        return;
      }
      try {
        const response = await fetch(address, { headers: { Accept: "application/json" }, redirect: "error" });
        failures = 0;
        if (said(response.ok ? await response.json() : null)) {
          ask();
        }
      } catch {
        failures += 1;
        if (failures <= GIVE_UP_AFTER) {
          ask();
        }
      }
    }, EVERY_MS);
  ask();
}

// The activation page is drawn anew when something becomes of its code.
export function addWatching(root) {
  const element = root.querySelector("[data-watch]");
  if (!element) {
    return;
  }
  watch(element.dataset.watch, (answer) => {
    if (answer?.state === element.dataset.state) {
      return true;
    }
    location.reload();
    return false;
  });
}
