"""Adding second factors of every kind, and removing them."""

import pytest

from authsim import states
from authsim.errors import MessageError, Reason
from authsim.events import EventKind
from authsim.factor_rules import Meeting, meet
from authsim.model import FactorId, FactorKind, Reach
from authsim.policy import DAY, SECOND
from authsim.protocol.codes import Purpose
from authsim.verifier import cards, factor_devices, sessions
from authsim.verifier.sessions import SignedIn
from tests.support.device import TestPhone
from tests.support.people import NUMBER, Person, Town, refused
from tests.support.wallet import KINDS, LASTING, Wallet, totp_key

APP, CARD, CODES, ONLINE = (
    FactorKind.AUTHENTICATOR_APP,
    FactorKind.SECURITY_CARD,
    FactorKind.CODE_CARD,
    FactorKind.ONLINE_CARD,
)
#: What can be added inside a session, and how it begins.
REQUESTS = {
    APP: factor_devices.begin_authenticator_app,
    CARD: factor_devices.request_security_card,
    CODES: factor_devices.request_code_card,
    ONLINE: factor_devices.request_online_card,
}
NOBODYS = FactorId("00" * 16)


@pytest.fixture
def wallet(alice: Person, phone: TestPhone) -> Wallet:
    """A wallet of somebody who logs in by phone."""
    carried = Wallet(alice)
    carried.gets_phone(phone)
    return carried


@pytest.fixture
def signed_in(wallet: Wallet) -> SignedIn:
    """A session of two factors, which proved nothing more."""
    return wallet.logs_in(FactorKind.IB_KEY)


@pytest.fixture
def verified(wallet: Wallet, signed_in: SignedIn) -> SignedIn:
    """A session that proved that its user is there to add a device."""
    return wallet.proves(signed_in, Purpose.ADD_DEVICE, FactorKind.IB_KEY)


@pytest.mark.parametrize("kind", REQUESTS, ids=lambda kind: kind.value)
class TestAdding:
    def test_it_takes_a_proof_which_is_spent(
        self, town: Town, wallet: Wallet, signed_in: SignedIn, kind: FactorKind
    ) -> None:
        """Without one, after five minutes, for another purpose or a second time nothing is added."""
        add = REQUESTS[kind]
        with refused(Reason.VERIFICATION_REQUIRED):
            add(town.verifier, signed_in)
        other = wallet.proves(signed_in, Purpose.CHANGE_CONTACT, FactorKind.IB_KEY)
        with refused(Reason.VERIFICATION_REQUIRED):
            add(town.verifier, other)
        late = wallet.proves(other, Purpose.ADD_DEVICE, FactorKind.IB_KEY)
        town.clock.advance(seconds=300)
        with refused(Reason.VERIFICATION_REQUIRED):
            add(town.verifier, late)
        fresh = wallet.proves(late, Purpose.ADD_DEVICE, FactorKind.IB_KEY)
        town.clock.advance(seconds=299)
        add(town.verifier, fresh)
        with refused(Reason.VERIFICATION_REQUIRED):
            add(town.verifier, fresh)

    def test_it_takes_two_factors_and_full_reach(self, town: Town, alice: Person, kind: FactorKind) -> None:
        """A limited session, a trading device's and a restricted one add nothing."""
        add = REQUESTS[kind]
        entry = alice.enters()
        limited = sessions.require_session(town.verifier, entry.token)
        with refused(Reason.SECOND_FACTOR_REQUIRED):
            add(town.verifier, limited)
        town.under(passcode_restricts=1)
        wallet = Wallet(alice)
        wallet.gets_passcode()
        with refused(Reason.OUT_OF_REACH):
            add(town.verifier, wallet.logs_in(FactorKind.TEMPORARY_PASSCODE))

    def test_one_that_waits_gives_way_to_the_next(
        self, town: Town, wallet: Wallet, verified: SignedIn, kind: FactorKind
    ) -> None:
        """Requesting again begins anew; the earlier one can never be activated."""
        REQUESTS[kind](town.verifier, verified)
        again = wallet.proves(verified, Purpose.ADD_DEVICE, FactorKind.IB_KEY)
        REQUESTS[kind](town.verifier, again)
        rows = [one for one in town.verifier.store.factors.list_of(wallet.person.user.user_id) if one.kind is kind]
        assert sorted(one.state.value for one in rows) == ["pending", "replaced"]
        assert wallet.kinds() == [FactorKind.IB_KEY]

    def test_the_profile_may_not_take_it(self, town: Town, verified: SignedIn, kind: FactorKind) -> None:
        """Where every second page looks the same, only phones and passcodes are taken, and nothing else is added."""
        town.under(uniform_login=1)
        with refused(Reason.FACTOR_CLASH):
            REQUESTS[kind](town.verifier, verified)


