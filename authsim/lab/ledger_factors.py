"""How rows about factors that are no phone are read: what each was before, and what it ended."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, TypeAlias

from authsim import states
from authsim.errors import Reason
from authsim.events import Event, EventKind
from authsim.factor_rules import closed_by
from authsim.lab.ledger import ISSUED, Held, Ledger, Person
from authsim.model import FactorKind

Rule: TypeAlias = Callable[[Ledger, Person, Event], None]


def give_way(ledger: Ledger, person: Person, new: FactorKind) -> None:
    """Let the factors end that do not stand beside a new one. Those that were active get a row each, which follows."""
    for kind in sorted(one.value for one in closed_by(new) if one is not FactorKind.IB_KEY):
        held = person.holds(kind)
        _end_prompts(ledger, person, kind, held)
        if held.active:
            ledger.moved("factor", states.Factor.ACTIVE, states.FactorEvent.REPLACE)
        if held.waiting:
            ledger.moved("factor", states.Factor.PENDING, states.FactorEvent.REPLACE)
        held.announced += held.active is True
        held.active, held.waiting, held.is_shared = (None if held.active is None else False), False, False


def settle_closing(ledger: Ledger, person: Person, event: Event) -> None:
    """Say how a factor ended that waited: removed, unless the row behind it asks for another of its kind."""
    kind, person.closing = person.closing, None
    is_asked_anew = event.kind is EventKind.FACTOR_REQUESTED and event.facts.get("kind") == kind
    if kind is not None and not is_asked_anew:
        ledger.moved("factor", states.Factor.PENDING, states.FactorEvent.REVOKE)


def _end_prompts(ledger: Ledger, person: Person, kind: str, held: Held) -> None:
    """Let the open questions be cancelled that were asked of an active factor."""
    for login in person.logins:
        if login.prompt != kind or held.active is False:
            continue
        if login.is_sure and held.active:
            ledger.moved("prompt", ISSUED, states.OneShotEvent.CANCEL)
            login.prompt = None
        else:
            login.is_sure = False


def _request(ledger: Ledger, person: Person, event: Event) -> None:
    ledger.born("factor", states.Factor.PENDING)
    person.holds(event.facts["kind"]).waiting = True


def _activate(ledger: Ledger, person: Person, event: Event) -> None:
    """A factor that waited becomes active, or an operator gives an active one."""
    kind = FactorKind(event.facts["kind"])
    held = person.holds(kind.value)
    if event.facts.get("by") == "operator":
        ledger.born("factor", states.Factor.ACTIVE)
    else:
        ledger.moved("factor", states.Factor.PENDING, states.FactorEvent.ACTIVATE)
        held.waiting = False
    give_way(ledger, person, kind)
    held.active = None if held.active is None else True
    held.is_shared = "owner" in event.facts


def _share(ledger: Ledger, person: Person, event: Event) -> None:
    """Both users are told; only the one who borrows the card has a factor more."""
    if "owner" in event.facts:
        _activate(ledger, person, event)


def _issue_passcode(ledger: Ledger, person: Person, _event: Event) -> None:
    ledger.born("factor", states.Factor.ACTIVE)
    person.holds(FactorKind.TEMPORARY_PASSCODE.value).active = True


def _close(ledger: Ledger, person: Person, event: Event) -> None:
    kind = event.facts["kind"]
    held = person.holds(kind)
    if held.announced:
        held.announced -= 1
    elif event.reason is Reason.CODE_TRIES_SPENT:
        ledger.moved("factor", states.Factor.PENDING, states.FactorEvent.REVOKE)
        held.waiting = False
    elif not held.is_known or (held.waiting and held.active) or "by" in event.facts:
        _lose(person, kind, held)
    elif held.active:
        _close_active(ledger, person, held, event)
    elif held.waiting:
        held.waiting = False
        if event.reason is Reason.FACTOR_EXPIRED:
            ledger.moved("factor", states.Factor.PENDING, states.FactorEvent.EXPIRE)
        else:
            person.closing = kind


def _close_active(ledger: Ledger, person: Person, held: Held, event: Event) -> None:
    """What shares a card may end with it, in whatever way the card did; all others are removed, or expire."""
    _end_prompts(ledger, person, event.facts["kind"], held)
    if event.reason is Reason.FACTOR_EXPIRED:
        ledger.moved("factor", states.Factor.ACTIVE, states.FactorEvent.EXPIRE)
    elif not held.is_shared:
        ledger.moved("factor", states.Factor.ACTIVE, states.FactorEvent.REVOKE)
    held.active, held.is_shared = False, False


def _lose(person: Person, kind: str, held: Held) -> None:
    """One of this kind has ended, and nobody can tell which, or how."""
    for login in person.logins:
        if login.prompt == kind:
            login.is_sure = False
    if held.active is None and not held.waiting:
        held.active = False
    elif held.active is False or not held.waiting:
        held.active = held.waiting = False
    else:
        held.active = held.waiting = None


RULES: Final[Mapping[EventKind, Rule]] = MappingProxyType(
    {
        EventKind.FACTOR_REQUESTED: _request,
        EventKind.FACTOR_ACTIVATED: _activate,
        EventKind.FACTOR_SHARED: _share,
        EventKind.FACTOR_CLOSED: _close,
        EventKind.PASSCODE_ISSUED: _issue_passcode,
    }
)
