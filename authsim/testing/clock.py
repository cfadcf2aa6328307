"""The one clock of portal, phones, texts and notifications, in seconds as a test thinks of them."""

from typing import Any, final

from authsim.testing.client import Lab


@final
class Clock:
    """Moves time for everybody at once. It runs as the machine's does until it is told otherwise, and never back."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab

    @property
    def now_ms(self) -> int:
        """The portal's time, in milliseconds since the epoch."""
        return int(self._lab.read_clock()["now_ms"])

    @property
    def is_frozen(self) -> bool:
        """Whether it stands still."""
        return bool(self._lab.read_clock()["frozen"])

    def advance(self, *, seconds: float = 0, minutes: float = 0, hours: float = 0, days: float = 0) -> None:
        """Move it forwards: what lies between happens at once, as far as anything waits for it."""
        self._lab.change_clock(advance_ms=round(1_000 * (seconds + 60 * (minutes + 60 * (hours + 24 * days)))))

    def set_to(self, now_ms: int) -> None:
        """Let it show an instant that is not over, in milliseconds since the epoch."""
        self._lab.change_clock(at_ms=now_ms)

    def freeze(self) -> None:
        """Let it stand still: two things then happen at the same instant, in every run."""
        self._lab.change_clock(freeze=True)

    def run(self, *, scale: float = 1.0) -> None:
        """Let it run on from where it stands, `scale` times as fast as the machine's."""
        self._lab.change_clock(freeze=False, scale=scale)

    def skew(self, actor: str, *, seconds: float) -> None:
        """Set the clock of `portal`, `text`, `push` or `phone:ID` ahead of the others (negative: behind); 0 ends it."""
        self._lab.change_clock(actor=actor, skew_ms=round(1_000 * seconds))

    def read(self) -> dict[str, Any]:
        """Return all of it: `now_ms`, `frozen`, `scale`, `skews_ms`."""
        return self._lab.read_clock()