@pytest.mark.parametrize("held", [FactorKind.IB_KEY, *LASTING, ONLINE, FactorKind.TEXT, FactorKind.TEMPORARY_PASSCODE])
@pytest.mark.parametrize("new", KINDS)
def test_every_pair_through_the_ceremonies(town: Town, alice: Person, held: FactorKind, new: FactorKind) -> None:
    """What becomes of a factor that is held when another comes is what the table says, whoever asks for it."""
    wallet = Wallet(alice)
    if held is FactorKind.IB_KEY:
        wallet.gets_phone(town.sells_phone())
    else:
        wallet.gets(held)
    before = None if held is FactorKind.IB_KEY else wallet.held(held)
    meeting = meet(held, new)
    if new is FactorKind.TEMPORARY_PASSCODE and held not in (FactorKind.IB_KEY, *LASTING):
        with refused(Reason.PASSCODE_STILL_VALID if held is new else Reason.PASSCODE_NOT_AGAIN):
            wallet.gets(new)
        return
    if meeting is Meeting.REFUSED and new is FactorKind.TEXT:
        signed_in = wallet.logs_in(held)
        factor_devices.begin_number_verification(town.verifier, signed_in)
        factor_devices.complete_number_verification(town.verifier, signed_in, alice.reads_code())
        assert wallet.kinds() == [held]
        return
    if meeting is Meeting.REFUSED:
        with refused(Reason.FACTOR_CLASH):
            wallet.gets(new)
        assert wallet.kinds() == [held]
        return
    wallet.gets(new)
    assert set(wallet.kinds()) == ({new} if meeting is Meeting.REPLACES else {held, new})
    if before is not None:
        kept = town.verifier.store.factors.get(before.factor_id)
        assert kept is not None
        assert (kept.state is states.Factor.ACTIVE) == (meeting is Meeting.BESIDE)
    for kind in wallet.kinds():
        wallet.logs_in(kind)
        wallet.waits()


def test_a_phone_ends_what_is_temporary(town: Town, alice: Person) -> None:
    """Texts, the online card and the passcode are over as soon as a phone is active; an app stays."""
    wallet = Wallet(alice)
    wallet.gets_passcode()
    wallet.gets(ONLINE)
    wallet.gets(FactorKind.TEXT)
    assert wallet.kinds() == [ONLINE, FactorKind.TEXT, FactorKind.TEMPORARY_PASSCODE]
    wallet.gets_phone(town.sells_phone())
    assert wallet.kinds() == [FactorKind.IB_KEY]
    assert alice.events().count((EventKind.FACTOR_CLOSED, None)) >= 3


