"""Notifications at login, on and off; opting out of the secure login system for trading, and coming back."""

from dataclasses import replace

import pytest

from authsim import states
from authsim.errors import Reason, RefusalError, StoreConflictError
from authsim.events import EventKind
from authsim.model import Factor, FactorId, FactorKind, Reach, Role, SecureLogin, User, UserId
from authsim.policy import DAY
from authsim.protocol.codes import Purpose
from authsim.verifier import operators, secure_login
from authsim.verifier.identity_proof import begin_verification
from authsim.verifier.secure_login import Standing, cancel_opt_out, list_standings, opt_out, set_seamless, stands
from authsim.verifier.sessions import SignedIn, require_session
from authsim.verifier.tokens import draw_id
from tests.support.device import TestPhone
from tests.support.nouns import event
from tests.support.people import BROWSER, Person, Town, refused


@pytest.fixture
def signed_in(town: Town, alice: Person, phone: TestPhone) -> SignedIn:
    """alice's browser, signed in with both factors."""
    return sign_in(town, alice, phone)


@pytest.fixture
def dana(town: Town, alice: Person) -> Person:
    """The secondary user of alice's account."""
    return town.adds("dana", role=Role.SECONDARY, account="alice")


def sign_in(town: Town, person: Person, phone: TestPhone) -> SignedIn:
    """Activate a phone and log in with both factors."""
    person.activates(phone)
    return require_session(town.verifier, person.logs_in(with_=phone).token)


def reaching(signed_in: SignedIn, reach: Reach) -> SignedIn:
    """The same session with another reach."""
    return replace(signed_in, session=replace(signed_in.session, reach=reach))


def user_of(town: Town, person: Person) -> User:
    """A user as the store has them."""
    user = town.verifier.store.users.get(person.user.user_id)
    assert user is not None
    return user


def standing_of(town: Town, person: Person) -> SecureLogin:
    """How a user stands now."""
    return stands(user_of(town, person), now_ms=town.clock.now_ms())


def hold(town: Town, person: Person, kind: FactorKind, **fields: object) -> Factor:
    """Give a user an active factor."""
    factor = Factor(
        **{
            "factor_id": FactorId(draw_id(town.entropy)),
            "user_id": person.user.user_id,
            "kind": kind,
            "state": states.Factor.ACTIVE,
            "made_ms": town.clock.now_ms(),
            **fields,
        }  # type: ignore[arg-type]
    )
    town.verifier.store.factors.add(factor, closes=frozenset(), event=event(EventKind.FACTOR_ACTIVATED))
    return factor


class TestSeamless:
    """Notifications at login."""

    def test_off_means_that_logins_are_silent(self, town: Town, alice: Person, signed_in: SignedIn) -> None:
        """The request is there for the QR code, and on brings the notification back."""
        off = set_seamless(town.verifier, signed_in, False)

        assert not off.user.is_seamless
        assert not alice.is_asked()[1].is_notified
        assert set_seamless(town.verifier, off, True).user.is_seamless
        assert alice.is_asked()[1].is_notified
        assert alice.events().count((EventKind.SEAMLESS_SET, None)) == 2

    def test_what_is_set_already_leaves_no_row(self, town: Town, alice: Person, signed_in: SignedIn) -> None:
        """Nothing changed, so nothing is recorded."""
        set_seamless(town.verifier, signed_in, True)

        assert (EventKind.SEAMLESS_SET, None) not in alice.events()

    def test_it_takes_two_factors(self, town: Town, alice: Person) -> None:
        """A limited session changes nothing."""
        limited = require_session(town.verifier, alice.enters().token)

        with refused(Reason.SECOND_FACTOR_REQUIRED):
            set_seamless(town.verifier, limited, False)
        assert alice.is_seamless

    def test_it_takes_a_session_that_reaches_everything(self, town: Town, alice: Person, signed_in: SignedIn) -> None:
        """A temporary passcode of the hardened profile hides no login."""
        with refused(Reason.OUT_OF_REACH):
            set_seamless(town.verifier, reaching(signed_in, Reach.RESTRICTED), False)
        assert alice.is_seamless


