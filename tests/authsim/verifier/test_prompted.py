"""Every kind of second factor that is no phone, alone and chosen from several: right, wrong, late, twice, elsewhere."""

import pytest

from authsim import states
from authsim.errors import Reason
from authsim.events import EventKind
from authsim.model import Channel, FactorKind, Factors, PendingLogin, Reach
from authsim.policy import DAY, SECOND
from authsim.protocol import totp
from authsim.protocol.codes import Purpose
from authsim.verifier import choosing, factor_devices, pending
from authsim.verifier.identity_proof import begin_verification
from authsim.verifier.sessions import end_session, list_sessions
from tests.support.device import TestPhone
from tests.support.people import BROWSER, PASSWORD, Person, Town, refused
from tests.support.wallet import KINDS, Wallet

#: An answer of the right form, and wrong.
WRONG = {
    FactorKind.TEXT: ("000000", Reason.WRONG_CODE),
    FactorKind.AUTHENTICATOR_APP: ("000000", Reason.WRONG_CODE),
    FactorKind.SECURITY_CARD: ("00000000", Reason.WRONG_RESPONSE),
    FactorKind.CODE_CARD: ("000000", Reason.WRONG_RESPONSE),
    FactorKind.ONLINE_CARD: ("000000", Reason.WRONG_RESPONSE),
    FactorKind.TEMPORARY_PASSCODE: ("0000-0000-0000-0000", Reason.WRONG_RESPONSE),
}
TRIES = {FactorKind.TEXT: 3, FactorKind.AUTHENTICATOR_APP: 3}
#: What may stand beside the kind, so that there is a choice.
BESIDE = {
    FactorKind.TEXT: FactorKind.TEMPORARY_PASSCODE,
    FactorKind.ONLINE_CARD: FactorKind.TEXT,
    FactorKind.TEMPORARY_PASSCODE: FactorKind.ONLINE_CARD,
    FactorKind.CODE_CARD: FactorKind.AUTHENTICATOR_APP,
    FactorKind.SECURITY_CARD: FactorKind.AUTHENTICATOR_APP,
    FactorKind.AUTHENTICATOR_APP: FactorKind.CODE_CARD,
}


def holds(person: Person, kind: FactorKind, *, chooses: bool) -> Wallet:
    """Return a wallet with this kind, alone or beside another."""
    wallet = Wallet(person)
    if chooses and kind is not FactorKind.TEMPORARY_PASSCODE:
        wallet.gets(BESIDE[kind])
    wallet.gets(kind)
    if chooses and kind is FactorKind.TEMPORARY_PASSCODE:
        wallet.gets(BESIDE[kind])
    assert wallet.kinds().count(kind) == 1
    assert len(wallet.kinds()) == 1 + chooses
    return wallet


def answer_of(wallet: Wallet, asked: PendingLogin) -> str:
    """Return the right answer."""
    assert asked.prompt is not None
    return wallet.answers(asked.prompt)