class TestApp:
    def test_the_key_is_shown_while_it_waits(self, town: Town, wallet: Wallet, verified: SignedIn) -> None:
        """A reload shows the same key, for ten minutes; once it is active, never again."""
        offer = factor_devices.begin_authenticator_app(town.verifier, verified)
        again = factor_devices.show_authenticator_app(town.verifier, verified, offer.factor.factor_id)
        assert (again.uri, again.typed) == (offer.uri, offer.typed)
        assert "otpauth" not in repr(offer)
        wallet.app = totp_key(offer.typed)
        code = wallet.answers_to(APP, "")
        factor = factor_devices.confirm_authenticator_app(town.verifier, verified, offer.factor.factor_id, code)
        assert factor.state is states.Factor.ACTIVE
        for act in (
            lambda: factor_devices.show_authenticator_app(town.verifier, verified, factor.factor_id),
            lambda: factor_devices.confirm_authenticator_app(town.verifier, verified, factor.factor_id, code),
        ):
            with refused(Reason.FACTOR_UNKNOWN):
                act()

    def test_after_ten_minutes_it_is_over(self, town: Town, verified: SignedIn) -> None:
        """A key that nobody confirmed expires, to the millisecond, and the record says so once."""
        offer = factor_devices.begin_authenticator_app(town.verifier, verified)
        town.clock.advance(seconds=600, ms=-1)
        factor_devices.show_authenticator_app(town.verifier, verified, offer.factor.factor_id)
        town.clock.advance(ms=1)
        with refused(Reason.FACTOR_EXPIRED):
            factor_devices.show_authenticator_app(town.verifier, verified, offer.factor.factor_id)
        with refused(Reason.FACTOR_UNKNOWN):
            factor_devices.show_authenticator_app(town.verifier, verified, offer.factor.factor_id)

    def test_three_wrong_codes_end_it(self, town: Town, wallet: Wallet, verified: SignedIn) -> None:
        """What is no code counts nothing; after three wrong ones even the right code comes too late."""
        offer = factor_devices.begin_authenticator_app(town.verifier, verified)
        factor_id = offer.factor.factor_id
        wallet.app = totp_key(offer.typed)
        with refused(Reason.MALFORMED_RESPONSE):
            factor_devices.confirm_authenticator_app(town.verifier, verified, factor_id, "12345")
        for remaining in (2, 1, 0):
            with refused(Reason.WRONG_CODE) as caught:
                factor_devices.confirm_authenticator_app(town.verifier, verified, factor_id, "000000")
            assert caught.value.attempts_remaining == remaining
        with refused(Reason.CODE_TRIES_SPENT):
            factor_devices.confirm_authenticator_app(town.verifier, verified, factor_id, wallet.answers_to(APP, ""))
        with refused(Reason.FACTOR_UNKNOWN):
            factor_devices.confirm_authenticator_app(town.verifier, verified, factor_id, wallet.answers_to(APP, ""))
        assert (EventKind.FACTOR_CLOSED, Reason.CODE_TRIES_SPENT) in wallet.person.events()

    def test_nobody_elses(self, town: Town, verified: SignedIn) -> None:
        """A factor of another user, one that does not exist and a card are all unknown here."""
        mallory = Wallet(town.adds("mallory", number="+12125550177"))
        mallory.gets(CODES)
        theirs = mallory.held(CODES).factor_id
        mine = factor_devices.request_code_card(town.verifier, verified).factor_id
        for factor_id in (theirs, NOBODYS, mine):
            with refused(Reason.FACTOR_UNKNOWN):
                factor_devices.show_authenticator_app(town.verifier, verified, factor_id)
        for factor_id in (theirs, NOBODYS):
            with refused(Reason.FACTOR_UNKNOWN):
                factor_devices.remove_factor(town.verifier, verified, factor_id)

    def test_it_may_be_closed_in_the_same_moment(self, town: Town, wallet: Wallet, verified: SignedIn) -> None:
        """Who removes it in another tab wins: it does not become active."""
        offer = factor_devices.begin_authenticator_app(town.verifier, verified)
        factor_id = offer.factor.factor_id
        wallet.app = totp_key(offer.typed)
        town.between.before(
            "factors.activate", lambda: factor_devices.remove_factor(town.verifier, verified, factor_id)
        )
        with refused(Reason.FACTOR_UNKNOWN):
            factor_devices.confirm_authenticator_app(town.verifier, verified, factor_id, wallet.answers_to(APP, ""))


