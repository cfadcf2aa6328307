// A form is sent once: a second click while the first is on its way would spend the challenge and lose the answer.

export function addSendingOnce(root) {
  for (const form of root.querySelectorAll("form")) {
    form.addEventListener("submit", (event) => {
      if ("sent" in form.dataset) {
        event.preventDefault();
      }
      form.dataset.sent = "";
    });
  }
  // back from the history, or stopped: the form may be sent again
  window.addEventListener("pageshow", () => {
    for (const form of root.querySelectorAll("form[data-sent]")) {
      delete form.dataset.sent;
    }
  });
}
