// Instants arrive in UTC; here they are said in the reader's own zone, and UTC stays as the title.

export function addLocalTimes(root) {
  const language = document.documentElement.lang;
  const instant = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });
  const clock = new Intl.DateTimeFormat(language, { timeStyle: "medium" });
  for (const element of root.querySelectorAll("time[datetime]")) {
    element.title = element.textContent;
    element.textContent = ("clock" in element.dataset ? clock : instant).format(new Date(element.dateTime));
  }
}