class TestCards:
    def test_the_letter_brings_the_seed(self, town: Town, wallet: Wallet, verified: SignedIn) -> None:
        """The serial number stands on the page and in the letter; the seed in the letter alone."""
        factor = factor_devices.request_security_card(town.verifier, verified)
        letter = wallet.person.texts()[-1]
        assert letter.startswith("[SIMULATION] ")
        assert f"&n={factor.serial}&" in letter
        assert len(factor.serial) == 8
        assert factor.secret is not None
        with refused(Reason.FACTOR_UNKNOWN):
            factor_devices.card_values(town.verifier, verified, factor.factor_id)

    def test_it_goes_nowhere_without_a_number(self, town: Town) -> None:
        """Without a number there is no letter."""
        bob = town.adds("bob", number=None)
        phone = town.sells_phone()
        bob.activates(phone)
        wallet = Wallet(bob, phone)
        verified = wallet.proves(wallet.logs_in(FactorKind.IB_KEY), Purpose.ADD_DEVICE, FactorKind.IB_KEY)
        with refused(Reason.NO_PHONE_NUMBER):
            factor_devices.request_security_card(town.verifier, verified)

    def test_two_weeks(self, town: Town, verified: SignedIn) -> None:
        """A card that nobody activates within 14 days never becomes active."""
        factor = factor_devices.request_security_card(town.verifier, verified)
        town.under(session_seconds=30 * 86_400, session_idle_seconds=30 * 86_400)
        town.clock.advance(days=14, ms=-1)
        assert factor_devices.card_question(town.verifier, verified, factor.factor_id)
        town.clock.advance(ms=1)
        with refused(Reason.FACTOR_EXPIRED):
            factor_devices.card_question(town.verifier, verified, factor.factor_id)

    @pytest.mark.parametrize("kind", [CARD, CODES, ONLINE])
    def test_wrong_answers_end_it(self, town: Town, verified: SignedIn, kind: FactorKind) -> None:
        """Three tries; what is no answer counts nothing; the kinds do not answer for each other."""
        factor = REQUESTS[kind](town.verifier, verified)
        confirm = factor_devices.confirm_security_card if kind is CARD else factor_devices.confirm_code_card
        other = factor_devices.confirm_code_card if kind is CARD else factor_devices.confirm_security_card
        with refused(Reason.FACTOR_UNKNOWN):
            other(town.verifier, verified, factor.factor_id, "0")
        with refused(Reason.MALFORMED_RESPONSE):
            confirm(town.verifier, verified, factor.factor_id, "0")
        wrong = "00000000" if kind is CARD else "000000"
        for remaining in (2, 1, 0):
            with refused(Reason.WRONG_RESPONSE) as caught:
                confirm(town.verifier, verified, factor.factor_id, wrong)
            assert caught.value.attempts_remaining == remaining
        with refused(Reason.CODE_TRIES_SPENT):
            confirm(town.verifier, verified, factor.factor_id, wrong)

    def test_values_are_shown_while_it_waits(self, town: Town, wallet: Wallet, verified: SignedIn) -> None:
        """224 values, the same at each reload; once the card is active, never again."""
        factor = factor_devices.request_code_card(town.verifier, verified)
        view = factor_devices.card_values(town.verifier, verified, factor.factor_id)
        assert view == factor_devices.card_values(town.verifier, verified, factor.factor_id)
        assert len(view.values) == 224
        assert view.values[0] not in repr(view)
        wallet.prints(verified, factor.factor_id)
        with refused(Reason.FACTOR_UNKNOWN):
            factor_devices.card_values(town.verifier, verified, factor.factor_id)

    def test_an_online_card_for_three_weeks(self, town: Town) -> None:
        """21 days after it was requested it answers nothing."""
        town.under(account_days=60)
        bert = Wallet(town.adds("bert", number="+12125550155"))
        bert.gets(ONLINE)
        made_ms = bert.held(ONLINE).made_ms
        town.clock.advance(ms=made_ms + 21 * DAY - 1 - bert.now_ms)
        bert.logs_in(ONLINE)
        town.clock.advance(ms=1)
        assert bert.kinds() == []

    def test_the_rest_of_a_passcodes_time(self, town: Town) -> None:
        """When its full access is over, its session gets an online card without another proof, and nothing else."""
        town.under(account_days=60)
        bert = Wallet(town.adds("bert", number="+12125550155"))
        bert.gets_passcode()
        town.clock.advance(days=2)
        narrow = bert.logs_in(FactorKind.TEMPORARY_PASSCODE)
        assert narrow.session.reach is Reach.CARD_ONLY
        for add in (REQUESTS[APP], REQUESTS[CARD], REQUESTS[CODES]):
            with refused(Reason.OUT_OF_REACH):
                add(town.verifier, narrow)
        factor = factor_devices.request_online_card(town.verifier, narrow)
        bert.prints(narrow, factor.factor_id)
        assert bert.logs_in(ONLINE).session.reach is Reach.FULL

    def test_a_narrow_session_sees_no_other_card(self, town: Town) -> None:
        """A code card that waits is out of its reach."""
        town.under(account_days=60, session_seconds=30 * 86_400, session_idle_seconds=30 * 86_400)
        bert = Wallet(town.adds("bert", number="+12125550155"))
        bert.gets_passcode()
        passcode = FactorKind.TEMPORARY_PASSCODE
        verified = bert.proves(bert.logs_in(passcode), Purpose.ADD_DEVICE, passcode)
        factor = cards.request_code_card(town.verifier, verified)
        town.clock.advance(days=2)
        with refused(Reason.OUT_OF_REACH):
            cards.card_values(town.verifier, bert.logs_in(passcode), factor.factor_id)

    def test_something_stronger_came_meanwhile(self, town: Town, wallet: Wallet, verified: SignedIn) -> None:
        """A code card that waits while a security card becomes active is not activated beside it."""
        weak = factor_devices.request_code_card(town.verifier, verified)
        again = wallet.proves(verified, Purpose.ADD_DEVICE, FactorKind.IB_KEY)
        wallet.adds(again, CARD)
        with refused(Reason.FACTOR_UNKNOWN):
            wallet.prints(again, weak.factor_id)


