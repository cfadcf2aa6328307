"""How rows about the brokerage session of a gateway-compatible front are read: each says what it was before."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, TypeAlias

from authsim.events import Event, EventKind
from authsim.lab.ledger import Ledger, Person
from authsim.states import Brokerage, BrokerageEvent

Rule: TypeAlias = Callable[[Ledger, Person, Event], None]


def _begin(ledger: Ledger, _: Person, event: Event) -> None:
    """Read a beginning; one that says of nothing what it was came with a login."""
    was = event.facts.get("was")
    if was is None:
        ledger.born("brokerage", Brokerage.UP)
    else:
        ledger.moved("brokerage", Brokerage(was), BrokerageEvent.BEGIN)


def _end(ledger: Ledger, _: Person, event: Event) -> None:
    is_asleep = event.facts["now"] == Brokerage.IDLE.value
    what = BrokerageEvent.FALL_ASLEEP if is_asleep else BrokerageEvent.LOG_OUT
    ledger.moved("brokerage", Brokerage(event.facts["was"]), what)


RULES: Final[Mapping[EventKind, Rule]] = MappingProxyType(
    {EventKind.BROKERAGE_BEGUN: _begin, EventKind.BROKERAGE_ENDED: _end}
)
