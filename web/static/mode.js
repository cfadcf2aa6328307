// The live/paper switch of the login page: the page says which mode the button leads to.

export function addModeSwitch(root) {
  const button = root.querySelector("button[data-live]");
  const toggle = button?.form.querySelector("input[role=switch]");
  if (!toggle) {
    return;
  }
  const show = () => {
    document.body.classList.toggle("paper-trading", toggle.checked);
    button.textContent = toggle.checked ? button.dataset.paper : button.dataset.live;
  };
  toggle.addEventListener("change", show);
  show();
}