class TestRemoving:
    def test_it_takes_a_proof(self, town: Town, wallet: Wallet, verified: SignedIn) -> None:
        """An active one goes with a proof; sessions that it opened end, this one stays."""
        wallet.adds(verified, APP)
        town.clock.advance(seconds=30)
        elsewhere = wallet.logs_in(APP)
        signed_in = wallet.logs_in(FactorKind.IB_KEY)
        factor_id = wallet.held(APP).factor_id
        with refused(Reason.VERIFICATION_REQUIRED):
            factor_devices.remove_factor(town.verifier, signed_in, factor_id)
        fresh = wallet.proves(signed_in, Purpose.ADD_DEVICE, FactorKind.IB_KEY)
        factor_devices.remove_factor(town.verifier, fresh, factor_id)
        assert wallet.kinds() == [FactorKind.IB_KEY]
        open_ = {one.session_id for one in sessions.list_sessions(town.verifier, wallet.person.user.user_id)}
        assert fresh.session.session_id in open_
        assert elsewhere.session.session_id not in open_
        with refused(Reason.FACTOR_UNKNOWN):
            factor_devices.remove_factor(town.verifier, fresh, factor_id)

    def test_one_that_waits_goes_at_once(self, town: Town, wallet: Wallet, verified: SignedIn) -> None:
        """Nothing is lost with it: no proof is asked."""
        factor = factor_devices.request_code_card(town.verifier, verified)
        factor_devices.remove_factor(town.verifier, verified, factor.factor_id)
        assert wallet.kinds() == [FactorKind.IB_KEY]

    def test_removed_twice_at_once(self, town: Town, verified: SignedIn) -> None:
        """Of two requests one removes it."""
        factor_id = factor_devices.request_code_card(town.verifier, verified).factor_id
        town.between.before("factors.change", lambda: factor_devices.remove_factor(town.verifier, verified, factor_id))
        with refused(Reason.FACTOR_UNKNOWN):
            factor_devices.remove_factor(town.verifier, verified, factor_id)