@pytest.mark.parametrize("chooses", [False, True], ids=["alone", "chosen"])
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.value)
class TestEveryKind:
    def test_the_right_answer_opens_the_session(self, alice: Person, kind: FactorKind, chooses: bool) -> None:
        """The session has two factors and names this one; the failures before it are told and forgotten."""
        wallet = holds(alice, kind, chooses=chooses)
        alice.fails_password()
        asked = wallet.is_asked(kind)
        signed_in = wallet.types(asked, answer_of(wallet, asked))
        session = signed_in.session
        assert (session.factors, session.proof, session.reach) == (Factors.TWO, kind, Reach.FULL)
        assert (session.verified_purpose, session.verified_ms) == (None, None)
        assert alice.lockout.failures_ms == ()
        assert alice.events()[-3:] == [
            (EventKind.PROMPT_COUNTED, None),
            (EventKind.LOGIN_COMPLETED, None),
            (EventKind.SESSION_OPENED, None),
        ]

    def test_blanks_and_hyphens_do_not_matter(self, alice: Person, kind: FactorKind, chooses: bool) -> None:
        """A person types in groups."""
        wallet = holds(alice, kind, chooses=chooses)
        asked = wallet.is_asked(kind)
        answer, before = answer_of(wallet, asked), len(alice.full_sessions)
        wallet.types(asked, f" {answer[:2]}-{answer[2:4]} {answer[4:]} ")
        assert len(alice.full_sessions) == before + 1

    def test_wrong_answers_count_until_the_login_ends(self, alice: Person, kind: FactorKind, chooses: bool) -> None:
        """Each counts as a failed login; after the last one the right answer comes too late."""
        wallet = holds(alice, kind, chooses=chooses)
        asked = wallet.is_asked(kind)
        right = answer_of(wallet, asked)
        wrong, reason = WRONG[kind]
        tries = TRIES.get(kind, 1)
        for remaining in reversed(range(tries)):
            with refused(reason) as caught:
                wallet.types(asked, wrong)
            assert caught.value.attempts_remaining == remaining
        assert len(alice.lockout.failures_ms) == tries
        with refused(Reason.LOGIN_CLOSED):
            wallet.types(asked, right)
        assert len(alice.lockout.failures_ms) == tries
        assert alice.events()[-1] == (EventKind.LOGIN_REFUSED, reason)

    def test_what_is_no_answer_counts_nothing(self, alice: Person, kind: FactorKind, chooses: bool) -> None:
        """An answer of the wrong form may be typed again."""
        wallet = holds(alice, kind, chooses=chooses)
        asked = wallet.is_asked(kind)
        for text in ("", "12345", "1234567890123456789", "١٢٣٤٥٦", "12345é"):
            with refused(Reason.MALFORMED_RESPONSE) as caught:
                wallet.types(asked, text)
            assert caught.value.attempts_remaining == TRIES.get(kind, 1)
        assert alice.lockout.failures_ms == ()
        wallet.types(asked, answer_of(wallet, asked))

    def test_an_answer_counts_once(self, alice: Person, kind: FactorKind, chooses: bool) -> None:
        """The back button after a login says that it is done."""
        wallet = holds(alice, kind, chooses=chooses)
        asked = wallet.is_asked(kind)
        answer = answer_of(wallet, asked)
        wallet.types(asked, answer)
        with refused(Reason.PROMPT_CLOSED):
            wallet.types(asked, answer)

    def test_an_answer_to_another_login(self, alice: Person, kind: FactorKind, chooses: bool) -> None:
        """What was answered in one login is worth nothing in the next; a passcode alone is the same for all."""
        wallet = holds(alice, kind, chooses=chooses)
        first = wallet.is_asked(kind)
        overheard = answer_of(wallet, first)
        wallet.types(first, overheard)
        if kind is not FactorKind.AUTHENTICATOR_APP:
            wallet.waits()
        again = wallet.is_asked(kind)
        if kind is FactorKind.TEMPORARY_PASSCODE:
            wallet.types(again, overheard)
            return
        expected = Reason.CODE_USED if kind is FactorKind.AUTHENTICATOR_APP else WRONG[kind][1]
        with refused(expected):
            wallet.types(again, overheard)
        assert len(alice.lockout.failures_ms) == 1

    def test_another_users_answer(self, town: Town, alice: Person, kind: FactorKind, chooses: bool) -> None:
        """What somebody else's device says to the same question is wrong."""
        wallet = holds(alice, kind, chooses=chooses)
        other = holds(town.adds("mallory", number="+12125550177"), kind, chooses=chooses)
        theirs = answer_of(other, other.is_asked(kind)) if kind is FactorKind.TEXT else ""
        asked = wallet.is_asked(kind)
        assert asked.prompt is not None
        with refused(WRONG[kind][1]):
            wallet.types(asked, theirs or other.answers(asked.prompt))

    def test_showing_abandoning_and_expiring_count_nothing(
        self, town: Town, alice: Person, kind: FactorKind, chooses: bool
    ) -> None:
        """A prompt that nobody answers leads back to the choice, or ends the login; no failure is noted."""
        wallet = holds(alice, kind, chooses=chooses)
        wallet.is_asked(kind)
        wallet.waits()
        asked = wallet.is_asked(kind)
        answer = answer_of(wallet, asked)
        for _ in range(3):
            assert pending.find_pending(town.verifier, asked.token).prompt == asked.prompt
        town.clock.advance(seconds=180)
        if chooses:
            again = pending.find_pending(town.verifier, asked.token)
            assert (again.prompt, again.challenge, len(again.offered)) == (None, None, 2)
            with refused(Reason.PROMPT_SUPERSEDED):
                wallet.types(asked, answer)
            wallet.completes(wallet.chooses(again, kind))
        else:
            for _ in range(2):
                with refused(Reason.PROMPT_EXPIRED):
                    wallet.types(asked, answer)
        assert alice.lockout.failures_ms == ()
        assert alice.events().count((EventKind.PROMPT_EXPIRED, None)) == 1

    def test_a_locked_user(self, alice: Person, kind: FactorKind, chooses: bool) -> None:
        """During a lock nothing is judged: the right answer ends the login, and the lock begins anew."""
        wallet = holds(alice, kind, chooses=chooses)
        asked = wallet.is_asked(kind)
        alice.is_locked()
        with refused(Reason.USER_LOCKED) as caught:
            wallet.types(asked, answer_of(wallet, asked))
        assert caught.value.retry_after_ms == DAY
        with refused(Reason.LOGIN_CLOSED):
            wallet.types(asked, "0")

    def test_after_it_was_removed(self, town: Town, alice: Person, kind: FactorKind, chooses: bool) -> None:
        """A factor that is gone answers nothing: the login leads back to what is left, or ends."""
        wallet = holds(alice, kind, chooses=chooses)
        asked = wallet.is_asked(kind)
        answer = answer_of(wallet, asked)
        factor = wallet.held(kind)
        town.verifier.store.factors.change(
            factor.factor_id, states.FactorEvent.REVOKE, now_ms=wallet.now_ms, event=town.record()[-1]
        )
        expected = Reason.PROMPT_SUPERSEDED if chooses else Reason.FACTOR_UNKNOWN
        with refused(expected):
            wallet.types(asked, answer)
        assert alice.lockout.failures_ms == ()
        if not chooses:
            with refused(Reason.FACTOR_UNKNOWN):
                pending.find_pending(town.verifier, asked.token)
            with refused(Reason.NO_ACTIVE_DEVICE):
                alice.begins()

    def test_a_race_is_won_once(self, town: Town, alice: Person, kind: FactorKind, chooses: bool) -> None:
        """Of two requests with the right answer one opens a session; the other hears that it is done."""
        wallet = holds(alice, kind, chooses=chooses)
        asked = wallet.is_asked(kind)
        answer = answer_of(wallet, asked)
        town.between.before("prompts.count", lambda: wallet.types(asked, answer))
        before = len(list_sessions(town.verifier, alice.user.user_id))
        with refused(Reason.PROMPT_CLOSED):
            wallet.types(asked, answer)
        assert len(list_sessions(town.verifier, alice.user.user_id)) == min(5, before + 1)


