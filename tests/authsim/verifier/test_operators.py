"""What an operator does to users."""

import re
from collections.abc import Callable

import pytest

from authsim import states
from authsim.errors import MessageError, Reason, StoreConflictError
from authsim.events import EventKind
from authsim.model import Device, Lockout, Mode, Role, SecureLogin, User
from authsim.policy import DAY
from authsim.secret import Secret
from authsim.verifier import Verifier, activation, limits, operators, password_rules, passwords, sessions
from authsim.verifier.topics import session_topic
from tests.support.device import TestPhone
from tests.support.people import BROWSER, PASSWORD, Person, Town, refused
from tests.support.ports import CountedEntropy


def test_a_user_is_added_with_the_documented_defaults(town: Town) -> None:
    """Primary, live, English, an account of the same name, seven days, and no password in the store."""
    user = operators.add_user(town.verifier, name="alice", password=PASSWORD)

    assert (user.role, user.mode, user.locale, user.account, user.phone) == (
        Role.PRIMARY,
        Mode.LIVE,
        "en",
        "alice",
        None,
    )
    assert user.expires_ms - user.created_ms == 7 * DAY
    assert re.fullmatch("[0-9a-f]{32}", user.user_id)
    assert town.verifier.store.users.find("alice") == user
    assert PASSWORD.reveal_text() not in user.password_hash
    assert town.events() == [(EventKind.USER_ADDED, None)]


@pytest.mark.parametrize("name", ["abc", "a-1", "z" * 32, "alice2", "a--"])
def test_names_that_fit_are_taken(town: Town, name: str) -> None:
    """3 to 32 of a-z, digits and hyphens, beginning with a letter."""
    assert town.adds(name).user.name == name


@pytest.mark.parametrize(
    "name", ["", "ab", "z" * 33, "Alice", "1alice", "-alice", "al ice", "alice\n", "ålice", "alice_", "αlice", "a\0bc"]
)
def test_names_that_do_not_fit_are_malformed(town: Town, name: str) -> None:
    """The rule is named, the value is not."""
    with pytest.raises(MessageError, match="user name") as caught:
        town.adds(name)
    assert not name or name not in str(caught.value) or name == "ab"
    assert town.events() == []


def test_a_name_is_taken_once(town: Town, alice: Person) -> None:
    """The second alice is refused by name."""
    with refused(Reason.NAME_TAKEN):
        town.adds("alice")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("+12125550123", "+12125550123"),
        ("+1 (212) 555-0199", "+12125550199"),
        ("+1 [907] 555 01 00", "+19075550100"),
        ("+44 7700 900000", "+447700900000"),
        ("+44 (7700) 900-999", "+447700900999"),
    ],
)
def test_fictional_numbers_are_taken_without_ornament(town: Town, typed: str, kept: str) -> None:
    """Blanks, hyphens and brackets are a matter of taste."""
    user = operators.add_user(town.verifier, name="alice", password=PASSWORD, phone=typed)

    assert user.phone == kept


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "+12125550223",
        "+12125551123",
        "+121255501234",
        "+1212555012",
        "12125550123",
        "0012125550123",
        "+447700901000",
        "+44770090000",
        "+4477009000000",
        "+4915112345678",
        "+1212555012x",
        "+1212555\u066001\u0662\u0663",
        "+12125550123\n",
        "+1.212.555.0123",
    ],
)
def test_numbers_that_could_ring_are_refused(town: Town, typed: str) -> None:
    """Only the ranges that belong to nobody are accepted."""
    with pytest.raises(MessageError, match="fictional"):
        operators.add_user(town.verifier, name="alice", password=PASSWORD, phone=typed)


@pytest.mark.parametrize("locale", ["en", "ja"])
def test_both_languages_are_taken(town: Town, locale: str) -> None:
    """The user's language is one that the portal speaks."""
    assert operators.add_user(town.verifier, name="alice", password=PASSWORD, locale=locale).locale == locale


