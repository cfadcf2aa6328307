// The activation page asks every two seconds what became of its code, and is drawn anew when the answer changes.

const EVERY_MS = 2000;
const GIVE_UP_AFTER = 5;

export function addWatching(root) {
  const element = root.querySelector("[data-watch]");
  if (element) {
    watch(element.dataset.watch, element.dataset.state, 0);
  }
}

function watch(address, state, failures) {
  setTimeout(async () => {
    if (document.hidden) {
      watch(address, state, failures);
      return;
    }
    try {
      const response = await fetch(address, { headers: { Accept: "application/json" }, redirect: "error" });
      if (!response.ok || (await response.json()).state !== state) {
        location.reload();
        return;
      }
      watch(address, state, 0);
    } catch {
      if (failures < GIVE_UP_AFTER) {
        watch(address, state, failures + 1);
      }
    }
  }, EVERY_MS);
}
