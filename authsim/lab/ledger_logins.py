"""How rows about logins, and what they ask, are read: which login it was, if only one can be meant, and what moved."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, TypeAlias

from authsim import states
from authsim.errors import Reason
from authsim.events import Event, EventKind
from authsim.lab.ledger import APPROVED, ISSUED, Ledger, OpenLogin, Person, find_only, list_fresh
from authsim.model import FactorKind

Rule: TypeAlias = Callable[[Ledger, Person, Event], None]
_ANSWERS: Final = frozenset({EventKind.RESPONSE_COUNTED, EventKind.PROMPT_COUNTED})
#: The factors of which a code may be mistyped (`verifier.prompts`).
_CODES: Final = frozenset({FactorKind.TEXT.value, FactorKind.AUTHENTICATOR_APP.value})


def _follows(person: Person, *kinds: EventKind) -> bool:
    """Say whether the row before, about the same user, is of one of these kinds."""
    return person.last is not None and person.last.kind in kinds


def _start(_ledger: Ledger, person: Person, event: Event) -> None:
    person.asked = OpenLogin(started_ms=event.at_ms)
    person.logins.append(person.asked)


def _find_asked(ledger: Ledger, person: Person, event: Event) -> OpenLogin | None:
    """Return the login that asks something now: the one that just began, or the only one that there is."""
    if _follows(person, EventKind.LOGIN_STARTED) and person.asked is not None:
        return person.asked
    login = find_only(list_fresh(ledger, person, event))
    if login is None or not login.is_sure:
        person.blur()
        return None
    return login


def _await(ledger: Ledger, login: OpenLogin) -> None:
    """Let a login ask its first or next question."""
    if login.is_remembered:
        ledger.moved("login", states.Login.STARTED, states.LoginEvent.AWAIT_SECOND_FACTOR)
        login.is_remembered, login.has_asked = False, True
    _note_waiting(ledger, login)
    ledger.ask_otherwise(login, states.OneShotEvent.SUPERSEDE)


def _note_waiting(ledger: Ledger, login: OpenLogin) -> None:
    """Claim, once, that a login came into being at its second factor."""
    if not login.has_asked:
        ledger.born("login", states.Login.SECOND_FACTOR)
        login.has_asked = True


def _ask_challenge(ledger: Ledger, person: Person, event: Event) -> None:
    ledger.born("challenge", ISSUED)
    login = _find_asked(ledger, person, event)
    person.asked = login
    if login is not None:
        _await(ledger, login)
        login.challenge = True


def _ask_prompt(ledger: Ledger, person: Person, event: Event) -> None:
    ledger.born("prompt", ISSUED)
    login = _find_asked(ledger, person, event)
    if login is not None:
        _await(ledger, login)
        login.prompt = event.facts["kind"]


def _send(ledger: Ledger, person: Person, event: Event) -> None:
    """A request is sent: with a challenge, for a phone that waits, or again. Any other of the user is superseded."""
    ledger.born("request", ISSUED)
    is_new = _follows(person, EventKind.CHALLENGE_ISSUED, EventKind.LOGIN_STARTED)
    asked = person.asked if is_new else _find_asked(ledger, person, event)
    for login in person.logins:
        if login.request is ISSUED:
            if login.is_sure:
                ledger.moved("request", ISSUED, states.OneShotEvent.SUPERSEDE)
            login.request = None
    if asked is not None:
        _note_waiting(ledger, asked)
        asked.request, asked.decisions = ISSUED, 0


def _find_requested(person: Person) -> OpenLogin | None:
    """Return the login whose request is open: a user has one such request at most."""
    login = find_only([login for login in person.logins if login.request is ISSUED])
    return login if login is not None and login.is_sure else None


def _count_decision(_ledger: Ledger, person: Person, _event: Event) -> None:
    login = _find_requested(person)
    if login is not None:
        login.decisions += 1


def _approve(ledger: Ledger, person: Person, _event: Event) -> None:
    ledger.moved("request", ISSUED, states.OneShotEvent.CONSUME)
    login = _find_requested(person)
    if login is None:
        person.blur()
    else:
        login.request = APPROVED


def _decline(ledger: Ledger, person: Person, _event: Event) -> None:
    """Denied or reported: the request has failed, and its login with all that it asks."""
    login = _find_requested(person)
    if login is None:
        ledger.moved("request", ISSUED, states.OneShotEvent.FAIL)
        ledger.moved("login", states.Login.SECOND_FACTOR, states.LoginEvent.FAIL)
        person.blur()
    else:
        ledger.end_login(person, login, states.LoginEvent.FAIL, states.OneShotEvent.FAIL)


def _refuse_decision(ledger: Ledger, person: Person, event: Event) -> None:
    login = _find_requested(person)
    if event.reason is not Reason.WRONG_NUMBER or login is None or login.decisions < ledger.policy.push_tries:
        return
    if _follows(person, EventKind.PUSH_COUNTED):
        ledger.moved("request", ISSUED, states.OneShotEvent.FAIL)
        login.request = None
    else:
        login.is_sure = False


def _expire_request(ledger: Ledger, person: Person, _event: Event) -> None:
    ledger.moved("request", ISSUED, states.OneShotEvent.EXPIRE)
    login = _find_requested(person)
    if login is None:
        person.blur()
    else:
        login.request = None


def _expire_prompt(ledger: Ledger, person: Person, event: Event) -> None:
    ledger.moved("prompt", ISSUED, states.OneShotEvent.EXPIRE)
    login = find_only([login for login in person.logins if login.prompt == event.facts["kind"] or not login.is_sure])
    if login is None:
        person.blur()
    else:
        login.prompt = None


def _expire_waiting(ledger: Ledger, person: Person, _event: Event) -> None:
    """A login whose challenge was not answered in time: both have expired, and what else it asked."""
    login = find_only([login for login in person.logins if not login.is_remembered])
    if login is None:
        ledger.moved("login", states.Login.SECOND_FACTOR, states.LoginEvent.EXPIRE)
        person.blur()
    else:
        ledger.end_login(person, login, states.LoginEvent.EXPIRE, states.OneShotEvent.EXPIRE)


def _expire_login(ledger: Ledger, person: Person, event: Event) -> None:
    """A login that was left alone, before or after it asked something."""
    login = find_only(person.logins)
    if login is None or (login.is_remembered and event.facts):  # it may have gone on to a choice without a row
        person.blur()
        if login is not None:
            person.end(login)
        elif person.logins and not any(one.is_remembered for one in person.logins):
            ledger.moved("login", states.Login.SECOND_FACTOR, states.LoginEvent.EXPIRE)
    else:
        ledger.end_login(person, login, states.LoginEvent.EXPIRE, states.OneShotEvent.EXPIRE)


def _count_answer(ledger: Ledger, person: Person, event: Event) -> None:
    kind = event.facts.get("kind") if event.kind is EventKind.PROMPT_COUNTED else None
    fresh = list_fresh(ledger, person, event)
    login = find_only([one for one in fresh if one.prompt == kind and (kind is not None or one.challenge)])
    if login is not None and not (login.is_sure and all(one.is_sure for one in fresh)):
        login = None
    if login is not None:
        login.answers += 1
    person.counted = (event.kind, login)


def _count_password(_ledger: Ledger, person: Person, event: Event) -> None:
    person.counted = (event.kind, None)


def _refuse(ledger: Ledger, person: Person, event: Event) -> None:
    """A refusal ends the login whose last try it was; one of a password ends none."""
    counted, person.counted = person.counted, None
    if event.reason is Reason.WRONG_MODE:
        if _follows(person, EventKind.LOGIN_STARTED) and person.asked is not None:
            person.asked.is_remembered = True
            ledger.born("login", states.Login.STARTED)
        return
    if counted is None:
        if event.reason is Reason.USER_LOCKED:  # met when an approval was collected
            _fail(ledger, person, find_only([one for one in person.logins if one.request is APPROVED]))
        return
    kind, login = counted
    if login is not None and not login.challenge and login.prompt is None:
        return  # it was closed while its answer was judged
    if kind in _ANSWERS and (login is None or _is_last(ledger, login, event)):
        _fail(ledger, person, login)


def _is_last(ledger: Ledger, login: OpenLogin, event: Event) -> bool:
    is_code = login.prompt in _CODES
    allowed = ledger.policy.login_code_tries if is_code else ledger.policy.responses_per_challenge
    return event.reason is Reason.USER_LOCKED or login.answers >= allowed


def _fail(ledger: Ledger, person: Person, login: OpenLogin | None) -> None:
    if login is None or not login.is_sure:
        person.blur()
    else:
        ledger.end_login(person, login, states.LoginEvent.FAIL, states.OneShotEvent.FAIL)


def _lock(ledger: Ledger, person: Person, event: Event) -> None:
    """The failure that locks ends its login, whatever tries were left; an operator's lock ends none."""
    if "by" in event.facts or not _follows(person, EventKind.LOGIN_REFUSED):
        return
    asked = [one for one in person.logins if one.answers]
    if asked:
        _fail(ledger, person, find_only(asked))


