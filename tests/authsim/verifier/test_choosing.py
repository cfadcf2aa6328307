"""Choosing from several second factors, and choosing again."""

import pytest

from authsim import states
from authsim.errors import Reason
from authsim.events import EventKind
from authsim.factor_rules import ORDER
from authsim.model import FactorKind, Factors, Mode, PendingLogin
from authsim.policy import SECOND
from authsim.protocol.codes import Purpose
from authsim.secret import Secret
from authsim.verifier import choosing, login, operators
from authsim.verifier.factors import id_of, kind_of
from authsim.verifier.passwords import resume_first_factor
from authsim.verifier.pending import find_pending
from authsim.verifier.topics import device_topic
from tests.support.device import TestPhone
from tests.support.people import BROWSER, Person, Town, question_of, refused
from tests.support.wallet import Wallet

PHONE, APP, CODES = FactorKind.IB_KEY, FactorKind.AUTHENTICATOR_APP, FactorKind.CODE_CARD


@pytest.fixture
def wallet(alice: Person, phone: TestPhone) -> Wallet:
    """A wallet with a code card and an app, beside a phone."""
    carried = Wallet(alice)
    carried.gets(CODES)
    carried.gets(APP)
    carried.gets_phone(phone)
    carried.waits()
    return carried


def choice(asked: PendingLogin, kind: FactorKind) -> str:
    """Return by which id this kind is chosen."""
    return next(id_of(one) for one in asked.offered if kind_of(one) is kind)


class TestOffer:
    def test_several_are_offered_and_nothing_is_asked(self, town: Town, wallet: Wallet) -> None:
        """In the order of the page; the phone is not disturbed, no code is sent, and a reload shows the same."""
        texts = wallet.person.texts()
        begun = wallet.person.begins()
        assert [kind_of(one) for one in begun.offered] == [kind for kind in ORDER if kind in (PHONE, APP, CODES)]
        assert (begun.challenge, begun.push, begun.prompt) == (None, None, None)
        assert find_pending(town.verifier, begun.token) == begun
        assert town.verifier.store.pushes.latest_of_login(begun.login.login_id) is None
        assert wallet.person.texts() == texts
        assert begun.login.state is states.Login.SECOND_FACTOR

    def test_an_offer_is_open_as_long_as_the_login(self, town: Town, wallet: Wallet) -> None:
        """Who chooses nothing for five minutes begins again; nothing counts."""
        begun = wallet.person.begins()
        town.clock.advance(seconds=300, ms=-1)
        find_pending(town.verifier, begun.token)
        town.clock.advance(ms=1)
        for _ in range(2):
            with refused(Reason.LOGIN_EXPIRED):
                choosing.choose_factor(town.verifier, token=begun.token, choice=choice(begun, APP), client=BROWSER)
        assert wallet.person.lockout.failures_ms == ()

    def test_when_all_are_gone_there_is_nothing_to_choose(self, town: Town, alice: Person) -> None:
        """A login whose every factor was removed meanwhile is over."""
        wallet = Wallet(alice)
        wallet.gets(CODES)
        wallet.gets(APP)
        begun = alice.begins()
        for kind in (CODES, APP):
            factor_id = wallet.held(kind).factor_id
            town.verifier.store.factors.change(
                factor_id, states.FactorEvent.REVOKE, now_ms=wallet.now_ms, event=town.record()[-1]
            )
        with refused(Reason.NO_ACTIVE_DEVICE):
            find_pending(town.verifier, begun.token)
        with refused(Reason.LOGIN_EXPIRED):
            find_pending(town.verifier, begun.token)

    def test_a_failed_login_offers_nothing(self, town: Town, wallet: Wallet) -> None:
        """A password that was set anew ends a login that still chooses."""
        begun = wallet.person.begins()
        wallet.person.takes_password(wallet.person.password)
        with refused(Reason.LOGIN_CLOSED):
            find_pending(town.verifier, begun.token)

    def test_a_uniform_page_asks_the_phone_at_once(self, town: Town, alice: Person, phone: TestPhone) -> None:
        """Where the second page is the same for everybody, nobody chooses: cards and apps are not asked at all."""
        wallet = Wallet(alice)
        wallet.gets_phone(phone)
        wallet.gets_passcode()
        town.under(uniform_login=1)
        begun = alice.begins()
        assert begun.challenge is not None
        assert [kind_of(one) for one in begun.offered] == [PHONE, FactorKind.TEMPORARY_PASSCODE]
        assert wallet.chooses(begun, FactorKind.TEMPORARY_PASSCODE).prompt is not None

    def test_the_corrected_switch_leads_to_the_choice(self, town: Town, wallet: Wallet) -> None:
        """Who corrected live and paper goes on with the same transaction, once."""
        first = wallet.person.passes_password()
        with refused(Reason.WRONG_MODE) as caught:
            login.begin_login(town.verifier, first, mode=Mode.PAPER)
        assert caught.value.continuation is not None
        again = resume_first_factor(town.verifier, token=caught.value.continuation, name="alice", client=BROWSER)
        begun = login.begin_login(town.verifier, again, mode=Mode.LIVE)
        assert len(begun.offered) == 3
        with refused(Reason.LOGIN_CLOSED):
            login.begin_login(town.verifier, again, mode=Mode.LIVE)
        assert [kind for kind, _ in wallet.person.events()].count(EventKind.LOGIN_STARTED) >= 1

    def test_the_corrected_switch_asks_a_new_question(self, town: Town, alice: Person, phone: TestPhone) -> None:
        """Also there, a question that the phone was asked before is drawn again."""
        alice.activates(phone)
        town.entropy.queue = [7]
        alice.begins()
        with refused(Reason.WRONG_MODE) as caught:
            login.begin_login(town.verifier, alice.passes_password(), mode=Mode.PAPER)
        assert caught.value.continuation is not None
        again = resume_first_factor(town.verifier, token=caught.value.continuation, name="alice", client=BROWSER)
        town.entropy.queue = [7, 8]
        assert question_of(login.begin_login(town.verifier, again, mode=Mode.LIVE)) == "100008"

    def test_a_password_set_meanwhile(self, town: Town, wallet: Wallet) -> None:
        """The proof of an older password opens no choice."""
        first = wallet.person.passes_password()
        wallet.person.takes_password(Secret("another horse battery"))
        with refused(Reason.WRONG_PASSWORD):
            login.begin_login(town.verifier, first, mode=None)


