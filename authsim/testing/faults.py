"""Faults on demand: switched on for a part of a test, and off after it."""

from types import TracebackType
from typing import Any, Self, final

from authsim.testing.client import Lab
from authsim.testing.errors import LabError
from authsim.testing.user import User, name_of


@final
class Fault:
    """A fault that was switched on. As a context it is switched off at the end."""

    def __init__(self, lab: Lab, name: str) -> None:
        self._lab = lab
        self.name = name

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.off()

    def off(self) -> None:
        """Switch it off."""
        self._lab.disarm_fault(self.name)

    @property
    def struck(self) -> int:
        """How often it has been played since it was switched on; 0 when it is off or its time is over."""
        on = self._lab.list_faults()["faults"]
        return next((int(fault["struck"]) for fault in on if fault["name"] == self.name), 0)


@final
class Faults:
    """The board of faults. `docs/testing/faults.md` says what a client meets at each."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab

    def on(
        self,
        name: str,
        *,
        user: User | str | None = None,
        step: str | None = None,
        nth: int | None = None,
        every: int | None = None,
        seconds: float | None = None,
        by: float | None = None,
    ) -> Fault:
        """Switch a fault on, at once; in a `with` statement it is off again at its end.

        It strikes for `user` only, at `step` only, at the `nth` call that fits or at `every` so many, for so many
        `seconds` of the lab's clock; `by` is the number of seconds of a fault that is about time (late, slow). Raises
        `LabError` with the names that there are, or the steps at which it can strike.
        """
        self._lab.arm_fault(
            name,
            user=None if user is None else name_of(user),
            step=step,
            nth=nth,
            every=every,
            seconds=seconds,
            by_ms=None if by is None else round(1_000 * by),
        )
        return Fault(self._lab, name)

    def off(self, name: str | None = None) -> None:
        """Switch one off, or all."""
        if name is None:
            self._lab.disarm_faults()
        else:
            self._lab.disarm_fault(name)

    @property
    def active(self) -> list[dict[str, Any]]:
        """The faults that are on, with how often each `struck`."""
        found: list[dict[str, Any]] = self._lab.list_faults()["faults"]
        return found

    @property
    def known(self) -> dict[str, str]:
        """What each fault does, by its name."""
        return {fault["name"]: fault["says"] for fault in self._lab.list_faults()["known"]}

    def require_struck(self, name: str) -> None:
        """Raise `LabError` unless a fault that is on has been played: a test that never met it proves nothing."""
        if not Fault(self._lab, name).struck:
            raise LabError(0, f"{name} did not strike: no call fitted it, or it is off")
