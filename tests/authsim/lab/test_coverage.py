"""What a run has exercised, as the record tells it: nothing that did not happen, and every transition that can."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from authsim.adapters.memory import MemoryStore
from authsim.errors import Reason
from authsim.events import EventKind
from authsim.lab.coverage import (
    NEVER,
    RULES,
    TELLS_NOTHING,
    compute_coverage,
    list_states,
    list_transitions,
)
from authsim.model import FactorKind, Mode
from authsim.policy import Policy
from authsim.protocol.codes import Purpose
from authsim.secret import Secret
from authsim.verifier import activation, factor_devices, gateway_session, login, operators, passwords, pending
from tests.support.device import TestPhone
from tests.support.lab_tracer import Tracer, require_honest, trace
from tests.support.people import BROWSER, Person, Town, refused
from tests.support.town_journeys import WhoIsIn
from tests.support.wallet import Wallet


def test_every_kind_of_row_is_read_or_tells_nothing() -> None:
    """No kind of row is forgotten, and none is in both lists."""
    assert set(RULES) | TELLS_NOTHING == set(EventKind)
    assert not set(RULES) & TELLS_NOTHING


def enrolled(town: Town, **numbers: int) -> tuple[Person, TestPhone]:
    """A user with an active phone."""
    town.under(**numbers)
    alice, phone = town.adds("alice"), town.sells_phone()
    alice.activates(phone)
    return alice, phone


# -- journeys


def types_responses(town: Town) -> None:
    """Rightly, and wrongly."""
    alice, phone = enrolled(town)
    alice.logs_in(with_=phone)
    alice.fails_response(alice.begins())


def answers_notifications(town: Town) -> None:
    """Approve, deny, and be asked again."""
    alice, phone = enrolled(town)
    alice.logs_in_by_push(with_=phone)
    _, asked = alice.is_asked()
    phone.denies(town.verifier, asked)
    waiting, _ = alice.is_asked()
    alice.resends(waiting)


def waits_too_long(town: Town) -> None:
    """Nobody answers."""
    alice, _ = enrolled(town)
    waiting, _ = alice.is_asked()
    town.clock.advance(seconds=181)
    with refused(Reason.PUSH_EXPIRED):
        pending.find_pending(town.verifier, waiting.token)


def loses_codes(town: Town) -> None:
    """QR codes that are shown anew, too old, spoiled, or ended by another password."""
    alice, phone = town.adds("alice"), town.sells_phone()
    alice.enters()
    entry = alice.enters()  # which supersedes the first code
    town.clock.advance(seconds=601)
    activation.show_activation(town.verifier, session=entry.session, token=entry.token)
    attempt = phone.scan(alice.sees_code(alice.enters()))
    with refused(Reason.ACTIVATION_MISMATCH):
        activation.redeem(town.verifier, replace(phone.ask(attempt), mac=bytes(32)))
    alice.enters()
    alice.takes_password(Secret("another long password"))


def enrols_by_text(town: Town) -> None:
    """Texted codes that are asked for anew, too late, wrong, or ended by another password; then the right one."""
    alice, phone = town.adds("alice"), town.sells_phone()
    phone.starts_adding(town.verifier, "alice", alice.password)
    town.clock.advance(seconds=121)
    attempt = phone.starts_adding(town.verifier, "alice", alice.password)  # which supersedes the first
    town.clock.advance(seconds=601)
    with refused(Reason.ENROLMENT_EXPIRED):
        phone.finishes_adding(attempt, alice.reads_code())
    attempt = phone.starts_adding(town.verifier, "alice", alice.password)
    wrong = f"{(int(alice.reads_code()) + 1) % 1_000_000:06d}"
    for _ in range(3):
        with refused(Reason.WRONG_CODE):
            phone.finishes_adding(attempt, wrong)
    town.clock.advance(seconds=121)
    phone.starts_adding(town.verifier, "alice", alice.password)
    alice.takes_password(Secret("another long password"))
    town.clock.advance(seconds=121)
    alice.adds_herself(phone)


def moves_between_phones(town: Town) -> None:
    """From phone to phone, lost and found."""
    alice, _ = enrolled(town)
    alice.begins()
    alice.adds_herself(town.sells_phone())  # in place of the first
    operators.suspend(town.verifier, alice.user)
    operators.resume(town.verifier, alice.user)
    operators.suspend(town.verifier, alice.user)
    town.clock.advance(seconds=121)
    alice.adds_herself(town.sells_phone())  # in place of one that is suspended
    operators.suspend(town.verifier, alice.user)
    operators.revoke_device(town.verifier, alice.user)
    alice.activates(town.sells_phone())
    operators.revoke_device(town.verifier, alice.user)


def confirms_phones(town: Town) -> None:
    """Phones that wait for the code that they show."""
    town.under(confirm_activation=1)
    alice = town.adds("alice")
    entry = alice.enters()
    town.sells_phone().activate(town.verifier, alice.sees_code(entry))
    alice.activates(town.sells_phone())  # while the first still waits
    operators.revoke_device(town.verifier, alice.user)
    entry = alice.enters()
    town.sells_phone().activate(town.verifier, alice.sees_code(entry))
    activation.disown(town.verifier, session=entry.session, token=entry.token)


def mistakes_the_mode(town: Town) -> None:
    """The switch on the wrong side: corrected, left alone, and ended by another password."""
    alice, phone = enrolled(town)

    def mistakes() -> Secret:
        with refused(Reason.WRONG_MODE) as caught:
            alice.begins(mode=Mode.PAPER)
        assert caught.value.continuation is not None
        return caught.value.continuation

    def goes_on(token: Secret) -> None:
        first = passwords.resume_first_factor(town.verifier, token=token, name="alice", client=BROWSER)
        waiting = login.begin_login(town.verifier, first, mode=Mode.LIVE)
        assert waiting.challenge is not None
        alice.answers(waiting, phone.respond(waiting.challenge.question))

    goes_on(mistakes())
    token = mistakes()
    town.clock.advance(seconds=61)
    with refused(Reason.LOGIN_EXPIRED):
        goes_on(token)
    mistakes()
    alice.takes_password(Secret("another long password"))


def lives_with_factors(town: Town) -> None:
    """Cards and apps: chosen, removed, answered wrongly, and not at all."""
    alice = town.adds("alice")
    wallet = Wallet(alice)
    wallet.gets(FactorKind.CODE_CARD)
    wallet.gets(FactorKind.AUTHENTICATOR_APP)
    asked = wallet.is_asked(FactorKind.CODE_CARD)
    wallet.chooses(asked, FactorKind.AUTHENTICATOR_APP)
    wallet.loses(FactorKind.AUTHENTICATOR_APP)  # while it is asked
    asked = wallet.is_asked(FactorKind.CODE_CARD)
    with refused(Reason.WRONG_RESPONSE):
        wallet.types(asked, "000000")
    asked = wallet.is_asked(FactorKind.CODE_CARD)
    town.clock.advance(seconds=181)
    with refused(Reason.PROMPT_EXPIRED):
        wallet.types(asked, "000000")


def chooses_beside_a_phone(town: Town) -> None:
    """Another device than the one that was asked first."""
    alice = town.adds("alice")
    wallet = Wallet(alice)
    wallet.gets(FactorKind.CODE_CARD)
    wallet.gets_phone(town.sells_phone())
    asked = wallet.is_asked(FactorKind.IB_KEY)
    wallet.chooses(asked, FactorKind.CODE_CARD)


def lets_things_wait(town: Town) -> None:
    """Factors that were requested and never activated."""
    town.under(account_days=60)
    alice = town.adds("alice")
    wallet = Wallet(alice)
    wallet.gets(FactorKind.CODE_CARD)

    def requests(kind: FactorKind) -> None:
        verified = wallet.proves(wallet.logs_in(FactorKind.CODE_CARD), Purpose.ADD_DEVICE, FactorKind.CODE_CARD)
        if kind is FactorKind.AUTHENTICATOR_APP:
            factor = factor_devices.begin_authenticator_app(town.verifier, verified).factor
        else:
            factor = factor_devices.request_online_card(town.verifier, verified)
        wallet.waits()
        if kind is FactorKind.AUTHENTICATOR_APP:
            factor_devices.remove_factor(town.verifier, verified, factor.factor_id)

    requests(FactorKind.AUTHENTICATOR_APP)
    requests(FactorKind.ONLINE_CARD)
    wallet.gets_phone(town.sells_phone())
    requests(FactorKind.ONLINE_CARD)
    town.clock.advance(days=15)
    alice.begins()


def helps_out_with_passcodes(town: Town) -> None:
    """Passcodes: used once, ended by a phone, and forgotten."""
    town.under(passcode_uses=1, account_days=60)
    alice = town.adds("alice")
    wallet = Wallet(alice)
    wallet.gets_passcode()
    wallet.logs_in(FactorKind.TEMPORARY_PASSCODE)
    bob = town.adds("bob", number="+12125550143")
    Wallet(bob).gets_passcode()
    town.clock.advance(seconds=121)
    bob.adds_herself(town.sells_phone())
    carl = town.adds("carl", number="+12125550144")
    Wallet(carl).gets_passcode()
    town.clock.advance(days=13)
    with refused(Reason.NO_ACTIVE_DEVICE):
        carl.begins()


def answers_programs(town: Town) -> None:
    """A gateway's session: asleep, out and in again, and taken from somebody who logged in elsewhere."""
    alice, phone = enrolled(town)
    gateway_session.open_gateway(town.verifier, alice.logs_in(with_=phone))
    for leave in (lambda: town.clock.advance(seconds=360), lambda: gateway_session.log_out(town.verifier)):
        leave()
        gateway_session.require_gateway(town.verifier)
        gateway_session.reauthenticate(town.verifier)
    town.clock.advance(seconds=1)
    alice.logs_in(with_=phone)
    gateway_session.begin_brokerage(town.verifier, compete=True)
    town.clock.advance(seconds=360)
    gateway_session.log_out(town.verifier)
    gateway_session.open_gateway(town.verifier, alice.logs_in(with_=phone))