def _complete(ledger: Ledger, person: Person, event: Event) -> None:
    """Both factors: the login is done by what was answered, and whatever else it asked is cancelled."""
    if event.facts.get("factors") == "one":
        return
    counted, person.counted = person.counted, None
    login = None if counted is None else counted[1]
    is_typed = counted is not None and counted[0] in _ANSWERS
    if not is_typed:
        login = find_only([one for one in list_fresh(ledger, person, event) if one.request is APPROVED])
    if login is None or not login.is_sure:
        ledger.moved("login", states.Login.SECOND_FACTOR, states.LoginEvent.COMPLETE)
        person.blur()
        return
    if is_typed:
        _consume(ledger, person, login)
    ledger.end_login(person, login, states.LoginEvent.COMPLETE, states.OneShotEvent.CANCEL)


def _consume(ledger: Ledger, person: Person, login: OpenLogin) -> None:
    """Let the answered question be consumed; beside an approval it may have been the approval that won."""
    if login.request is APPROVED:
        login.is_sure = False
        return
    if login.prompt is not None:
        ledger.moved("prompt", ISSUED, states.OneShotEvent.CONSUME)
        if login.prompt == FactorKind.TEMPORARY_PASSCODE.value and ledger.policy.passcode_uses:
            ledger.moved("factor", states.Factor.ACTIVE, states.FactorEvent.SPEND)
            person.holds(login.prompt).active = False
    elif login.challenge:
        ledger.moved("challenge", ISSUED, states.OneShotEvent.CONSUME)
    login.prompt, login.challenge = None, False