class TestNumber:
    def test_verified_by_the_code_alone(self, town: Town, wallet: Wallet, signed_in: SignedIn) -> None:
        """Three tries within ten minutes; then the number has its tick, and beside a phone no login codes."""
        wallet.gets_passcode()
        with refused(Reason.PROMPT_EXPIRED):
            factor_devices.complete_number_verification(town.verifier, signed_in, "000000")
        wallet.waits()
        factor_devices.begin_number_verification(town.verifier, signed_in)
        with refused(Reason.TEXT_TOO_SOON) as caught:
            factor_devices.begin_number_verification(town.verifier, signed_in)
        assert caught.value.retry_after_ms == 120 * SECOND
        with refused(Reason.MALFORMED_RESPONSE):
            factor_devices.complete_number_verification(town.verifier, signed_in, "00000")
        with refused(Reason.WRONG_CODE) as caught:
            factor_devices.complete_number_verification(town.verifier, signed_in, "000000")
        assert caught.value.attempts_remaining == 2
        factor_devices.complete_number_verification(town.verifier, signed_in, wallet.person.reads_code())
        user = town.verifier.store.users.get(wallet.person.user.user_id)
        assert user is not None
        assert user.phone_verified_ms == wallet.now_ms
        assert FactorKind.TEXT not in wallet.kinds()
        assert (EventKind.NUMBER_VERIFIED, None) in wallet.person.events()

    def test_too_late_and_too_often(self, town: Town, wallet: Wallet, signed_in: SignedIn) -> None:
        """After ten minutes, or three wrong codes, another text is needed; the older code is worth nothing then."""
        factor_devices.begin_number_verification(town.verifier, signed_in)
        town.clock.advance(seconds=600)
        with refused(Reason.PROMPT_EXPIRED):
            factor_devices.complete_number_verification(town.verifier, signed_in, wallet.person.reads_code())
        factor_devices.begin_number_verification(town.verifier, signed_in)
        older = wallet.person.reads_code()
        wallet.waits()
        factor_devices.begin_number_verification(town.verifier, signed_in)
        for text in (older, "000000", "000001"):
            with refused(Reason.WRONG_CODE):
                factor_devices.complete_number_verification(town.verifier, signed_in, text)
        with refused(Reason.CODE_TRIES_SPENT):
            factor_devices.complete_number_verification(town.verifier, signed_in, wallet.person.reads_code())

    def test_spent_tries_bring_no_text_sooner(self, town: Town, wallet: Wallet, signed_in: SignedIn) -> None:
        """Who guesses wrongly until the code is closed waits for the next text like anybody."""
        factor_devices.begin_number_verification(town.verifier, signed_in)
        for reason in (*[Reason.WRONG_CODE] * 3, Reason.CODE_TRIES_SPENT):
            with refused(reason):
                factor_devices.complete_number_verification(town.verifier, signed_in, "000000")
        with refused(Reason.TEXT_TOO_SOON) as caught:
            factor_devices.begin_number_verification(town.verifier, signed_in)
        assert caught.value.retry_after_ms == 120 * SECOND
        wallet.waits()
        factor_devices.begin_number_verification(town.verifier, signed_in)

    def test_a_code_fits_one_number(self, town: Town, wallet: Wallet, signed_in: SignedIn) -> None:
        """When the number is changed meanwhile, the code that went to the old one is wrong."""
        factor_devices.begin_number_verification(town.verifier, signed_in)
        code = wallet.person.reads_code()
        fresh = wallet.proves(signed_in, Purpose.CHANGE_CONTACT, FactorKind.IB_KEY)
        factor_devices.change_number(town.verifier, fresh, "+1 212 555 0166")
        moved = sessions.SignedIn(session=fresh.session, user=town.verifier.store.users.get(fresh.user.user_id))
        assert moved.user.phone == "+12125550166"
        with refused(Reason.WRONG_CODE):
            factor_devices.complete_number_verification(town.verifier, moved, code)

    def test_changing_it_takes_a_proof_of_its_own(self, town: Town, verified: SignedIn) -> None:
        """A proof for adding a device is none for the number; a real number is never kept."""
        with refused(Reason.VERIFICATION_REQUIRED):
            factor_devices.change_number(town.verifier, verified, NUMBER)
        with pytest.raises(MessageError):
            factor_devices.change_number(town.verifier, verified, "+1 212 736 5000")

    def test_without_a_number(self, town: Town) -> None:
        """There is nothing to verify."""
        bob = town.adds("bob", number=None)
        phone = town.sells_phone()
        bob.activates(phone)
        signed_in = Wallet(bob, phone).logs_in(FactorKind.IB_KEY)
        for act in (
            lambda: factor_devices.begin_number_verification(town.verifier, signed_in),
            lambda: factor_devices.complete_number_verification(town.verifier, signed_in, "000000"),
        ):
            with refused(Reason.NO_PHONE_NUMBER):
                act()