class TestOptingOut:
    """Trading without a device."""

    def test_it_holds_at_once_where_nothing_cools(self, town: Town, alice: Person, signed_in: SignedIn) -> None:
        """The classic profile asks for the agreement and does it."""
        standing = opt_out(town.verifier, signed_in, agreed=True)

        assert (standing.secure_login, standing.opts_out_ms) == (SecureLogin.OPTED_OUT, town.clock.now_ms())
        assert standing_of(town, alice) is SecureLogin.OPTED_OUT
        opted = town.record()[-1]
        assert (opted.kind, opted.user_id) == (EventKind.OPTED_OUT, alice.user.user_id)
        assert opted.facts == {"by": "alice", "address": BROWSER.address, "agent": BROWSER.agent}

    def test_it_cools_where_the_profile_says_so(self, town: Town, alice: Person, signed_in: SignedIn) -> None:
        """Until then the user is opting out, and from that instant opted out, without anybody writing it."""
        town.under(opt_out_cooling_seconds=86_400)
        begun_ms = town.clock.now_ms()

        standing = opt_out(town.verifier, signed_in, agreed=True)

        assert (standing.secure_login, standing.opts_out_ms) == (SecureLogin.OPTING_OUT, begun_ms + DAY)
        assert alice.events()[-1] == (EventKind.OPT_OUT_BEGUN, None)
        town.clock.advance(days=1, ms=-1)
        assert standing_of(town, alice) is SecureLogin.OPTING_OUT
        town.clock.advance(ms=1)
        assert standing_of(town, alice) is SecureLogin.OPTED_OUT

    def test_it_takes_the_phones_own_answer_where_the_profile_says_so(
        self, town: Town, alice: Person, phone: TestPhone, signed_in: SignedIn
    ) -> None:
        """A thief of the session has no phone: what it answered for that purpose is spent once."""
        town.under(opt_out_by_device=1)
        with refused(Reason.VERIFICATION_REQUIRED):
            opt_out(town.verifier, signed_in, agreed=True)
        pending = begin_verification(
            town.verifier,
            signed_in,
            name="alice",
            password=alice.password,
            purpose=Purpose.SECURE_LOGIN,
            client=BROWSER,
        )
        assert pending.challenge is not None
        response = phone.respond(pending.challenge.question, purpose=Purpose.SECURE_LOGIN)
        verified = require_session(town.verifier, alice.answers(pending, response).token)

        opt_out(town.verifier, verified, agreed=True)
        cancel_opt_out(town.verifier, verified)

        with refused(Reason.VERIFICATION_REQUIRED):
            opt_out(town.verifier, verified, agreed=True)

    def test_without_the_agreement_nothing_happens(self, town: Town, alice: Person, signed_in: SignedIn) -> None:
        """Losses are to be the user's own, and the user says so."""
        with refused(Reason.NOT_AGREED):
            opt_out(town.verifier, signed_in, agreed=False)
        assert standing_of(town, alice) is SecureLogin.ENROLLED

    @pytest.mark.parametrize("region", ["HK", "IN"])
    def test_some_regions_have_no_opting_out(self, town: Town, alice: Person, phone: TestPhone, region: str) -> None:
        """Regulators there do not allow it, whoever asks."""
        resident = Person(
            town,
            operators.add_user(
                town.verifier, name="resident", password=alice.password, phone="+12125550143", region=region
            ),
        )
        signed_in = sign_in(town, resident, phone)

        assert not list_standings(town.verifier, signed_in)[0].is_available
        with refused(Reason.OPT_OUT_UNAVAILABLE):
            opt_out(town.verifier, signed_in, agreed=True)
        with refused(Reason.OPT_OUT_UNAVAILABLE):
            operators.set_secure_login(town.verifier, resident.user, is_needed=False)

    def test_who_has_no_lasting_device_left_is_refused(self, town: Town, alice: Person, signed_in: SignedIn) -> None:
        """The portal still takes one: nobody may lock themselves out of it."""
        operators.revoke_device(town.verifier, alice.user)
        hold(town, alice, FactorKind.TEXT)
        hold(town, alice, FactorKind.CODE_CARD, expires_ms=town.clock.now_ms())
        hold(town, alice, FactorKind.SECURITY_CARD, state=states.Factor.PENDING)

        with refused(Reason.NO_ACTIVE_DEVICE):
            opt_out(town.verifier, signed_in, agreed=True)

        hold(town, alice, FactorKind.AUTHENTICATOR_APP)
        assert opt_out(town.verifier, signed_in, agreed=True).has_device

    def test_twice_is_refused(self, town: Town, signed_in: SignedIn) -> None:
        """Whether it holds already or is cooling."""
        opt_out(town.verifier, signed_in, agreed=True)
        with refused(Reason.ALREADY_OPTED_OUT):
            opt_out(town.verifier, signed_in, agreed=True)

    def test_of_two_at_once_one_is_told_that_it_was_late(self, town: Town, signed_in: SignedIn) -> None:
        """The store moves a user once; who comes second hears what is so now."""
        town.between.before("users.set_secure_login", lambda: opt_out(town.verifier, signed_in, agreed=True))

        with refused(Reason.ALREADY_OPTED_OUT):
            opt_out(town.verifier, signed_in, agreed=True)

    def test_a_user_who_is_removed_meanwhile_is_no_refusal(
        self, town: Town, alice: Person, signed_in: SignedIn
    ) -> None:
        """Nobody is there to be told."""
        town.between.before("users.set_secure_login", lambda: operators.remove_user(town.verifier, alice.user))

        with pytest.raises(StoreConflictError):
            opt_out(town.verifier, signed_in, agreed=True)


