"""The trading device of a user who opted out: credentials alone open it, and it opens nothing else."""

import pytest

from authsim import states
from authsim.errors import Reason
from authsim.events import EventKind
from authsim.model import Device, Factor, FactorId, FactorKind, Factors, Mode, Reach, UserId
from authsim.secret import Secret
from authsim.verifier import operators
from authsim.verifier.challenge_response import complete_challenge
from authsim.verifier.login import find_pending
from authsim.verifier.prompted import complete_prompt
from authsim.verifier.secure_login import cancel_opt_out, opt_out
from authsim.verifier.sessions import SignedIn, require_session
from authsim.verifier.tokens import draw_id
from authsim.verifier.trading_entry import AskedTrading, EnteredTrading, enter_trading, require_trading
from tests.support.device import TestPhone
from tests.support.nouns import event
from tests.support.people import BROWSER, Person, Town, refused
from tests.support.wallet import Wallet


@pytest.fixture
def signed_in(town: Town, alice: Person, phone: TestPhone) -> SignedIn:
    """alice's browser at the portal, signed in with both factors."""
    alice.activates(phone)
    return require_session(town.verifier, alice.logs_in(with_=phone).token)


def enter(town: Town, person: Person) -> EnteredTrading:
    """Type the credentials into the trading device, and be in."""
    entered = enter_trading(town.verifier, person.passes_password())
    assert isinstance(entered, EnteredTrading)
    return entered


def test_credentials_alone_open_it(town: Town, alice: Person, signed_in: SignedIn) -> None:
    """The session has one factor and reaches trading; the record has the login with one factor."""
    opt_out(town.verifier, signed_in, agreed=True)

    entered = enter(town, alice)

    opened = require_trading(town.verifier, entered.token)
    assert (opened.session, opened.user.name) == (entered.session, "alice")
    assert (opened.session.factors, opened.session.reach, opened.session.proof) == (Factors.ONE, Reach.TRADING, None)
    assert alice.events()[-2:] == [(EventKind.SESSION_OPENED, None), (EventKind.LOGIN_COMPLETED, None)]
    assert town.record()[-1].facts == {"factors": "one", "address": BROWSER.address, "agent": BROWSER.agent}


def test_the_phone_is_not_asked(town: Town, alice: Person, phone: TestPhone, signed_in: SignedIn) -> None:
    """No challenge, no request: nothing to approve."""
    opt_out(town.verifier, signed_in, agreed=True)
    before = len(town.record())
    enter(town, alice)

    assert {event.kind for event in town.record()[before:]}.isdisjoint(
        {EventKind.CHALLENGE_ISSUED, EventKind.PUSH_SENT, EventKind.LOGIN_STARTED}
    )


def test_everybody_else_is_asked_for_a_device(town: Town, alice: Person, signed_in: SignedIn) -> None:
    """Who is enrolled, who is opting out and not yet there, and who came back; nothing is announced."""
    town.under(opt_out_cooling_seconds=60)

    def asks() -> bool:
        asked = enter_trading(town.verifier, alice.passes_password())
        assert isinstance(asked, AskedTrading)
        push = find_pending(town.verifier, asked.token).push
        return push is not None and not push.is_notified

    assert asks()
    opt_out(town.verifier, signed_in, agreed=True)
    assert asks()
    town.clock.advance(seconds=60)
    assert enter(town, alice)
    cancel_opt_out(town.verifier, signed_in)
    assert asks()


def test_who_has_no_device_and_is_enrolled_is_refused(town: Town, alice: Person) -> None:
    """As at every login: there is nothing to ask."""
    with refused(Reason.NO_ACTIVE_DEVICE):
        enter_trading(town.verifier, alice.passes_password())


def test_the_phone_is_asked_beside_other_factors(
    town: Town, alice: Person, phone: TestPhone, signed_in: SignedIn
) -> None:
    """There is no chooser on a trading device: it takes the response of a phone, which opens the session."""
    hold(town, alice)

    asked = enter_trading(town.verifier, alice.passes_password())

    assert isinstance(asked, AskedTrading)
    response = phone.respond(asked.challenge.question)
    proof = complete_challenge(town.verifier, token=asked.token, response=response, client=BROWSER)
    assert proof.session.factors is Factors.TWO


def test_without_a_phone_nothing_else_is_asked(town: Town, alice: Person) -> None:
    """No text is sent that could not be used here; nor when the phone is stopped at that very moment."""
    hold(town, alice)
    with refused(Reason.NO_ACTIVE_DEVICE):
        enter_trading(town.verifier, alice.passes_password())
    assert (EventKind.LOGIN_STARTED, None) not in alice.events()

    alice.activates(town.sells_phone())
    first = alice.passes_password()
    real = town.verifier.store.devices.active_of(alice.user.user_id)
    asked: list[object] = []

    def active_once(user_id: UserId) -> Device | None:
        asked.append(user_id)
        return real if len(asked) == 1 else None

    town.between.replace("devices.active_of", active_once)
    with refused(Reason.NO_ACTIVE_DEVICE):
        enter_trading(town.verifier, first)


