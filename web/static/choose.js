// A list that goes on as soon as something is chosen: with the mouse, and for programs, which only choose. Whoever
// walks through it with the keys has not chosen yet, and presses the button.

export function addChoosing(root) {
  for (const list of root.querySelectorAll("select[data-goes-on]")) {
    let typing = false;
    list.addEventListener("keydown", () => (typing = true));
    list.addEventListener("pointerdown", () => (typing = false));
    list.addEventListener("change", () => {
      if (!typing && list.value) {
        list.form.requestSubmit();
      }
    });
  }
}