class TestChoose:
    def test_the_phone(self, town: Town, wallet: Wallet, phone: TestPhone) -> None:
        """It is asked both ways, and woken; either way completes the login."""
        begun = wallet.person.begins()
        device = wallet.person.device
        assert device is not None
        bell = town.verifier.bus.subscribe(device_topic(device.device_id))
        asked = wallet.chooses(begun, PHONE)
        assert asked.push is not None
        assert asked.push.is_notified
        assert bell.wait(0)
        found = find_pending(town.verifier, asked.token)
        assert (found.challenge, found.push, found.prompt) == (asked.challenge, asked.push, None)
        wallet.person.answers(asked, phone.respond(question_of(asked)))
        again = wallet.is_asked(PHONE)
        assert again.push is not None
        phone.approves(town.verifier, again.push)
        assert wallet.person.collects(again).session.proof is PHONE

    def test_silently(self, town: Town, wallet: Wallet) -> None:
        """A trading device disturbs nobody."""
        begun = wallet.person.begins()
        asked = choosing.choose_factor(
            town.verifier, token=begun.token, choice=choice(begun, PHONE), client=BROWSER, notify=False
        )
        assert asked.push is not None
        assert not asked.push.is_notified

    def test_choosing_again_supersedes(self, town: Town, wallet: Wallet, phone: TestPhone) -> None:
        """What was asked before counts no more, in either direction; nothing is noted as a failure."""
        begun = wallet.person.begins()
        by_phone = wallet.chooses(begun, PHONE)
        response = phone.respond(question_of(by_phone))
        by_card = wallet.chooses(begun, CODES)
        with refused(Reason.CHALLENGE_SUPERSEDED):
            wallet.person.answers(by_phone, response)
        assert by_phone.push is not None
        with refused(Reason.PUSH_SUPERSEDED):
            phone.approves(town.verifier, by_phone.push)
        with refused(Reason.PUSH_SUPERSEDED):
            wallet.person.resends(by_card)
        with refused(Reason.PUSH_NOT_APPROVED):
            wallet.person.collects(by_card)
        town.clock.advance(seconds=5)
        again = wallet.chooses(begun, PHONE)
        with refused(Reason.PROMPT_SUPERSEDED):
            wallet.types(by_card, "000000")
        assert wallet.person.lockout.failures_ms == ()
        wallet.person.answers(again, phone.respond(question_of(again)))
        assert wallet.person.events()[-2] == (EventKind.LOGIN_COMPLETED, None)

    def test_the_phone_waits_between_two_notifications(self, wallet: Wallet) -> None:
        """Choosing back and forth disturbs the phone no more often than pressing *Resend*."""
        begun = wallet.person.begins()
        wallet.chooses(begun, PHONE)
        wallet.chooses(begun, APP)
        with refused(Reason.RESENT_TOO_SOON) as caught:
            wallet.chooses(begun, PHONE)
        assert caught.value.retry_after_ms == 5 * SECOND

    @pytest.mark.parametrize("wish", ["", "5.2a", "00" * 16, "ib_key"])
    def test_only_what_is_offered(self, town: Town, wallet: Wallet, wish: str) -> None:
        """Another id, also that of somebody else's factor, chooses nothing."""
        begun = wallet.person.begins()
        with refused(Reason.FACTOR_UNKNOWN):
            choosing.choose_factor(town.verifier, token=begun.token, choice=wish, client=BROWSER)
        mallory = Wallet(town.adds("mallory", number="+12125550177"))
        mallory.gets(CODES)
        with refused(Reason.FACTOR_UNKNOWN):
            choosing.choose_factor(
                town.verifier, token=begun.token, choice=mallory.held(CODES).factor_id, client=BROWSER
            )

    def test_not_after_an_approval(self, town: Town, wallet: Wallet, phone: TestPhone) -> None:
        """The phone's yes is collected, not replaced."""
        asked = wallet.is_asked(PHONE)
        assert asked.push is not None
        phone.approves(town.verifier, asked.push)
        with refused(Reason.PUSH_CLOSED):
            wallet.chooses(asked, APP)
        wallet.person.collects(asked)

    def test_a_locked_user_chooses_nothing(self, wallet: Wallet) -> None:
        """During a lock no text is sent and no phone disturbed."""
        begun = wallet.person.begins()
        wallet.person.is_locked()
        with refused(Reason.USER_LOCKED):
            wallet.chooses(begun, APP)

    def test_an_expired_challenge_ends_the_login_as_ever(self, town: Town, wallet: Wallet) -> None:
        """A phone that nobody answered is told of as such, also where there was a choice."""
        asked = wallet.is_asked(PHONE)
        town.clock.advance(seconds=180)
        with refused(Reason.PUSH_EXPIRED):
            find_pending(town.verifier, asked.token)


