"""What a run has exercised: the states and transitions of every machine, and the refusals.

It is read from the record, row by row (`ledger`), so it claims only what the record tells for certain: what moved along
with something else counts where only one thing can be meant, and is not seen otherwise. Never is something claimed that
did not happen. A refusal counts wherever it was met: in the record, or at a browser or phone (`telling`).
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from authsim import states
from authsim.errors import Reason
from authsim.events import Event, EventKind
from authsim.lab import ledger_factors, ledger_gateways, ledger_logins, ledger_phones
from authsim.lab.ledger import MACHINES, Ledger
from authsim.policy import Policy

#: Every row that tells of a transition, and how it is read.
RULES: Final[Mapping[EventKind, ledger_logins.Rule]] = MappingProxyType(
    {**ledger_logins.RULES, **ledger_phones.RULES, **ledger_factors.RULES, **ledger_gateways.RULES}
)
#: Rows about which no machine has anything to say: what they tell moves none, or is told by another row beside them.
TELLS_NOTHING: Final = frozenset(
    {
        EventKind.USER_ADDED,
        EventKind.USER_REMOVED,  # what was the user's is gone, in whatever state it was
        EventKind.USER_UNLOCKED,
        EventKind.SEAMLESS_SET,
        EventKind.OPT_OUT_BEGUN,
        EventKind.OPTED_OUT,
        EventKind.OPTED_IN,
        EventKind.NUMBER_VERIFIED,
        EventKind.PROMPT_RESENT,
        EventKind.DECOY_ISSUED,
        EventKind.DECOY_COUNTED,
        EventKind.CONFIRMATION_COUNTED,
        EventKind.DESK_LOOKED_UP,
        EventKind.DESK_PASSCODE,
        EventKind.DESK_UNLOCKED,
        EventKind.DESK_SUSPENDED,
        EventKind.DESK_RESUMED,
        EventKind.TICKET_OPENED,
        EventKind.TICKET_REPLIED,
        EventKind.TICKET_CLOSED,
        EventKind.EVIDENCE_ATTACHED,
        EventKind.EVIDENCE_REFUSED,
        EventKind.ENROLMENT_RESENT,
        EventKind.DEVICE_SESSION_OPENED,
        EventKind.DEVICE_REFUSED,
        EventKind.DEVICE_CLONE_SUSPECTED,
        EventKind.DEVICE_REPLACED,  # the row before it, of the phone that takes the place, says which state it left
        EventKind.SESSION_OPENED,
        EventKind.SESSION_ENDED,
        EventKind.SESSION_EXPIRED,
    }
)
#: What a table allows and no ceremony does, so that nobody looks for it: a phone that waits expires, it is not revoked.
NEVER: Final = frozenset({f"device.{states.Device.PENDING.value}.{states.DeviceEvent.REVOKE.value}"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How often each state was entered, each transition made and each refusal met, by name.

    The names are `machine.state`, `machine.state.event` and the values of `Reason`.
    """

    states: Mapping[str, int]
    transitions: Mapping[str, int]
    refusals: Mapping[str, int]

    def describe(self) -> dict[str, Any]:
        """Return it as JSON has it: of each what was exercised, and what is missing."""
        return {
            "states": _describe(self.states, list_states()),
            "transitions": _describe(self.transitions, list_transitions()),
            "refusals": _describe(self.refusals, [reason.value for reason in Reason]),
        }


def compute_coverage(events: Iterable[Event], *, policy: Policy, met: Iterable[str] = (), known: int = 0) -> Coverage:
    """Return what the rows of a whole record tell, from the first; `met`: the refusals that the other ends met.

    `known`: so many rows at the beginning only say how things stood; what they tell is not counted.
    """
    ledger = Ledger(policy)
    refusals: Counter[str] = Counter()
    for sequence, event in enumerate(events, start=1):
        read(ledger, event)
        if event.reason is not None:
            refusals[event.reason.value] += 1
        if sequence == known:
            for counts in (refusals, ledger.seen_states, ledger.seen_transitions):
                counts.clear()
    entered = {f"{machine}.{state}" for machine, state, _ in (name.split(".") for name in ledger.seen_transitions)}
    return Coverage(
        states=Counter(dict.fromkeys(sorted(entered), 1)) | ledger.seen_states,
        transitions=ledger.seen_transitions,
        refusals=refusals | Counter(met),  # most are told at both ends
    )


def read(ledger: Ledger, event: Event) -> None:
    """Read one row."""
    if event.kind is EventKind.USER_REMOVED:
        ledger.people.pop(event.user_id, None)
        return
    if event.user_id is None:
        return
    person = ledger.of(event)
    ledger_factors.settle_closing(ledger, person, event)
    rule = RULES.get(event.kind)
    if rule is not None:
        rule(ledger, person, event)
    person.last = event


def list_states() -> list[str]:
    """Return the names of all states, machine by machine."""
    return [f"{machine}.{state.value}" for machine, table in MACHINES.items() for state in table]


def list_transitions() -> list[str]:
    """Return the names of all transitions that are legal and that something can make, machine by machine."""
    names = [
        f"{machine}.{state.value}.{event.value}"
        for machine, table in MACHINES.items()
        for state, row in table.items()
        for event in row
    ]
    return [name for name in names if name not in NEVER]


def _describe(counts: Mapping[str, int], known: list[str]) -> dict[str, Any]:
    return {
        "exercised": {name: counts[name] for name in known if counts.get(name)},
        "missing": [name for name in known if not counts.get(name)],
    }