@pytest.mark.parametrize("locale", ["", "de", "EN", "ja-JP"])
def test_another_language_is_malformed(town: Town, locale: str) -> None:
    """The rule names the languages."""
    with pytest.raises(MessageError, match="en, ja"):
        operators.add_user(town.verifier, name="alice", password=PASSWORD, locale=locale)


@pytest.mark.parametrize("region", ["US", "HK", "IN", "JP"])
def test_a_region_is_kept(town: Town, region: str) -> None:
    """Where somebody lives decides whether they may opt out."""
    assert operators.add_user(town.verifier, name="alice", password=PASSWORD, region=region).region == region


@pytest.mark.parametrize("region", ["", "U", "USA", "us", "U1", "US\n", "ＵＳ"])
def test_another_region_is_malformed(town: Town, region: str) -> None:
    """Two capital letters, and nothing else."""
    with pytest.raises(MessageError, match="ISO 3166-1"):
        operators.add_user(town.verifier, name="alice", password=PASSWORD, region=region)


def test_a_user_may_have_opted_out_from_the_start(town: Town) -> None:
    """For a demo or a class; not where nobody may."""
    user = operators.add_user(town.verifier, name="hana", password=PASSWORD, is_opted_out=True)

    assert (user.secure_login, user.opts_out_ms) == (SecureLogin.OPTED_OUT, town.clock.now_ms())
    with refused(Reason.OPT_OUT_UNAVAILABLE):
        operators.add_user(town.verifier, name="hugo", password=PASSWORD, is_opted_out=True, region="HK")


class TestAccounts:
    """Who belongs to which account."""

    @pytest.mark.usefixtures("alice")
    def test_a_help_desk_user_has_no_account_but_themself(self, town: Town) -> None:
        """They belong to nobody's, and nobody belongs to theirs."""
        desk = town.adds("desk", role=Role.HELP_DESK)

        assert (desk.user.role, desk.user.account) == (Role.HELP_DESK, "desk")
        with refused(Reason.NO_SUCH_ACCOUNT):
            town.adds("second", role=Role.HELP_DESK, account="alice")
        with refused(Reason.NO_SUCH_ACCOUNT):
            town.adds("dana", role=Role.SECONDARY, account="desk")

    def test_a_secondary_user_belongs_to_the_first_primary(self, town: Town) -> None:
        """First is who was added first, not who comes first in the alphabet."""
        town.adds("zoe")
        town.clock.advance(ms=1)
        town.adds("adam")

        assert town.adds("bob", role=Role.SECONDARY).user.account == "zoe"

    def test_a_secondary_user_may_name_an_account(self, town: Town) -> None:
        """The account of any primary user."""
        town.adds("zoe")
        town.adds("adam")

        assert town.adds("bob", role=Role.SECONDARY, account="adam").user.account == "adam"

    def test_a_primary_user_may_share_an_account(self, town: Town) -> None:
        """An organisation has several who may change its settings."""
        town.adds("zoe")

        assert town.adds("adam", account="zoe").user.account == "zoe"
        assert town.adds("eve", account="eve").user.account == "eve"

    @pytest.mark.parametrize("role", Role)
    def test_an_account_must_exist(self, town: Town, role: Role) -> None:
        """Neither role opens an account under another name."""
        town.adds("zoe")

        with refused(Reason.NO_SUCH_ACCOUNT):
            town.adds("bob", role=role, account="nobody")

    def test_without_a_primary_there_is_no_account(self, town: Town) -> None:
        """The first user of a portal is a primary one."""
        for account in (None, "bob"):
            with refused(Reason.NO_SUCH_ACCOUNT):
                town.adds("bob", role=Role.SECONDARY, account=account)


