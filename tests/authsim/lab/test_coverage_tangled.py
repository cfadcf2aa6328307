"""What a record leaves open is claimed by nobody: several logins at once, shared cards, operators, races of people."""

from collections.abc import Callable
from contextlib import suppress

import pytest

from authsim.errors import Reason, RefusalError
from authsim.model import FactorKind, PendingLogin, PushRequest, Role
from authsim.protocol.codes import Purpose
from authsim.verifier import factor_devices, operators, provisioning, sharing
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