def hold(town: Town, person: Person) -> None:
    """Give a user an authenticator app."""
    factor = Factor(
        factor_id=FactorId(draw_id(town.entropy)),
        user_id=person.user.user_id,
        kind=FactorKind.AUTHENTICATOR_APP,
        state=states.Factor.ACTIVE,
        made_ms=town.clock.now_ms(),
    )
    town.verifier.store.factors.add(factor, closes=frozenset(), event=event(EventKind.FACTOR_ACTIVATED))


def test_the_portal_asks_for_the_device_all_the_same(
    town: Town, alice: Person, phone: TestPhone, signed_in: SignedIn
) -> None:
    """Opting out is partial."""
    opt_out(town.verifier, signed_in, agreed=True)

    assert alice.begins(mode=Mode.LIVE).challenge is not None
    assert alice.logs_in(with_=phone).session.factors is Factors.TWO


def test_it_knows_a_session_of_the_phone(town: Town, alice: Person, phone: TestPhone, signed_in: SignedIn) -> None:
    """Both factors open it, wherever they were shown."""
    assert require_trading(town.verifier, alice.logs_in(with_=phone).token).user.name == "alice"


def test_a_password_alone_opens_it_to_nobody_else(town: Town, alice: Person) -> None:
    """The portal's limited session, which shows a QR code, is none of the trading device's."""
    entry = alice.enters()

    with refused(Reason.SESSION_EXPIRED):
        require_trading(town.verifier, entry.token)


def test_the_cards_session_is_not_the_trading_devices(town: Town) -> None:
    """What a passcode opens when its full access is over reaches the online card, and no trading."""
    wallet = Wallet(town.adds("carol", number="+12125550177"))
    wallet.gets_passcode()
    town.clock.advance(seconds=town.verifier.policy.passcode_full_seconds)
    pending = wallet.is_asked(FactorKind.TEMPORARY_PASSCODE)
    proof = complete_prompt(town.verifier, token=pending.token, answer=wallet.passcode, client=BROWSER)
    assert proof.session.reach is Reach.CARD_ONLY

    with refused(Reason.SESSION_EXPIRED):
        require_trading(town.verifier, proof.token)


def test_a_session_that_overtook_the_way_back_is_over(town: Town, alice: Person, signed_in: SignedIn) -> None:
    """Credentials that were judged before their user came back open nothing afterwards."""
    opt_out(town.verifier, signed_in, agreed=True)
    first = alice.passes_password()
    cancel_opt_out(town.verifier, signed_in)

    entered = enter_trading(town.verifier, first)

    assert isinstance(entered, EnteredTrading)
    with refused(Reason.SESSION_EXPIRED):
        require_trading(town.verifier, entered.token)


def test_it_says_how_many_failures_there_were_and_clears_none(town: Town, alice: Person, signed_in: SignedIn) -> None:
    """Whoever has the password alone gets no new tries at the portal's second factor by it."""
    opt_out(town.verifier, signed_in, agreed=True)
    for _ in range(3):
        alice.fails_password()

    assert enter(town, alice).failures_before == 3
    assert len(alice.lockout.failures_ms) == 3


def test_a_lock_that_was_set_meanwhile_stays(town: Town, alice: Person, signed_in: SignedIn) -> None:
    """Between the judging of the password and the opening of the session an operator locks the user."""
    opt_out(town.verifier, signed_in, agreed=True)
    first = alice.passes_password()
    alice.is_locked()

    enter_trading(town.verifier, first)

    assert alice.lockout.locked_until_ms is not None


def test_a_password_that_was_replaced_meanwhile_opens_nothing(town: Town, alice: Person, signed_in: SignedIn) -> None:
    """Nobody gets in with what is no password any more."""
    opt_out(town.verifier, signed_in, agreed=True)
    first = alice.passes_password()
    operators.set_password(town.verifier, alice.user, Secret("another horse battery"))

    with refused(Reason.WRONG_PASSWORD):
        enter_trading(town.verifier, first)
    assert alice.events()[-1] == (EventKind.LOGIN_REFUSED, Reason.WRONG_PASSWORD)


def test_coming_back_ends_what_credentials_alone_opened(town: Town, alice: Person, signed_in: SignedIn) -> None:
    """At once, and nothing else: the browser in which it was done stays."""
    opt_out(town.verifier, signed_in, agreed=True)
    entered = enter(town, alice)

    cancel_opt_out(town.verifier, signed_in)

    with refused(Reason.SESSION_EXPIRED):
        require_session(town.verifier, entered.token)
    assert signed_in.session in town.verifier.store.sessions.list_open(alice.user.user_id, now_ms=town.clock.now_ms())
    assert alice.events()[-1] == (EventKind.SESSION_ENDED, None)


def test_a_trading_session_that_ends_meanwhile_is_no_matter(town: Town, alice: Person, signed_in: SignedIn) -> None:
    """Its user logs out at the very moment."""
    opt_out(town.verifier, signed_in, agreed=True)
    entered = enter(town, alice)
    now_ms = town.clock.now_ms()
    ended = town.record()[-1]
    town.between.before(
        "sessions.end",
        lambda: town.verifier.store.sessions.end(
            entered.session.session_id, alice.user.user_id, now_ms=now_ms, event=ended
        ),
    )

    cancel_opt_out(town.verifier, signed_in)

    with refused(Reason.SESSION_EXPIRED):
        require_session(town.verifier, entered.token)
