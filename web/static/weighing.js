// A file that is too large is said so before it travels; the portal judges it again.

export function addWeighing(root) {
  for (const field of root.querySelectorAll("input[type=file][data-most]")) {
    field.addEventListener("change", () => {
      const isTooLarge = [...field.files].some((file) => file.size > Number(field.dataset.most));
      field.setCustomValidity(isTooLarge ? field.dataset.said : "");
      field.reportValidity();
    });
  }
}