JOURNEYS = [
    types_responses,
    answers_notifications,
    waits_too_long,
    loses_codes,
    enrols_by_text,
    moves_between_phones,
    confirms_phones,
    mistakes_the_mode,
    lives_with_factors,
    chooses_beside_a_phone,
    lets_things_wait,
    helps_out_with_passcodes,
    answers_programs,
]


@pytest.mark.parametrize("journey", JOURNEYS)
def test_what_is_claimed_happened(journey: Callable[[Town], None]) -> None:
    """Of one user at a time the record tells all that moves, and never what did not."""
    claimed, seen = trace(journey)
    require_honest(claimed, seen)
    assert set(claimed.transitions) == set(seen.transitions)
    assert set(claimed.states) == set(seen.states)


def test_every_transition_can_be_told() -> None:
    """There is no legal transition that no record tells, but those that nothing makes."""
    told = {name for journey in JOURNEYS for name in trace(journey)[0].transitions}
    assert told == set(list_transitions())
    assert not told & NEVER


class Traced(WhoIsIn):
    """Anything that people, thieves and the help desk may do, with the store watched."""

    def __init__(self) -> None:
        self.tracer: Tracer | None = None

        def watch(town: Town, store: MemoryStore) -> None:
            self.tracer = Tracer(store)
            town.between._inner = self.tracer

        super().__init__(spoil=watch)

    def teardown(self) -> None:
        assert self.tracer is not None
        require_honest(compute_coverage(self.town.record(), policy=self.town.policy), self.tracer.seen)


def test_nothing_is_claimed_that_did_not_happen_whatever_happens() -> None:
    """In any order of steps of several people, the record claims no more than what moved in the store."""
    run_state_machine_as_test(Traced, settings=settings(max_examples=12, stateful_step_count=30, deadline=None))


def test_it_is_described_with_what_is_missing() -> None:
    """What was exercised is told with its count, what was not by name; refusals count at every end."""
    claimed, _ = trace(types_responses)
    told = claimed.describe()
    assert told["transitions"]["exercised"]["challenge.issued.consume"] == 1
    assert "challenge.issued.supersede" in told["transitions"]["missing"]
    for part, known in (("states", list_states()), ("transitions", list_transitions())):
        assert sorted([*told[part]["exercised"], *told[part]["missing"]]) == sorted(known)
    assert told["refusals"]["exercised"] == {"wrong_response": 1}
    met = compute_coverage([], policy=Policy(), met=["wrong_pin", "wrong_pin"]).describe()
    assert met["refusals"]["exercised"] == {"wrong_pin": 2}
    assert met["transitions"]["exercised"] == {}
