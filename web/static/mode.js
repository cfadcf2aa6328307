// The live/paper switch of the login page: the page says which mode the button leads to.

export function addModeSwitch(root) {
  const toggle = root.querySelector("#toggle1");
  const button = root.querySelector(".xyz-button-login");
  if (!toggle || !button) {
    return;
  }
  const show = () => {
    document.body.classList.toggle("paper-trading", toggle.checked);
    button.textContent = toggle.checked ? button.dataset.paper : button.dataset.live;
  };
  toggle.addEventListener("change", show);
  show();
}
