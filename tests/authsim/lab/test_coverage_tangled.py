"""What a record leaves open is claimed by nobody: several logins at once, shared cards, operators, races of people."""

from collections.abc import Callable
from contextlib import suppress

import pytest

from authsim.errors import Reason, RefusalError
from authsim.events import Event, EventKind
from authsim.lab.coverage import compute_coverage
from authsim.model import Factor, FactorKind, PendingLogin, PushRequest, Role, UserId
from authsim.policy import Policy
from authsim.protocol.codes import Purpose
from authsim.verifier import factor_devices, operators, provisioning, sharing
from authsim.verifier.sessions import SignedIn
from tests.support.device import TestPhone
from tests.support.lab_tracer import require_honest, trace
from tests.support.people import BROWSER, PASSWORD, Person, Town, refused
from tests.support.wallet import Wallet


def enrolled(town: Town, **numbers: int) -> tuple[Person, TestPhone]:
    """A user with an active phone, under other numbers of the policy."""
    town.under(**numbers)
    alice, phone = town.adds("alice"), town.sells_phone()
    alice.activates(phone)
    return alice, phone


def request_of(town: Town, waiting: PendingLogin) -> PushRequest:
    """The newest request of a login."""
    found = town.verifier.store.pushes.latest_of_login(waiting.login.login_id)
    assert found is not None
    return found


def with_card_and_phone(town: Town, name: str = "alice") -> Wallet:
    """Somebody who may choose at each login."""
    wallet = Wallet(town.adds(name))
    wallet.gets(FactorKind.CODE_CARD)
    wallet.gets_phone(town.sells_phone())
    wallet.waits()
    return wallet


def chooses_in_two_logins(town: Town) -> None:
    """Which login asked what, nobody can tell."""
    wallet = with_card_and_phone(town)
    assert wallet.phone is not None
    alice = wallet.person
    for decision in ("approves", "denies", "reports"):
        first, second = alice.begins(), alice.begins()
        wallet.chooses(first, FactorKind.CODE_CARD)
        asked = wallet.chooses(second, FactorKind.IB_KEY)
        with suppress(RefusalError):
            getattr(wallet.phone, decision)(town.verifier, request_of(town, asked))
            alice.collects(asked)
        with suppress(RefusalError):
            wallet.types(first, "000000")
        town.clock.advance(seconds=301)
    waiting, other = wallet.is_asked(FactorKind.IB_KEY), wallet.is_asked(FactorKind.CODE_CARD)
    town.clock.advance(seconds=181)
    for login in (waiting, other):
        with suppress(RefusalError):
            wallet.completes(login)
    town.clock.advance(seconds=301)
    for login in (waiting, other):
        with suppress(RefusalError):
            wallet.completes(login)


def types_in_two_windows(town: Town) -> None:
    """Two logins wait for the same phone: which of them an answer was for, the record does not say."""
    alice, phone = enrolled(town, responses_per_challenge=3)
    first, second = alice.begins(), alice.begins()
    alice.fails_response(first)
    alice.fails_response(second)
    assert second.challenge is not None
    alice.answers(second, phone.respond(second.challenge.question))
    with refused(Reason.WRONG_RESPONSE):
        alice.answers(first, "00000000")
    alice.is_asked()


def types_wrong_numbers(town: Town) -> None:
    """Numbers that are wrong end a request after the last try, and only then."""
    alice, phone = enrolled(town, push_number_digits=2, push_tries=2)
    _, asked = alice.is_asked()
    wrong = f"{(int(asked.number) + 1) % 100:02d}"
    for _ in range(2):
        with refused(Reason.WRONG_NUMBER):
            phone.approves(town.verifier, asked, number=wrong)
    with refused(Reason.PUSH_CLOSED):
        phone.approves(town.verifier, asked, number=asked.number)


def is_locked_by_answers(town: Town) -> None:
    """The failure that locks ends the login although tries are left; one met at an approval ends it too."""
    alice, phone = enrolled(town, lockout_failures=2, responses_per_challenge=5)
    waiting = alice.begins()
    alice.fails_response(waiting)
    alice.fails_response(waiting)
    operators.unlock(town.verifier, alice.user)
    waiting, asked = alice.is_asked()
    phone.approves(town.verifier, asked)
    alice.is_locked()
    with refused(Reason.USER_LOCKED):
        alice.collects(waiting)
    operators.unlock(town.verifier, alice.user)
    waiting, asked = alice.is_asked()
    phone.approves(town.verifier, asked)
    assert waiting.challenge is not None
    alice.answers(waiting, phone.respond(waiting.challenge.question))  # typed, although approved
    waiting, asked = alice.is_asked()
    phone.approves(town.verifier, asked)
    operators.suspend(town.verifier, alice.user)  # the approval dies with it


