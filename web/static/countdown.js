// A ring and words. The server says what is left, so a wrong clock of the browser does not matter.

const ANNOUNCED_SECONDS = [60, 30, 10];
const SOON_SECONDS = 30;

export function addCountdown(root) {
  for (const element of root.querySelectorAll("[data-countdown]")) {
    start(element);
  }
}

function start(element) {
  const ends = performance.now() + Number(element.dataset.remaining);
  const whole = Number(element.dataset.whole);
  const ring = element.querySelector(".left");
  const words = element.querySelector(".countdown-words");
  const live = element.querySelector("[data-live]");
  let said = Infinity;

  const tick = () => {
    const left = Math.max(0, ends - performance.now());
    const seconds = Math.ceil(left / 1000);
    ring.setAttribute("stroke-dashoffset", (100 - (100 * left) / whole).toFixed(1));
    element.toggleAttribute("data-soon", seconds <= SOON_SECONDS);
    if (seconds === 0) {
      words.textContent = element.dataset.over;
      live.textContent = element.dataset.over;
      location.reload(); // the server says what happens next
      return;
    }
    words.textContent = words.dataset.words.replace("{t}", format(seconds));
    const due = ANNOUNCED_SECONDS.find((mark) => seconds === mark && mark < said);
    if (due) {
      said = due;
      live.textContent = element.dataset.announce.replace("{n}", String(due));
    }
    setTimeout(tick, left % 1000 || 1000);
  };
  tick();
}

function format(seconds) {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
