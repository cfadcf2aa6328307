"""How rows about phones, activation codes and enrolments are read: which state each had, and what ended with it."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, TypeAlias

from authsim import states
from authsim.errors import Reason
from authsim.events import Event, EventKind
from authsim.lab.ledger import APPROVED, ISSUED, Ledger, Person, find_only
from authsim.lab.ledger_factors import give_way
from authsim.model import FactorKind

Rule: TypeAlias = Callable[[Ledger, Person, Event], None]
_BURNT: Final = frozenset({Reason.ACTIVATION_MISMATCH, Reason.DEVICE_ALREADY_ACTIVE})
_CODE_TRIES: Final = frozenset({Reason.WRONG_CODE, Reason.USER_LOCKED})


def _issue_code(ledger: Ledger, person: Person, _event: Event) -> None:
    if person.activation:
        ledger.moved("activation", ISSUED, states.OneShotEvent.SUPERSEDE)
    person.has_old_codes = person.has_old_codes or person.activation is not False
    person.activation = True
    ledger.born("activation", ISSUED)


def _consume_code(ledger: Ledger, person: Person, _event: Event) -> None:
    ledger.moved("activation", ISSUED, states.OneShotEvent.CONSUME)
    person.activation = False
    if ledger.policy.confirm_activation:
        _add_waiting(ledger, person)
        return
    ledger.born("device", states.Device.ACTIVE)
    person.device = states.Device.ACTIVE
    give_way(ledger, person, FactorKind.IB_KEY)


def _refuse_code(ledger: Ledger, person: Person, event: Event) -> None:
    """A refusal that burns the code says so by its reason; of an old code it may be told again and again."""
    if event.reason in _BURNT and event.user_id is not None:
        ledger.moved("activation", ISSUED, states.OneShotEvent.FAIL)
        person.activation = False
    elif event.reason is Reason.ACTIVATION_EXPIRED and "label" not in event.facts and person.activation is not False:
        if person.activation and not person.has_old_codes:
            ledger.moved("activation", ISSUED, states.OneShotEvent.EXPIRE)
            person.activation, person.has_old_codes = False, True
        else:
            person.activation = None


def _expire_code(ledger: Ledger, person: Person, _event: Event) -> None:
    ledger.moved("activation", ISSUED, states.OneShotEvent.EXPIRE)
    person.activation, person.has_old_codes = False, True


def _begin_enrolment(ledger: Ledger, person: Person, _event: Event) -> None:
    if person.enrolment:
        ledger.moved("enrolment", ISSUED, states.OneShotEvent.SUPERSEDE)
    person.enrolment, person.tries = True, 0
    ledger.born("enrolment", ISSUED)


def _count_code(_ledger: Ledger, person: Person, _event: Event) -> None:
    person.tries += 1


def _refuse_enrolment(ledger: Ledger, person: Person, event: Event) -> None:
    """The last wrong code ends the enrolment."""
    if event.reason not in _CODE_TRIES or person.tries < ledger.policy.sms_code_tries or not person.enrolment:
        return
    if person.last is not None and person.last.kind is EventKind.ENROLMENT_COUNTED:
        ledger.moved("enrolment", ISSUED, states.OneShotEvent.FAIL)
        person.enrolment = False
    else:
        person.enrolment = None


def _expire_enrolment(ledger: Ledger, person: Person, _event: Event) -> None:
    ledger.moved("enrolment", ISSUED, states.OneShotEvent.EXPIRE)
    person.enrolment = False


def _complete_enrolment(ledger: Ledger, person: Person, _event: Event) -> None:
    ledger.moved("enrolment", ISSUED, states.OneShotEvent.CONSUME)
    person.enrolment = False
    asks_other = ledger.policy.add_user_by_device
    if ledger.policy.confirm_activation or (asks_other and person.device is not None and person.knows_device):
        _add_waiting(ledger, person)
    elif asks_other and not person.knows_device:
        person.waiting += 1  # or active: nobody can tell
    else:
        ledger.born("device", states.Device.ACTIVE)
        _take_place(ledger, person)


def _add_waiting(ledger: Ledger, person: Person) -> None:
    ledger.born("device", states.Device.PENDING)
    person.waiting += 1


def _confirm(ledger: Ledger, person: Person, _event: Event) -> None:
    """A phone that waited becomes active: by its code, or because the other one approved, which closes that login."""
    ledger.moved("device", states.Device.PENDING, states.DeviceEvent.CONFIRM)
    person.waiting = max(0, person.waiting - 1)
    approved = [one for one in person.logins if one.request is APPROVED and not one.challenge]
    is_by_phone = person.last is not None and person.last.kind is EventKind.PUSH_APPROVED
    login = find_only(approved) if is_by_phone else None
    if login is not None and login.is_sure:
        ledger.end_login(person, login, states.LoginEvent.COMPLETE, states.OneShotEvent.CANCEL)
    elif is_by_phone:
        person.blur()
    _take_place(ledger, person)


def _take_place(ledger: Ledger, person: Person) -> None:
    """Let a phone become active: whatever else the user has of phones is replaced, and what helped out ends."""
    if person.knows_device:
        for _ in range(person.waiting):
            ledger.moved("device", states.Device.PENDING, states.DeviceEvent.REPLACE)
        if person.device is not None:
            ledger.moved("device", person.device, states.DeviceEvent.REPLACE)
    if person.device is not None or not person.knows_device or person.waiting:
        _cancel_asked(ledger, person)
    if person.activation:
        ledger.moved("activation", ISSUED, states.OneShotEvent.SUPERSEDE)
    person.has_old_codes = person.has_old_codes or person.activation is not False
    person.activation = False
    person.device, person.waiting, person.knows_device = states.Device.ACTIVE, 0, True
    give_way(ledger, person, FactorKind.IB_KEY)


def _cancel_asked(ledger: Ledger, person: Person) -> None:
    """Let end what the phone was asked that is not active any more; an approval that nobody collected dies with it."""
    for login in list(person.logins):
        if not login.is_sure:
            continue
        if login.request is APPROVED:
            if login.challenge:
                ledger.moved("challenge", ISSUED, states.OneShotEvent.CANCEL)
            login.challenge = False
            ledger.end_login(person, login, states.LoginEvent.FAIL, states.OneShotEvent.CANCEL)
            continue
        if login.challenge:
            ledger.moved("challenge", ISSUED, states.OneShotEvent.CANCEL)
        if login.request is ISSUED:
            ledger.moved("request", ISSUED, states.OneShotEvent.CANCEL)
        login.challenge, login.request = False, None


def _suspend(ledger: Ledger, person: Person, _event: Event) -> None:
    ledger.moved("device", states.Device.ACTIVE, states.DeviceEvent.SUSPEND)
    _cancel_asked(ledger, person)
    person.device = states.Device.SUSPENDED


def _resume(ledger: Ledger, person: Person, _event: Event) -> None:
    ledger.moved("device", states.Device.SUSPENDED, states.DeviceEvent.RESUME)
    person.device = states.Device.ACTIVE


def _revoke(ledger: Ledger, person: Person, event: Event) -> None:
    """A phone is out of use; one that only waited is given up, which its own user alone does."""
    is_own = event.facts.get("by") == "user"
    if not person.knows_device or (is_own and person.device is not None and person.waiting):
        person.knows_device = False
        person.blur()
    elif person.device is not None:
        ledger.moved("device", person.device, states.DeviceEvent.REVOKE)
        _cancel_asked(ledger, person)
        person.device = None
    elif person.waiting:
        ledger.moved("device", states.Device.PENDING, states.DeviceEvent.EXPIRE)
        person.waiting -= 1


def _set_number(_ledger: Ledger, person: Person, _event: Event) -> None:
    """Another number ends an enrolment by the old one's text; the same number, set again, ends none."""
    person.enrolment = None if person.enrolment else False


RULES: Final[Mapping[EventKind, Rule]] = MappingProxyType(
    {
        EventKind.ACTIVATION_ISSUED: _issue_code,
        EventKind.ACTIVATION_CONSUMED: _consume_code,
        EventKind.ACTIVATION_REFUSED: _refuse_code,
        EventKind.ACTIVATION_EXPIRED: _expire_code,
        EventKind.ENROLMENT_STARTED: _begin_enrolment,
        EventKind.ENROLMENT_COUNTED: _count_code,
        EventKind.ENROLMENT_REFUSED: _refuse_enrolment,
        EventKind.ENROLMENT_EXPIRED: _expire_enrolment,
        EventKind.ENROLMENT_COMPLETED: _complete_enrolment,
        EventKind.DEVICE_CONFIRMED: _confirm,
        EventKind.DEVICE_SUSPENDED: _suspend,
        EventKind.DEVICE_RESUMED: _resume,
        EventKind.DEVICE_REVOKED: _revoke,
        EventKind.NUMBER_SET: _set_number,
        EventKind.DESK_NUMBER_SET: _set_number,
    }
)