class TestApp:
    def test_the_first_code_is_used(self, town: Town, alice: Person) -> None:
        """The code that activated the app opens nothing afterwards, nor does any older one within the drift."""
        wallet = Wallet(alice)
        wallet.gets(FactorKind.CODE_CARD)
        verified = wallet.proves(wallet.logs_in(FactorKind.CODE_CARD), Purpose.ADD_DEVICE, FactorKind.CODE_CARD)
        wallet.adds(verified, FactorKind.AUTHENTICATOR_APP)
        asked = wallet.is_asked(FactorKind.AUTHENTICATOR_APP)
        with refused(Reason.CODE_USED) as caught:
            wallet.types(asked, answer_of(wallet, asked))
        assert caught.value.attempts_remaining == 2
        town.clock.advance(seconds=30)
        wallet.types(asked, answer_of(wallet, asked))

    @pytest.mark.parametrize(("seconds", "is_right"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
    def test_drift(self, alice: Person, seconds: int, is_right: bool) -> None:
        """An app's clock may be one step off, each way."""
        wallet = Wallet(alice)
        wallet.gets(FactorKind.AUTHENTICATOR_APP)
        asked = wallet.is_asked(FactorKind.AUTHENTICATOR_APP)
        code = totp.compute_totp(wallet.app, wallet.now_ms // totp.STEP_MS + seconds // 30)
        if is_right:
            wallet.types(asked, code)
            return
        with refused(Reason.WRONG_CODE):
            wallet.types(asked, code)

    def test_the_same_code_in_two_logins_at_once(self, town: Town, alice: Person) -> None:
        """One login wins; the other hears that the code was used, and may try the next one."""
        wallet = Wallet(alice)
        wallet.gets(FactorKind.AUTHENTICATOR_APP)
        first, second = wallet.is_asked(FactorKind.AUTHENTICATOR_APP), wallet.is_asked(FactorKind.AUTHENTICATOR_APP)
        code = answer_of(wallet, first)
        town.between.before("prompts.complete", lambda: wallet.types(second, code))
        with refused(Reason.CODE_USED) as caught:
            wallet.types(first, code)
        assert caught.value.attempts_remaining == 2
        town.clock.advance(seconds=30)
        wallet.types(first, answer_of(wallet, first))


class TestPasscode:
    def test_small_letters_are_wrong(self, alice: Person) -> None:
        """A passcode has capitals, and who types others has failed."""
        wallet = Wallet(alice)
        wallet.gets(FactorKind.TEMPORARY_PASSCODE)
        asked = wallet.is_asked(FactorKind.TEMPORARY_PASSCODE)
        assert wallet.passcode.lower() != wallet.passcode
        with refused(Reason.WRONG_RESPONSE):
            wallet.types(asked, wallet.passcode.lower())

    def test_full_for_two_days_then_the_card_for_ten_then_nothing(self, town: Town) -> None:
        """What its session reaches grows narrower to the millisecond; in the end there is no way in."""
        town.under(account_days=30)
        bert = town.adds("bert", number="+12125550155")
        wallet = Wallet(bert)
        wallet.gets(FactorKind.TEMPORARY_PASSCODE)
        town.clock.advance(days=2, ms=-1)
        assert wallet.logs_in(FactorKind.TEMPORARY_PASSCODE).session.reach is Reach.FULL
        town.clock.advance(ms=1)
        assert wallet.logs_in(FactorKind.TEMPORARY_PASSCODE).session.reach is Reach.CARD_ONLY
        town.clock.advance(days=10, ms=-1)
        assert wallet.logs_in(FactorKind.TEMPORARY_PASSCODE).session.reach is Reach.CARD_ONLY
        asked = wallet.is_asked(FactorKind.TEMPORARY_PASSCODE)
        town.clock.advance(ms=1)
        with refused(Reason.FACTOR_UNKNOWN):
            wallet.types(asked, wallet.passcode)
        with refused(Reason.NO_ACTIVE_DEVICE):
            bert.begins()
        assert (EventKind.FACTOR_CLOSED, Reason.FACTOR_EXPIRED) in bert.events()

    def test_once_and_restricted(self, town: Town, alice: Person) -> None:
        """Where the profile says so, it opens one session, which may not touch what protects the user."""
        town.under(passcode_uses=1, passcode_restricts=1)
        wallet = Wallet(alice)
        wallet.gets(FactorKind.TEMPORARY_PASSCODE)
        signed_in = wallet.logs_in(FactorKind.TEMPORARY_PASSCODE)
        assert signed_in.session.reach is Reach.RESTRICTED
        factor = town.verifier.store.factors.list_of(alice.user.user_id)[0]
        assert factor.state is states.Factor.SPENT
        with refused(Reason.NO_ACTIVE_DEVICE):
            alice.begins()
        with refused(Reason.OUT_OF_REACH):
            factor_devices.begin_authenticator_app(town.verifier, signed_in)

    def test_a_store_that_keeps_no_hash(self, town: Town, alice: Person) -> None:
        """The passcode stands in no row: only its hash, and the text in its reader's inbox."""
        wallet = Wallet(alice)
        factor = wallet.gets(FactorKind.TEMPORARY_PASSCODE)
        assert wallet.passcode.replace("-", "") not in repr(factor) + str(town.record())
        assert wallet.passcode not in repr(factor) + str(town.record())


class TestText:
    def test_a_resend_replaces_the_code_and_keeps_the_tries(self, town: Town, alice: Person) -> None:
        """After two minutes another code comes, by text or by voice; the older one is wrong then."""
        town.under(login_code_seconds=300)
        wallet = Wallet(alice)
        wallet.gets(FactorKind.TEXT)
        asked = wallet.is_asked(FactorKind.TEXT)
        old = alice.reads_code()
        with refused(Reason.WRONG_CODE):
            wallet.types(asked, "000000")
        with refused(Reason.TEXT_TOO_SOON) as caught:
            resends(town, asked)
        assert caught.value.retry_after_ms == 120 * SECOND
        wallet.waits()
        again = resends(town, asked, Channel.VOICE)
        assert again.prompt is not None
        assert (again.prompt.sends, again.prompt.attempts, again.prompt.channel) == (2, 1, Channel.VOICE)
        assert "(voice call)" in alice.texts()[-1]
        with refused(Reason.WRONG_CODE) as caught:
            wallet.types(asked, old)
        assert caught.value.attempts_remaining == 1
        wallet.types(asked, alice.reads_code())

    def test_texts_are_numbered(self, town: Town, alice: Person) -> None:
        """At most three go out for one login, also when the text is chosen again."""
        town.under(login_code_seconds=900, login_seconds=900)
        wallet = holds(alice, FactorKind.TEXT, chooses=True)
        asked = wallet.is_asked(FactorKind.TEXT)
        wallet.waits()
        resends(town, asked)
        wallet.waits()
        assert wallet.chooses(asked, FactorKind.TEXT).prompt is not None
        wallet.waits()
        with refused(Reason.TEXTS_SPENT):
            resends(town, asked)
        with refused(Reason.TEXTS_SPENT):
            wallet.chooses(asked, FactorKind.TEXT)

    def test_a_resend_that_loses_a_race(self, town: Town, alice: Person) -> None:
        """When another request sends the last one, this one hears that none is left; or what became of the login."""
        town.under(login_code_seconds=300, sms_sends=2)
        wallet = Wallet(alice)
        wallet.gets(FactorKind.TEXT)
        asked = wallet.is_asked(FactorKind.TEXT)
        wallet.waits()
        town.between.before("prompts.resend", lambda: resends(town, asked))
        with refused(Reason.TEXTS_SPENT):
            resends(town, asked)

    def test_only_a_text_is_sent_again(self, town: Town, alice: Person) -> None:
        """A card is not resent, nor is anything for a login that still chooses."""
        wallet = holds(alice, FactorKind.TEXT, chooses=True)
        with refused(Reason.PROMPT_SUPERSEDED):
            resends(town, alice.begins())
        asked = wallet.is_asked(FactorKind.TEMPORARY_PASSCODE)
        with refused(Reason.PROMPT_SUPERSEDED):
            resends(town, asked)

    def test_the_next_login_waits_for_the_next_text(self, alice: Person) -> None:
        """A login that was abandoned makes the next one wait, and opens nothing; one that was completed does not."""
        wallet = Wallet(alice)
        wallet.gets(FactorKind.TEXT)
        wallet.is_asked(FactorKind.TEXT)
        with refused(Reason.TEXT_TOO_SOON) as caught:
            alice.begins()
        assert caught.value.retry_after_ms == 120 * SECOND
        wallet.waits()
        wallet.logs_in(FactorKind.TEXT)
        wallet.logs_in(FactorKind.TEXT)

    def test_a_number_that_is_not_verified_gets_none(self, town: Town, alice: Person) -> None:
        """After the number was changed, no code goes to it until its user has verified it."""
        wallet = Wallet(alice)
        wallet.gets(FactorKind.TEXT)
        event = town.record()[-1]
        town.verifier.store.users.set_phone(alice.user.user_id, "+12125550199", verified_ms=None, event=event)
        assert wallet.kinds() == []

    def test_a_number_that_changes_meanwhile(self, town: Town, alice: Person) -> None:
        """A login that waits for a code sends none to a number that nobody verified, and takes the old one no more."""
        town.under(login_code_seconds=300)
        wallet = Wallet(alice)
        wallet.gets(FactorKind.TEXT)
        asked = wallet.is_asked(FactorKind.TEXT)
        code = alice.reads_code()
        event = town.record()[-1]
        wallet.waits()
        town.verifier.store.users.set_phone(alice.user.user_id, "+12125550199", verified_ms=None, event=event)
        before = len(town.record())
        with refused(Reason.FACTOR_UNKNOWN):
            resends(town, asked)
        with refused(Reason.PROMPT_EXPIRED):
            wallet.types(asked, code)
        assert EventKind.PROMPT_RESENT not in [row.kind for row in town.record()[before:]]

    @pytest.mark.parametrize("locale", ["en", "ja"])
    def test_what_the_text_says(self, town: Town, locale: str) -> None:
        """It names the simulation, what the code does and for whom, masked; the code stands at its end."""
        bob = town.adds("bob", locale=locale, number="+12125550188")
        wallet = Wallet(bob)
        wallet.gets(FactorKind.TEXT)
        wallet.logs_in(FactorKind.TEXT)
        text = bob.texts()[-1]
        assert text.startswith("[SIMULATION] ")
        assert "bo***" in text
        assert bob.user.name not in text.replace("bo***", "")
        assert text.count(bob.reads_code()) == 2
        wallet.waits()
        wallet.proves(wallet.logs_in(FactorKind.TEXT), Purpose.ADD_DEVICE, FactorKind.TEXT)
        assert bob.texts()[-1].split("bo***")[1] != text.split("bo***")[1] or locale == "en"


class TestEndings:
    def test_the_tenth_failure_locks(self, town: Town, alice: Person) -> None:
        """A wrong code counts like a wrong password: the tenth in a day locks the user, and ends the login."""
        wallet = Wallet(alice)
        wallet.gets(FactorKind.AUTHENTICATOR_APP)
        town.under(lockout_failures=2)
        asked = wallet.is_asked(FactorKind.AUTHENTICATOR_APP)
        with refused(Reason.WRONG_CODE):
            wallet.types(asked, "000000")
        with refused(Reason.WRONG_CODE) as caught:
            wallet.types(asked, "000000")
        assert caught.value.attempts_remaining == 0
        assert alice.events()[-1] == (EventKind.USER_LOCKED, None)
        assert alice.lockout.locked_until_ms is not None

    def test_locked_between_count_and_session(self, town: Town, alice: Person) -> None:
        """A lock that somebody sets meanwhile is never cleared by the login under way."""
        wallet = Wallet(alice)
        wallet.gets(FactorKind.CODE_CARD)
        asked = wallet.is_asked(FactorKind.CODE_CARD)
        town.between.before("prompts.complete", alice.is_locked)
        with refused(Reason.USER_LOCKED):
            wallet.types(asked, answer_of(wallet, asked))
        assert alice.lockout.locked_until_ms is not None

    def test_closed_between_judging_and_recording(self, town: Town, alice: Person) -> None:
        """A wrong answer to a prompt that was closed meanwhile is recorded all the same."""
        wallet = Wallet(alice)
        wallet.gets(FactorKind.CODE_CARD)
        asked = wallet.is_asked(FactorKind.CODE_CARD)
        town.between.before("prompts.fail", lambda: alice.takes_password(PASSWORD))
        with refused(Reason.WRONG_RESPONSE):
            wallet.types(asked, "000000")
        assert alice.events()[-1] == (EventKind.LOGIN_REFUSED, Reason.WRONG_RESPONSE)

    def test_removed_between_count_and_session(self, town: Town, alice: Person) -> None:
        """A factor that ends meanwhile opens nothing."""
        wallet = Wallet(alice)
        wallet.gets(FactorKind.CODE_CARD)
        asked = wallet.is_asked(FactorKind.CODE_CARD)
        factor_id = wallet.held(FactorKind.CODE_CARD).factor_id
        town.between.before(
            "prompts.complete",
            lambda: town.verifier.store.factors.change(
                factor_id, states.FactorEvent.REVOKE, now_ms=wallet.now_ms, event=town.record()[-1]
            ),
        )
        with refused(Reason.FACTOR_UNKNOWN):
            wallet.types(asked, answer_of(wallet, asked))

    def test_another_question_was_asked_meanwhile(self, town: Town, alice: Person) -> None:
        """Who chose again in another tab answers the newer question only."""
        wallet = holds(alice, FactorKind.CODE_CARD, chooses=True)
        asked = wallet.is_asked(FactorKind.CODE_CARD)
        answer = answer_of(wallet, asked)
        town.between.before("prompts.count", lambda: wallet.chooses(asked, FactorKind.AUTHENTICATOR_APP))
        with refused(Reason.PROMPT_CLOSED):
            wallet.types(asked, answer)

    def test_the_phone_was_asked_meanwhile(self, town: Town, alice: Person, phone: TestPhone) -> None:
        """Who chose the phone in another tab is told so."""
        wallet = Wallet(alice)
        wallet.gets(FactorKind.CODE_CARD)
        wallet.gets_phone(phone)
        asked = wallet.is_asked(FactorKind.CODE_CARD)
        answer = answer_of(wallet, asked)
        town.between.before("prompts.count", lambda: wallet.chooses(asked, FactorKind.IB_KEY))
        with refused(Reason.PROMPT_SUPERSEDED):
            wallet.types(asked, answer)
        with refused(Reason.PROMPT_SUPERSEDED):
            wallet.types(asked, answer)

    def test_a_signed_out_session_vouches_for_nothing(self, town: Town, alice: Person) -> None:
        """A proof inside a session that was signed out meanwhile is no proof."""
        wallet = Wallet(alice)
        wallet.gets(FactorKind.CODE_CARD)
        signed_in = wallet.logs_in(FactorKind.CODE_CARD)
        asked = begin_verification(
            town.verifier, signed_in, name="alice", password=PASSWORD, purpose=Purpose.ADD_DEVICE, client=BROWSER
        )
        end_session(town.verifier, signed_in.session)
        with refused(Reason.LOGIN_CLOSED):
            wallet.completes(asked)


def resends(town: Town, asked: PendingLogin, channel: Channel = Channel.TEXT) -> PendingLogin:
    """Ask for another code."""
    return choosing.resend_code(town.verifier, token=asked.token, channel=channel, client=BROWSER)