def shares_a_card(town: Town) -> None:
    """What is shared ends with its owner's, in whatever way that did."""
    town.under(account_days=60)
    owner, second = with_card_and_phone(town), with_card_and_phone(town, "bob-of-alice")
    account = town.verifier.store.users.get(owner.person.user.user_id)
    assert account is not None
    third = Wallet(town.adds("carol", role=Role.SECONDARY, account=account.account, number="+12125550145"))
    third.gets_phone(town.sells_phone())
    third.waits()
    signed_in = third.proves(third.logs_in(FactorKind.IB_KEY), Purpose.ADD_DEVICE, FactorKind.IB_KEY)
    share = sharing.begin_share(town.verifier, signed_in, owner_name="alice", owner_password=PASSWORD, client=BROWSER)
    answer = owner.answers_to(FactorKind.CODE_CARD, share.question)
    sharing.complete_share(town.verifier, signed_in, answer=answer, client=BROWSER)
    third.is_asked(FactorKind.CODE_CARD)
    owner.loses(FactorKind.CODE_CARD)
    second.is_asked(FactorKind.CODE_CARD)
    operators.remove_user(town.verifier, owner.person.user)


def is_given_factors(town: Town) -> None:
    """An operator gives what nobody requested; a second app takes the first one's place."""
    alice = town.adds("alice")
    provisioning.give_texts(town.verifier, alice.user)
    provisioning.give_authenticator_app(town.verifier, alice.user)
    provisioning.give_authenticator_app(town.verifier, alice.user)


def asks_the_other_phone(town: Town) -> None:
    """A new phone waits for the old one: approved, denied, and given up while the old one is in use."""
    town.under(add_user_by_device=1)
    alice, old = town.adds("alice"), town.sells_phone()
    alice.adds_herself(old)
    for decision in ("denies", "approves"):
        town.clock.advance(seconds=121)
        new = town.sells_phone()
        alice.adds_herself(new)
        device = town.verifier.store.devices.current_of(alice.user.user_id)
        assert device is not None
        (asked,) = town.verifier.store.pushes.list_open(device.device_id, now_ms=town.clock.now_ms())
        getattr(old, decision)(town.verifier, asked)
    town.clock.advance(seconds=121)
    alice.adds_herself(town.sells_phone())
    operators.suspend(town.verifier, alice.user)
    operators.resume(town.verifier, alice.user)
    operators.revoke_device(town.verifier, alice.user)


def changes_the_number(town: Town) -> None:
    """Another number ends an enrolment, and the same one does not: the record has both alike."""
    wallet = with_card_and_phone(town)
    phone = town.sells_phone()
    for number in ("+12125550177", "+12125550177"):
        phone.starts_adding(town.verifier, "alice", PASSWORD)
        wallet.waits()
        verified = wallet.proves(wallet.logs_in(FactorKind.CODE_CARD), Purpose.CHANGE_CONTACT, FactorKind.CODE_CARD)
        factor_devices.change_number(town.verifier, verified, number)
    phone.starts_adding(town.verifier, "alice", PASSWORD)


def uses_old_codes(town: Town) -> None:
    """A code that was superseded is refused again and again, while another one waits."""
    alice, phone = town.adds("alice"), town.sells_phone()
    old = alice.sees_code(alice.enters())
    alice.enters()
    for seconds in (1, 601):
        town.clock.advance(seconds=seconds)
        with refused(Reason.ACTIVATION_EXPIRED):
            phone.activate(town.verifier, old)
    alice.enters()
    fresh = town.adds("bob", number="+12125550143")
    code = fresh.sees_code(fresh.enters())
    town.clock.advance(seconds=601)
    with refused(Reason.ACTIVATION_EXPIRED):
        phone.activate(town.verifier, code)


def holds_two_of_a_kind(town: Town) -> None:
    """One app is active and another waits; one of them is removed, another spends its tries."""
    wallet = Wallet(town.adds("alice"))
    wallet.gets(FactorKind.AUTHENTICATOR_APP)
    app = FactorKind.AUTHENTICATOR_APP

    def begins() -> tuple[SignedIn, Factor]:
        inside = wallet.logs_in(app)
        wallet.waits()
        signed_in = wallet.proves(inside, Purpose.ADD_DEVICE, app)
        wallet.waits()
        return signed_in, factor_devices.begin_authenticator_app(town.verifier, signed_in).factor

    signed_in, waiting = begins()
    for _ in range(4):
        with suppress(RefusalError):
            factor_devices.confirm_authenticator_app(town.verifier, signed_in, waiting.factor_id, "000000")
    wallet.waits()
    signed_in, waiting = begins()
    wallet.is_asked(app)
    factor_devices.remove_factor(town.verifier, signed_in, waiting.factor_id)
    wallet.waits()
    wallet.loses(app)


