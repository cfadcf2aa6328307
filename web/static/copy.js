// A copy button says what it did, for two seconds, in its own words.

const SAID_MS = 2000;

export function addCopying(root) {
  if (!navigator.clipboard) {
    return;
  }
  for (const button of root.querySelectorAll("[data-copy]")) {
    const label = button.textContent;
    button.setAttribute("aria-live", "polite");
    button.hidden = false;
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(button.dataset.copy);
      } catch {
        return; // refused by the browser: the text can still be selected whole
      }
      button.textContent = button.dataset.said;
      button.dataset.done = "";
      setTimeout(() => {
        button.textContent = label;
        delete button.dataset.done;
      }, SAID_MS);
    });
  }
}