class TestPasswords:
    """Which passwords are taken, and which are made."""

    @pytest.mark.parametrize("text", ["", "x" * 7, "x" * 129, "a\u0308" * 7])
    def test_too_short_or_too_long_is_malformed(self, town: Town, text: str) -> None:
        """The rule is named; composed characters count once."""
        with pytest.raises(MessageError, match="8 to 128"):
            operators.add_user(town.verifier, name="alice", password=Secret(text))

    def test_a_generated_password_can_be_read_aloud(self, town: Town) -> None:
        """Five words of consonants and vowels, accepted by the policy, different each time."""
        made = {operators.generate_password(town.verifier).reveal_text() for _ in range(100)}

        word = "[bdfghjklmnprstvz][aiou][bdfghjklmnprstvz][aiou][bdfghjklmnprstvz]"
        assert len(made) == 100
        for text in made:
            assert re.fullmatch(f"{word}(-{word}){{4}}", text)
            password_rules.require_strength(town.verifier, Secret(text), name="alice")

    def test_a_generated_password_carries_all_80_bits(self, town: Town) -> None:
        """Each of the 80 bits of entropy changes the password."""

        class OneBit(CountedEntropy):
            def __init__(self, bit: int) -> None:
                super().__init__()
                self.value = 1 << bit

            def token_bytes(self, count: int) -> bytes:
                return self.value.to_bytes(count)

        made = set()
        for bit in range(80):
            verifier = type(town.verifier)(
                clock=town.clock,
                entropy=OneBit(bit),
                passwords=town.passwords,
                vault=town.verifier.vault,
                store=town.verifier.store,
                bus=town.verifier.bus,
                instance=town.verifier.instance,
                policy=town.policy,
            )
            made.add(operators.generate_password(verifier).reveal_text())
        assert len(made) == 80

    def test_setting_a_password_ends_every_session(self, town: Town, alice: Person, phone: TestPhone) -> None:
        """The old password and the old sessions are worth nothing; the new one works."""
        alice.activates(phone)
        token = alice.logs_in(with_=phone).token

        operators.set_password(town.verifier, alice.user, Secret("a new password"))

        with refused(Reason.SESSION_EXPIRED):
            sessions.require_session(town.verifier, token)
        alice.is_refused(Reason.WRONG_PASSWORD)
        alice.password = Secret("a new password")
        alice.logs_in(with_=phone)
        assert (EventKind.PASSWORD_SET, None) in alice.events()

    def test_an_unsuitable_new_password_changes_nothing(self, town: Town, alice: Person) -> None:
        """The old one still works."""
        with pytest.raises(MessageError):
            operators.set_password(town.verifier, alice.user, Secret("short"))

        alice.passes_password()


class TestLocks:
    """Locking and unlocking by hand."""

    def test_an_operator_locks_and_unlocks(self, town: Town, alice: Person) -> None:
        """The lock refuses the right password; unlocking clears the record."""
        operators.lock(town.verifier, alice.user)
        alice.is_refused(Reason.USER_LOCKED)

        operators.unlock(town.verifier, alice.user)

        alice.passes_password()
        assert alice.lockout == Lockout()
        assert (EventKind.USER_UNLOCKED, None) in alice.events()

    def test_a_lock_ends_the_open_sessions(self, town: Town, alice: Person, phone: TestPhone) -> None:
        """Whoever is signed in is signed out, limited sessions too; the pages that are open hear of it."""
        entry = alice.activates(phone)
        proof = alice.logs_in(with_=phone)
        page = town.verifier.bus.subscribe(session_topic(proof.session.session_id))

        operators.lock(town.verifier, alice.user)

        for token in (entry.token, proof.token):
            with refused(Reason.SESSION_EXPIRED):
                sessions.require_session(town.verifier, token)
        assert page.wait(0)
        ended = [event for event in town.record() if event.kind is EventKind.SESSION_ENDED]
        assert [event.facts["by"] for event in ended] == ["operator", "operator"]

    def test_unlocking_forgives_the_failures(self, town: Town, alice: Person) -> None:
        """After it the throttle does not wait either."""
        for _ in range(5):
            alice.fails_password()

        operators.unlock(town.verifier, alice.user)

        alice.passes_password()

    def test_unlocking_takes_answers_again(self, town: Town, alice: Person, phone: TestPhone) -> None:
        """Where wrong answers block the second factor, the operator lifts that too."""
        town.under(block_responses=1, typed_mode_responses=1)
        alice.activates(phone)
        assert alice.device is not None

        def answer() -> None:
            limits.take_answer(
                town.verifier,
                user_id=alice.user.user_id,
                device_id=alice.device.device_id,
                client=BROWSER,
                now_ms=town.clock.now_ms(),
            )

        answer()
        with refused(Reason.SECOND_FACTOR_BLOCKED):
            answer()
        operators.unlock(town.verifier, alice.user)
        answer()

    def test_unlocking_an_unlocked_user_leaves_no_row(self, town: Town, alice: Person) -> None:
        """Nothing changed, so nothing is recorded."""
        operators.unlock(town.verifier, alice.user)

        assert alice.events() == [(EventKind.USER_ADDED, None)]