@pytest.mark.parametrize(
    "tangle",
    [
        chooses_in_two_logins,
        types_in_two_windows,
        types_wrong_numbers,
        is_locked_by_answers,
        shares_a_card,
        is_given_factors,
        asks_the_other_phone,
        changes_the_number,
        uses_old_codes,
        holds_two_of_a_kind,
    ],
)
def test_what_cannot_be_told_is_not_claimed(tangle: Callable[[Town], None]) -> None:
    """Where a row may be about one thing or another, no claim goes beyond what really moved."""
    claimed, seen = trace(tangle)
    require_honest(claimed, seen)
    assert claimed.transitions


def test_people_are_kept_apart() -> None:
    """What one user does says nothing about another: each one's logins are told for certain."""

    def journey(town: Town) -> None:
        alice, phone = enrolled(town)
        bob, other = town.adds("bob", number="+12125550143"), town.sells_phone()
        bob.activates(other)
        waiting = alice.begins()
        bob.begins()
        assert waiting.challenge is not None
        alice.answers(waiting, phone.respond(waiting.challenge.question))

    claimed, seen = trace(journey)
    assert claimed.transitions == seen.transitions


ALICE = UserId("a1" * 16)


def claims(*rows: EventKind | tuple[EventKind, Reason | None, dict[str, str]]) -> dict[str, int]:
    """What a record of these rows about one user claims of transitions."""
    events = []
    for row in rows:
        kind, reason, facts = row if isinstance(row, tuple) else (row, None, {})
        events.append(Event(kind=kind, at_ms=1_000, user_id=ALICE, reason=reason, facts=facts))
    return dict(compute_coverage(events, policy=Policy()).transitions)


OPEN = (EventKind.LOGIN_STARTED, EventKind.CHALLENGE_ISSUED, EventKind.PUSH_SENT)


def test_a_last_try_counts_only_right_before_its_refusal() -> None:
    """When another row of the user stands between a try and a refusal, the refusal may be about something else."""
    wrong = (EventKind.PUSH_REFUSED, Reason.WRONG_NUMBER, {})
    assert claims(*OPEN, EventKind.PUSH_COUNTED, wrong) == {"request.issued.fail": 1}
    assert claims(*OPEN, EventKind.PUSH_COUNTED, EventKind.TICKET_OPENED, wrong) == {}
    code = (EventKind.ENROLMENT_REFUSED, Reason.WRONG_CODE, {})
    tries = (EventKind.ENROLMENT_STARTED, *[EventKind.ENROLMENT_COUNTED] * 3)
    assert claims(*tries, code) == {"enrolment.issued.fail": 1}
    assert claims(*tries, EventKind.TICKET_OPENED, code) == {}


def test_of_two_logins_only_what_holds_for_both_is_claimed() -> None:
    """An end that may be either's is that of a login, and says nothing about what else each of them asked."""
    assert claims(*OPEN, *OPEN, EventKind.LOGIN_EXPIRED) == {
        "login.second_factor.expire": 1,
        "request.issued.supersede": 1,
    }
    assert claims(*OPEN, *OPEN, EventKind.CHALLENGE_EXPIRED)["login.second_factor.expire"] == 1
    two = (*OPEN, *OPEN, EventKind.LOGIN_COMPLETED, EventKind.PUSH_EXPIRED, EventKind.PASSWORD_SET)
    assert claims(*two) == {
        "login.second_factor.complete": 1,
        "request.issued.expire": 1,
        "request.issued.supersede": 1,
    }


def test_a_login_on_the_trading_device_by_password_alone_completes_none() -> None:
    """It opens a session without any login that waits for a second factor."""
    assert claims(*OPEN, (EventKind.LOGIN_COMPLETED, None, {"factors": "one"})) == {}


def test_a_remembered_login_may_have_gone_on_without_a_row() -> None:
    """A login whose switch was corrected and that then waited to be asked expires from one state or the other."""
    mistaken = (EventKind.LOGIN_STARTED, (EventKind.LOGIN_REFUSED, Reason.WRONG_MODE, {}))
    assert claims(*mistaken, EventKind.LOGIN_EXPIRED) == {"login.started.expire": 1}
    assert claims(*mistaken, (EventKind.LOGIN_EXPIRED, None, {"address": "127.0.0.1"})) == {}


def test_a_factor_that_somebody_else_ended_claims_nothing() -> None:
    """A row that names another hand says that a factor ended, and not how."""
    given = (EventKind.FACTOR_ACTIVATED, None, {"kind": "code_card", "by": "operator"})
    asked = (EventKind.LOGIN_STARTED, (EventKind.PROMPT_ISSUED, None, {"kind": "code_card"}))
    ended = (EventKind.FACTOR_CLOSED, None, {"kind": "code_card", "by": "operator"})
    assert claims(given, *asked, ended, EventKind.PASSWORD_SET) == {}