def _set_password(ledger: Ledger, person: Person, _event: Event) -> None:
    """Another password ends what the old one opened."""
    for login in list(person.logins):
        if login.is_sure:
            ledger.end_login(person, login, states.LoginEvent.FAIL, states.OneShotEvent.FAIL)
    person.logins = []
    if person.activation:
        ledger.moved("activation", ISSUED, states.OneShotEvent.CANCEL)
        person.has_old_codes = True
    if person.enrolment:
        ledger.moved("enrolment", ISSUED, states.OneShotEvent.CANCEL)
    person.activation = person.enrolment = False


RULES: Final[Mapping[EventKind, Rule]] = MappingProxyType(
    {
        EventKind.LOGIN_STARTED: _start,
        EventKind.CHALLENGE_ISSUED: _ask_challenge,
        EventKind.PROMPT_ISSUED: _ask_prompt,
        EventKind.PUSH_SENT: _send,
        EventKind.PUSH_COUNTED: _count_decision,
        EventKind.PUSH_APPROVED: _approve,
        EventKind.PUSH_DENIED: _decline,
        EventKind.PUSH_REPORTED: _decline,
        EventKind.PUSH_REFUSED: _refuse_decision,
        EventKind.PUSH_EXPIRED: _expire_request,
        EventKind.PROMPT_EXPIRED: _expire_prompt,
        EventKind.CHALLENGE_EXPIRED: _expire_waiting,
        EventKind.LOGIN_EXPIRED: _expire_login,
        EventKind.RESPONSE_COUNTED: _count_answer,
        EventKind.PROMPT_COUNTED: _count_answer,
        EventKind.PASSWORD_COUNTED: _count_password,
        EventKind.PASSWORD_PASSED: lambda _ledger, person, _event: setattr(person, "counted", None),
        EventKind.LOGIN_REFUSED: _refuse,
        EventKind.USER_LOCKED: _lock,
        EventKind.LOGIN_COMPLETED: _complete,
        EventKind.IDENTITY_VERIFIED: _complete,
        EventKind.PASSWORD_SET: _set_password,
    }
)
