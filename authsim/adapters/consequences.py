"""What a change closes along with itself and is told of by a row of its own; see the ports' docstring for the rule.

Pure, and shared by every store, so that the record reads the same wherever it is kept.
"""

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from authsim.errors import Reason
from authsim.events import Event, EventKind
from authsim.factor_rules import closed_by
from authsim.model import Decision, FactorKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from authsim.model import Device, Factor, UserId

#: Why a login is closed whose approval was not collected before its device was taken away.
DIED_WITH_DEVICE: Final = Reason.NO_ACTIVE_DEVICE

#: Why a login is closed whose request was answered with anything but an approval.
REFUSED: Final = MappingProxyType({Decision.DENY: Reason.PUSH_DENIED, Decision.REPORT: Reason.PUSH_REPORTED})

#: The kinds of factor that end when a phone becomes active.
ENDED_BY_PHONE: Final = closed_by(FactorKind.IB_KEY) - {FactorKind.IB_KEY}


def compose_sessions_ended(cause: Event, user_id: "UserId", count: int) -> list[Event]:
    """Return a row for each session that ended with a device; it says by whom, when `cause` does."""
    facts = {name: value for name, value in cause.facts.items() if name == "by"}
    return [Event(kind=EventKind.SESSION_ENDED, at_ms=cause.at_ms, user_id=user_id, facts=facts)] * count


def compose_suspended(cause: Event, device: "Device") -> Event:
    """Return the row of a device that was suspended by the alarm in `cause`."""
    return Event(
        kind=EventKind.DEVICE_SUSPENDED,
        at_ms=cause.at_ms,
        user_id=device.user_id,
        reason=Reason.CLONE_SUSPECTED,
        facts={"label": device.label, "by": "portal"},
    )


def compose_replaced(devices: "Iterable[Device]", *, now_ms: int) -> list[Event]:
    """Return a row for each device that gave way to another one."""
    return [
        Event(kind=EventKind.DEVICE_REPLACED, at_ms=now_ms, user_id=device.user_id, facts={"label": device.label})
        for device in devices
    ]


def compose_closed(factors: "Iterable[Factor]", *, now_ms: int, by: str | None) -> list[Event]:
    """Return a row for each factor that ended with something else; of those that were never active there is none."""
    actor = {} if by is None else {"by": by}
    return [
        Event(
            kind=EventKind.FACTOR_CLOSED,
            at_ms=now_ms,
            user_id=factor.user_id,
            facts={"kind": factor.kind.value, **actor},
        )
        for factor in factors
        if factor.activated_ms is not None
    ]