class TestRaces:
    def test_the_login_ends_meanwhile(self, town: Town, wallet: Wallet) -> None:
        """A choice that comes after the login was completed elsewhere is refused."""
        begun = wallet.person.begins()
        town.between.before("prompts.issue", lambda: wallet.completes(wallet.chooses(begun, APP)))
        with refused(Reason.FACTOR_UNKNOWN):
            wallet.chooses(begun, CODES)
        late = wallet.person.begins()
        town.clock.advance(seconds=30)
        town.between.before("logins.ask", lambda: wallet.completes(wallet.chooses(late, APP)))
        with refused(Reason.LOGIN_CLOSED):
            wallet.chooses(late, PHONE)

    def test_the_phone_is_stopped_meanwhile(self, town: Town, wallet: Wallet) -> None:
        """A phone that is suspended at that moment is not asked."""
        begun = wallet.person.begins()
        town.between.before("logins.ask", lambda: operators.suspend(town.verifier, wallet.person.user))
        with refused(Reason.DEVICE_SUSPENDED):
            wallet.chooses(begun, PHONE)

    def test_a_question_that_was_asked_before_is_drawn_again(self, town: Town, wallet: Wallet) -> None:
        """Also where the phone is chosen, no question repeats in its life."""
        town.entropy.queue = [7]
        first = wallet.is_asked(PHONE)
        wallet.completes(first)
        begun = wallet.person.begins()
        town.entropy.queue = [7, 8]
        assert question_of(wallet.chooses(begun, PHONE)) == "100008"


class TestStepUp:
    def test_a_limited_session_asks_what_there_is(self, town: Town, alice: Person, phone: TestPhone) -> None:
        """*Sign in with your phone* is a choice too, where the user got more than the phone meanwhile."""
        entry = alice.activates(phone)
        assert alice.steps_up(entry).challenge is not None
        wallet = Wallet(alice, phone)
        verified = wallet.proves(wallet.logs_in(PHONE), Purpose.ADD_DEVICE, PHONE)
        wallet.adds(verified, CODES)
        begun = alice.steps_up(entry)
        assert len(begun.offered) == 2
        signed_in = wallet.completes(wallet.chooses(begun, CODES))
        assert signed_in.session.factors is Factors.TWO
        assert town.verifier.store.sessions.find(entry.session.token_hash).ended_ms is not None