class TestComingBack:
    """Cancelling the opt-out."""

    def test_the_device_is_asked_for_again(self, town: Town, alice: Person, signed_in: SignedIn) -> None:
        """And the record says who wanted it."""
        opt_out(town.verifier, signed_in, agreed=True)

        standing = cancel_opt_out(town.verifier, signed_in)

        assert (standing.secure_login, standing.opts_out_ms) == (SecureLogin.ENROLLED, None)
        assert standing_of(town, alice) is SecureLogin.ENROLLED
        assert alice.events()[-1] == (EventKind.OPTED_IN, None)

    def test_one_that_is_cooling_can_be_cancelled_at_any_time(self, town: Town, signed_in: SignedIn) -> None:
        """Before its time and after it."""
        town.under(opt_out_cooling_seconds=60)
        for seconds in (1, 61):
            opt_out(town.verifier, signed_in, agreed=True)
            town.clock.advance(seconds=seconds)
            assert cancel_opt_out(town.verifier, signed_in).secure_login is SecureLogin.ENROLLED

    def test_who_never_opted_out_is_told_so(self, town: Town, signed_in: SignedIn) -> None:
        """There is nothing to cancel."""
        with refused(Reason.NOT_OPTED_OUT):
            cancel_opt_out(town.verifier, signed_in)

    def test_of_two_at_once_one_is_told_that_it_was_late(self, town: Town, signed_in: SignedIn) -> None:
        """As when opting out."""
        opt_out(town.verifier, signed_in, agreed=True)
        town.between.before("users.set_secure_login", lambda: cancel_opt_out(town.verifier, signed_in))

        with refused(Reason.NOT_OPTED_OUT):
            cancel_opt_out(town.verifier, signed_in)