class TestFacts:
    """What an operator sees."""

    def test_a_user_without_anything(self, town: Town, alice: Person) -> None:
        """No device, no session, no failure, not locked, not expired."""
        facts = operators.show_user(town.verifier, operators.require_user(town.verifier, "alice"))

        assert (facts.device, list(facts.sessions), facts.failures, facts.locked_for_ms) == (None, [], 0, 0)
        assert not facts.is_expired
        assert facts.user == alice.user

    def test_a_user_with_everything(self, town: Town, alice: Person, phone: TestPhone) -> None:
        """The device, the sessions, the failures inside the window."""
        alice.activates(phone)
        alice.logs_in(with_=phone)
        alice.fails_password()

        facts = operators.show_user(town.verifier, operators.require_user(town.verifier, "alice"))

        assert facts.device == alice.device
        assert len(facts.sessions) == 2
        assert facts.failures == 1

    def test_a_lock_is_shown_while_it_lasts(self, town: Town, alice: Person) -> None:
        """With the time that is left, and not when it has run out."""
        operators.lock(town.verifier, alice.user)
        town.clock.advance(seconds=1)

        (facts,) = operators.list_users(town.verifier)
        assert facts.locked_for_ms == DAY - 1_000
        town.clock.advance(days=1)
        (facts,) = operators.list_users(town.verifier)
        assert facts.locked_for_ms == 0

    @pytest.mark.usefixtures("alice")
    def test_the_list_is_by_name_and_shows_who_has_expired(self, town: Town) -> None:
        """Expired users stay until they are removed."""
        town.clock.advance(days=7)
        town.adds("adam")

        assert [(facts.user.name, facts.is_expired) for facts in operators.list_users(town.verifier)] == [
            ("adam", False),
            ("alice", True),
        ]

    @pytest.mark.usefixtures("alice")
    @pytest.mark.parametrize("name", ["bob", "", "Alice", "alice\0"])
    def test_nobody_is_refused_by_name(self, town: Town, name: str) -> None:
        """Also for texts that can be no name."""
        with refused(Reason.NO_SUCH_USER):
            operators.require_user(town.verifier, name)


def test_revoking_takes_the_phone_out(town: Town, alice: Person, phone: TestPhone) -> None:
    """The device is out for good, and a second revocation finds none."""
    alice.activates(phone)

    revoked = operators.revoke_device(town.verifier, alice.user)

    kept = town.verifier.store.devices.get(revoked.device_id)
    assert kept is not None
    assert (kept.state, kept.closed_ms) == (states.Device.REVOKED, town.clock.now_ms())
    with refused(Reason.NO_ACTIVE_DEVICE):
        operators.revoke_device(town.verifier, alice.user)
    with refused(Reason.NO_ACTIVE_DEVICE):
        alice.begins()


