"""One clock for portal, phones, texts and notifications: it is frozen, advanced and scaled for all, skewed for one.

The state lies on the shelf, so every worker lives at the same instant. It never runs backwards but by a snapshot.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final, final

from authsim import ports
from authsim.errors import MessageError
from authsim.lab.ports import Shelf

_DOCUMENT: Final = "clock"
#: The clock that decides; the others are `text`, `push`, and `phone:<id>` for each virtual phone.
PORTAL: Final = "portal"
TEXT: Final = "text"
PUSH: Final = "push"
PHONE: Final = "phone:"
MOST_RATE: Final = 1_000.0
MOST_MS: Final = 10 * 366 * 86_400_000
#: The year 9000: what follows from an instant, such as an expiry, still has a date.
LATEST_MS: Final = 221_845_392_000_000
_ACTOR: Final = re.compile(r"portal|text|push|phone:[A-Za-z0-9-]{1,64}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """How the clock stands: at `real_ms` of the machine it showed `shown_ms`, and runs `rate` times as fast since.

    `skews_ms`: how far the clock of an actor is ahead of it (negative: behind), in milliseconds.
    """

    real_ms: int
    shown_ms: int
    rate: float = 1.0
    is_frozen: bool = False
    skews_ms: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))

    def shows(self, real_ms: int) -> int:
        """Return what the clock shows when the machine's shows `real_ms`."""
        if self.is_frozen:
            return self.shown_ms
        return self.shown_ms + int(max(0, real_ms - self.real_ms) * self.rate)


@final
class LabClock:
    """`ports.Clock` of one actor. `real` is the machine's clock; `changed` is called after each change made."""

    __slots__ = ("_actor", "_changed", "_parsed", "_real", "_shelf")

    def __init__(
        self,
        shelf: Shelf,
        real: ports.Clock,
        *,
        actor: str = PORTAL,
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        self._shelf = shelf
        self._real = real
        self._actor = actor
        self._changed = changed
        self._parsed: tuple[str, Moment] | None = None

    def of(self, actor: str) -> "LabClock":
        """Return the clock of another actor."""
        return LabClock(self._shelf, self._real, actor=actor, changed=self._changed)

    def now_ms(self) -> int:
        """Return milliseconds since the epoch, UTC, as this actor sees them."""
        moment = self.read()
        return moment.shows(self._real.now_ms()) + moment.skews_ms.get(self._actor, 0)

    def read(self) -> Moment:
        """Return how the clock stands."""
        text = self._shelf.read(_DOCUMENT)
        if text is None:
            now_ms = self._real.now_ms()
            return Moment(real_ms=now_ms, shown_ms=now_ms)
        parsed = self._parsed
        if parsed is None or parsed[0] != text:
            parsed = self._parsed = (text, _parse(text))
        return parsed[1]

    def begin(self, *, not_before_ms: int) -> Moment:
        """Let it go as the machine's, from `not_before_ms` on when the machine is not that far yet.

        So a world that lived ahead of its machine goes on where it was, and runs.
        """
        real_ms = self._real.now_ms()
        moment = Moment(real_ms=real_ms, shown_ms=max(real_ms, not_before_ms))
        return _parse(self._shelf.change(_DOCUMENT, lambda _: _format(moment)) or "")

    def set_to(self, shown_ms: int) -> Moment:
        """Let it show an instant that is not over. Raises `MessageError` for one that is."""
        return self.change(Change(shown_ms=shown_ms))

    def advance(self, ms: int) -> Moment:
        """Move it forwards for everybody. Raises `MessageError` for a negative duration."""
        return self.change(Change(advance_ms=ms))

    def freeze(self, is_frozen: bool) -> Moment:
        """Let it stand still, or go on from where it stands."""
        return self.change(Change(is_frozen=is_frozen))

    def scale(self, rate: float) -> Moment:
        """Let it run so many times as fast from now on. Raises `MessageError` unless above 0 and at most 1000."""
        return self.change(Change(rate=rate))

    def skew(self, actor: str, ms: int) -> Moment:
        """Set an actor's clock ahead of the others' by so much, or behind them; 0 takes the skew away."""
        return self.change(Change(skew=(actor, ms)))

    def change(self, wanted: "Change") -> Moment:
        """Settle what the clock shows now and do all that is wanted, as one step. `MessageError` changed nothing."""
        real_ms = self._real.now_ms()

        def settle(text: str | None) -> str:
            moment = Moment(real_ms=real_ms, shown_ms=real_ms) if text is None else _parse(text)
            return _format(wanted.of(replace(moment, shown_ms=moment.shows(real_ms), real_ms=real_ms)))

        moment = _parse(self._shelf.change(_DOCUMENT, settle) or "")
        self._changed()
        return moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What is to become of the clock; None leaves it. In this order: frozen, set, advanced, scaled, skewed.

    `skew`: an actor, and how far its clock is ahead of the others', in milliseconds.
    """

    is_frozen: bool | None = None
    shown_ms: int | None = None
    advance_ms: int | None = None
    rate: float | None = None
    skew: tuple[str, int] | None = None

    def of(self, moment: Moment) -> Moment:
        """Return the moment after the change. Raises `MessageError` for what no clock does."""
        if self.is_frozen is not None:
            moment = replace(moment, is_frozen=self.is_frozen)
        if self.shown_ms is not None:
            _require(moment.shown_ms <= self.shown_ms, "at_ms is over: a clock never runs back. Restore a snapshot")
            moment = replace(moment, shown_ms=self.shown_ms)
        if self.advance_ms is not None:
            moment = replace(moment, shown_ms=moment.shown_ms + _require_duration(self.advance_ms))
        _require(moment.shown_ms <= LATEST_MS, "a clock goes no farther than the year 9000")
        if self.rate is not None:
            _require(0 < self.rate <= MOST_RATE, f"scale is above 0 and at most {MOST_RATE:g}; to stop it, freeze it")
            moment = replace(moment, rate=self.rate)
        return moment if self.skew is None else _skewed(moment, *self.skew)


def _require_duration(ms: int) -> int:
    _require(0 <= ms <= MOST_MS, f"advance_ms is from 0 to {MOST_MS} milliseconds: a clock never runs back")
    return ms


def _skewed(moment: Moment, actor: str, ms: int) -> Moment:
    _require(_ACTOR.fullmatch(actor) is not None, "an actor is portal, text, push or phone:ID")
    _require(-MOST_MS <= ms <= MOST_MS, "a skew is a number of milliseconds, at most ten years")
    if actor == PORTAL:
        _require(moment.skews_ms.get(actor, 0) <= ms, "the portal's clock never runs back: skew the others")
    others = {name: skew for name, skew in moment.skews_ms.items() if name != actor}
    return replace(moment, skews_ms=MappingProxyType(others | ({actor: ms} if ms else {})))


def _require(is_so: bool, otherwise: str) -> None:
    if not is_so:
        raise MessageError(otherwise)


def _format(moment: Moment) -> str:
    return json.dumps(
        {
            "real_ms": moment.real_ms,
            "shown_ms": moment.shown_ms,
            "rate": moment.rate,
            "frozen": moment.is_frozen,
            "skews": dict(moment.skews_ms),
        }
    )


def _parse(text: str) -> Moment:
    members = json.loads(text)
    return Moment(
        real_ms=members["real_ms"],
        shown_ms=members["shown_ms"],
        rate=members["rate"],
        is_frozen=members["frozen"],
        skews_ms=MappingProxyType(members["skews"]),
    )