class TestRights:
    """Primary users, for everybody of their account; nobody else, for nobody."""

    def test_a_primary_user_changes_it_for_a_user_of_the_account(
        self, town: Town, alice: Person, dana: Person, signed_in: SignedIn
    ) -> None:
        """Both ways; the record of the other user names who did it."""
        dana.activates(town.sells_phone())

        opt_out(town.verifier, signed_in, agreed=True, target=dana.user.user_id)
        assert (standing_of(town, alice), standing_of(town, dana)) == (SecureLogin.ENROLLED, SecureLogin.OPTED_OUT)
        cancel_opt_out(town.verifier, signed_in, target=dana.user.user_id)

        assert standing_of(town, dana) is SecureLogin.ENROLLED
        assert [(row.kind, row.facts["by"]) for row in town.record()[-2:]] == [
            (EventKind.OPTED_OUT, "alice"),
            (EventKind.OPTED_IN, "alice"),
        ]

    def test_a_secondary_user_is_told_who_may(self, town: Town, dana: Person, phone: TestPhone) -> None:
        """Neither for oneself nor for others, and nothing is changed."""
        town.adds("second", account="alice")
        signed_in = sign_in(town, dana, phone)

        for target in (None, dana.user.user_id, UserId("0" * 32)):
            with refused(Reason.NOT_PERMITTED):
                opt_out(town.verifier, signed_in, agreed=True, target=target)
            with refused(Reason.NOT_PERMITTED):
                cancel_opt_out(town.verifier, signed_in, target=target)
        assert secure_login.who_may(town.verifier, dana.user) == ["alice", "second"]
        assert [line.name for line in list_standings(town.verifier, signed_in)] == ["dana"]

    def test_users_of_other_accounts_are_nobody(self, town: Town, signed_in: SignedIn) -> None:
        """Another account's user, a help-desk user and an id that nobody has are told apart by nothing."""
        stranger = town.adds("stranger")
        desk = town.adds("desk", role=Role.HELP_DESK)

        for target in (stranger.user.user_id, desk.user.user_id, UserId("f" * 32)):
            with refused(Reason.NOT_YOURS):
                opt_out(town.verifier, signed_in, agreed=True, target=target)
            with refused(Reason.NOT_YOURS):
                cancel_opt_out(town.verifier, signed_in, target=target)

    def test_a_help_desk_user_has_no_such_right(self, town: Town, phone: TestPhone) -> None:
        """Not even for themself: there is nothing to trade with."""
        desk = sign_in(town, town.adds("desk", role=Role.HELP_DESK), phone)

        with refused(Reason.NOT_PERMITTED):
            opt_out(town.verifier, desk, agreed=True)

    @pytest.mark.parametrize(
        ("reach", "reason"),
        [
            (Reach.RESTRICTED, Reason.OUT_OF_REACH),
            (Reach.CARD_ONLY, Reason.OUT_OF_REACH),
            (Reach.TRADING, Reason.SESSION_EXPIRED),
        ],
    )
    def test_sessions_that_reach_less_change_nothing(
        self, town: Town, alice: Person, signed_in: SignedIn, reach: Reach, reason: Reason
    ) -> None:
        """A passcode, an online card and a trading device open no way to weaken a login."""
        less = reaching(signed_in, reach)

        with refused(reason):
            opt_out(town.verifier, less, agreed=True)
        with refused(reason):
            cancel_opt_out(town.verifier, less)
        assert standing_of(town, alice) is SecureLogin.ENROLLED

    def test_one_factor_changes_nothing(self, town: Town, alice: Person) -> None:
        """The limited session shows a QR code, and that is all."""
        limited = require_session(town.verifier, alice.enters().token)

        for act in (
            lambda: opt_out(town.verifier, limited, agreed=True),
            lambda: cancel_opt_out(town.verifier, limited),
            lambda: list_standings(town.verifier, limited),
        ):
            with refused(Reason.SECOND_FACTOR_REQUIRED):
                act()

    def test_the_list_says_how_everybody_of_the_account_stands(
        self, town: Town, alice: Person, dana: Person, signed_in: SignedIn
    ) -> None:
        """By name, without strangers and without the help desk."""
        town.adds("stranger")
        town.adds("desk", role=Role.HELP_DESK)
        opt_out(town.verifier, signed_in, agreed=True)

        lines = list_standings(town.verifier, reaching(signed_in, Reach.RESTRICTED))

        assert lines == [
            Standing(
                user_id=alice.user.user_id,
                name="alice",
                role=Role.PRIMARY,
                secure_login=SecureLogin.OPTED_OUT,
                opts_out_ms=town.clock.now_ms(),
                is_available=True,
                has_device=True,
            ),
            Standing(
                user_id=dana.user.user_id,
                name="dana",
                role=Role.SECONDARY,
                secure_login=SecureLogin.ENROLLED,
                opts_out_ms=None,
                is_available=True,
                has_device=False,
            ),
        ]


class TestOperator:
    """What `authsim secure` does."""

    def test_the_operator_waits_for_no_cooling(self, town: Town, alice: Person, phone: TestPhone) -> None:
        """A trainer prepares a user; the record says that it was the operator."""
        town.under(opt_out_cooling_seconds=86_400)
        alice.activates(phone)

        out = operators.set_secure_login(town.verifier, user_of(town, alice), is_needed=False)
        back = operators.set_secure_login(town.verifier, user_of(town, alice), is_needed=True)

        assert (out.secure_login, back.secure_login) == (SecureLogin.OPTED_OUT, SecureLogin.ENROLLED)
        assert [row.facts for row in town.record()[-2:]] == [{"by": "operator"}] * 2

    def test_it_refuses_as_the_pages_do(self, town: Town, alice: Person) -> None:
        """What is not so cannot be undone, and who has no device keeps needing one."""
        with pytest.raises(RefusalError) as caught:
            operators.set_secure_login(town.verifier, alice.user, is_needed=True)
        assert caught.value.reason is Reason.NOT_OPTED_OUT
        with refused(Reason.NO_ACTIVE_DEVICE):
            operators.set_secure_login(town.verifier, alice.user, is_needed=False)