class TestSuspend:
    """A phone stopped and released by the help desk."""

    def test_suspending_and_resuming(self, town: Town, alice: Person, phone: TestPhone) -> None:
        """The phone answers nothing, then everything; twice is no error, and leaves one row each."""
        alice.activates(phone)
        for _ in range(2):
            assert operators.suspend(town.verifier, alice.user).state is states.Device.SUSPENDED
        with refused(Reason.NO_ACTIVE_DEVICE):
            alice.begins()
        assert operators.show_user(town.verifier, alice.user).device == town.verifier.store.devices.get(phone.device_id)

        for _ in range(2):
            assert operators.resume(town.verifier, alice.user).state is states.Device.ACTIVE

        alice.logs_in(with_=phone)
        events = [kind for kind, _ in alice.events()]
        assert (events.count(EventKind.DEVICE_SUSPENDED), events.count(EventKind.DEVICE_RESUMED)) == (1, 1)

    @pytest.mark.parametrize("act", [operators.suspend, operators.resume, operators.revoke_device])
    def test_without_a_phone_it_is_refused(
        self, town: Town, alice: Person, act: Callable[[Verifier, User], Device]
    ) -> None:
        """There is nothing to stop or to release."""
        with refused(Reason.NO_ACTIVE_DEVICE):
            act(town.verifier, alice.user)

    def test_a_suspended_phone_may_be_revoked(self, town: Town, alice: Person, phone: TestPhone) -> None:
        """Then the user begins anew, with a QR code."""
        alice.activates(phone)
        operators.suspend(town.verifier, alice.user)

        operators.revoke_device(town.verifier, alice.user)

        assert phone.hears_its_state(town.verifier) == "revoked"
        alice.activates(town.sells_phone())


def test_the_help_desk_switches_notifications(town: Town, alice: Person) -> None:
    """Off and on, each with its row, which names the help desk."""
    operators.set_seamless(town.verifier, alice.user, False)
    assert not alice.is_seamless
    operators.set_seamless(town.verifier, alice.user, True)

    assert alice.is_seamless
    facts = [dict(event.facts) for event in town.record() if event.kind is EventKind.SEAMLESS_SET]
    assert facts == [{"by": "operator", "seamless": "off"}, {"by": "operator", "seamless": "on"}]


def test_removing_a_user_leaves_only_the_record(town: Town, alice: Person, phone: TestPhone) -> None:
    """Nothing of theirs is found any more; the name is free again; the rows stay."""
    alice.activates(phone)
    token = alice.logs_in(with_=phone).token
    rows = len(town.events())

    operators.remove_user(town.verifier, alice.user)

    with refused(Reason.SESSION_EXPIRED):
        sessions.require_session(town.verifier, token)
    with refused(Reason.WRONG_PASSWORD):
        passwords.require_password(town.verifier, name="alice", password=PASSWORD, client=BROWSER)
    assert town.verifier.store.devices.list_of(alice.user.user_id) == []
    assert len(town.events()) > rows
    town.adds("alice")


@pytest.mark.parametrize(
    "action",
    [
        operators.remove_user,
        operators.unlock,
        operators.lock,
        lambda verifier, user: operators.set_password(verifier, user, PASSWORD),
    ],
)
def test_what_is_done_to_a_removed_user_is_a_conflict(
    town: Town, alice: Person, action: Callable[[Verifier, User], None]
) -> None:
    """Two operators at once: the second one is told."""
    operators.remove_user(town.verifier, alice.user)

    with pytest.raises(StoreConflictError):
        action(town.verifier, alice.user)


def test_a_new_password_ends_what_the_old_one_began(town: Town, alice: Person, phone: TestPhone) -> None:
    """A code that was shown to who knew the old password activates nothing any more."""
    offer = activation.operator_activation(town.verifier, alice.user.user_id, replace=False)
    operators.set_password(town.verifier, alice.user, PASSWORD)

    with refused(Reason.ACTIVATION_EXPIRED):
        activation.redeem(town.verifier, phone.scan(offer.uri).request)


def test_a_revoked_phone_takes_its_sessions_along(town: Town, alice: Person, phone: TestPhone) -> None:
    """Whoever signed in with the phone is signed out with it."""
    alice.activates(phone)
    proof = alice.logs_in(with_=phone)
    operators.revoke_device(town.verifier, alice.user)

    with refused(Reason.SESSION_EXPIRED):
        sessions.require_session(town.verifier, proof.token)
