"""The screen's side of activation: one code for one browser, shown again, gone when used."""

from dataclasses import replace

import pytest

from authsim import states
from authsim.errors import Reason, StoreConflictError, StoreError
from authsim.events import EventKind
from authsim.model import ActivationOffer, CodeId, FactorKind, Factors, FirstFactorPassed, LimitedEntry, UserId
from authsim.policy import DAY, SECOND
from authsim.protocol.activation_uri import parse_activation_uri, parse_session_id
from authsim.protocol.keys import derive_activation_keys, fingerprint
from authsim.secret import Secret
from authsim.verifier import activation, operators, sessions
from authsim.verifier.topics import session_topic
from tests.support.device import TestPhone
from tests.support.people import BROWSER, Person, Town, refused
from tests.support.ports import ORIGIN
from tests.support.wallet import Wallet


def show(town: Town, entry: LimitedEntry) -> activation.ActivationView:
    """Look at the page."""
    return activation.show_activation(town.verifier, session=entry.session, token=entry.token)


def disown(town: Town, entry: LimitedEntry) -> ActivationOffer:
    """Press *This was not me*."""
    return activation.disown(town.verifier, session=entry.session, token=entry.token)


def test_a_password_opens_a_limited_session_with_a_code(town: Town, alice: Person) -> None:
    """One factor, a code for ten minutes, and the record of both."""
    entry = alice.enters()

    view = show(town, entry)

    assert entry.session.factors is Factors.ONE
    assert entry.session.client == BROWSER
    assert view.state is states.OneShot.ISSUED
    assert view.remaining_seconds == 600
    assert view.expires_ms == town.clock.now_ms() + 600 * SECOND
    assert view.device is None
    assert alice.events()[-2:] == [(EventKind.SESSION_OPENED, None), (EventKind.ACTIVATION_ISSUED, None)]


def test_the_offer_says_the_same_code_twice(town: Town, alice: Person) -> None:
    """QR code and Session ID carry one code, with this portal's identity and fingerprint."""
    offer = show(town, alice.enters()).offer
    assert offer is not None

    uri = parse_activation_uri(offer.uri.reveal_text())

    psk = town.verifier.vault.signing_public_key()
    assert uri.code == parse_session_id(offer.typed.reveal_text())
    assert (uri.instance_id, uri.origin, uri.psk) == (town.verifier.instance.instance_id, ORIGIN, psk)
    assert uri.expires_s * SECOND == offer.code.expires_ms
    assert uri.suite == town.verifier.instance.suite
    assert offer.fingerprint == fingerprint(psk)
    assert derive_activation_keys(uri.code).code_id == offer.code.code_id


def test_a_reload_shows_the_same_code_and_writes_nothing(town: Town, alice: Person) -> None:
    """Only the remaining time changes, rounded up."""
    entry = alice.enters()
    first, before = show(town, entry), town.events()
    town.clock.advance(ms=1)

    again = show(town, entry)

    assert again.offer == first.offer
    assert again.remaining_seconds == 600
    town.clock.advance(ms=999)
    assert show(town, entry).remaining_seconds == 599
    assert town.events() == before


def test_the_store_alone_does_not_know_the_code(town: Town, alice: Person) -> None:
    """Nothing that is kept contains the code, in any of its spellings, and another token does not open it."""
    entry = alice.enters()
    offer = show(town, entry).offer
    assert offer is not None
    code = parse_activation_uri(offer.uri.reveal_text()).code
    kept = offer.code

    everything = repr(kept).encode() + kept.keys.ciphertext + (kept.display or b"")

    for spelling in (code.reveal(), code.reveal().hex().encode(), offer.typed.reveal(), offer.uri.reveal()):
        assert spelling not in everything
    with pytest.raises(StoreError, match="does not open"):
        activation.show_activation(town.verifier, session=entry.session, token=Secret("another browser"))


def test_a_code_expires_to_the_millisecond_and_is_written_once(town: Town, alice: Person) -> None:
    """A millisecond before its end it is shown; at its end it is gone for good."""
    entry = alice.enters()
    town.clock.advance(ms=600 * SECOND - 1)
    assert show(town, entry).remaining_seconds == 1
    town.clock.advance(ms=1)

    for _ in range(2):
        view = show(town, entry)
        assert (view.state, view.offer, view.device, view.remaining_seconds) == (states.OneShot.EXPIRED, None, None, 0)
    assert alice.events().count((EventKind.ACTIVATION_EXPIRED, None)) == 1


def test_a_code_that_was_used_at_its_last_moment_is_used(town: Town, alice: Person, phone: TestPhone) -> None:
    """When the page wants to write an expiry and the code is closed already, the page shows what happened."""
    entry = alice.enters()
    uri = alice.sees_code(entry)
    attempt = phone.scan(uri)
    broken = replace(attempt.request, mac=bytes(32))
    town.clock.advance(seconds=600)

    def somebody_else() -> None:
        with refused(Reason.ACTIVATION_EXPIRED):
            activation.redeem(town.verifier, broken)

    town.between.before("activations.close", somebody_else)

    assert show(town, entry).state is states.OneShot.EXPIRED


def test_no_code_outlives_its_account(town: Town, alice: Person) -> None:
    """On the last day the code ends with the account."""
    town.clock.advance(days=7, seconds=-30)

    assert show(town, alice.enters()).expires_ms == alice.user.expires_ms == town.clock.now_ms() + 30 * SECOND
    assert alice.user.expires_ms - alice.user.created_ms == 7 * DAY


def test_after_activation_the_page_shows_the_device(town: Town, alice: Person, phone: TestPhone) -> None:
    """Label and time of the phone that was enrolled, and no code any more."""
    view = show(town, alice.activates(phone))

    assert (view.state, view.offer) == (states.OneShot.CONSUMED, None)
    assert view.device == alice.device
    assert view.device is not None
    assert (view.device.label, view.device.activated_ms) == (phone.label, town.clock.now_ms())


def test_a_burnt_code_is_shown_as_failed(town: Town, alice: Person, phone: TestPhone) -> None:
    """An attempt that failed leaves no code and no device."""
    entry = alice.enters()
    attempt = phone.scan(alice.sees_code(entry))
    with refused(Reason.ACTIVATION_MISMATCH):
        activation.redeem(town.verifier, replace(attempt.request, mac=bytes(32)))

    view = show(town, entry)

    assert (view.state, view.offer, view.device) == (states.OneShot.FAILED, None, None)


def test_a_new_login_shows_a_fresh_code_and_supersedes_the_old(town: Town, alice: Person, phone: TestPhone) -> None:
    """One pending code for each user: the older page says so, and its code enrols nobody."""
    older, newer = alice.enters(), alice.enters()

    assert show(town, older).state is states.OneShot.SUPERSEDED
    phone.activate(town.verifier, alice.sees_code(newer))
    assert show(town, newer).state is states.OneShot.CONSUMED


def test_a_user_with_a_device_gets_no_code(town: Town, alice: Person, phone: TestPhone) -> None:
    """A code serves only a user without an active device."""
    first = alice.passes_password()
    alice.activates(phone)

    with refused(Reason.DEVICE_ALREADY_ACTIVE):
        activation.open_limited_session(town.verifier, first)


class TestSuspended:
    """A user whose phone is suspended."""

    @pytest.fixture
    def stopped(self, town: Town, alice: Person, phone: TestPhone) -> Person:
        """alice, whose phone was suspended."""
        alice.activates(phone)
        operators.suspend(town.verifier, alice.user)
        return alice

    def test_gets_the_limited_session_without_a_code(self, town: Town, stopped: Person) -> None:
        """The password alone must not put another phone in the place of the suspended one."""
        rows = len(town.events())

        entry = stopped.enters()

        assert entry.session.factors is Factors.ONE
        assert EventKind.ACTIVATION_ISSUED not in [kind for kind, _ in town.events()[rows:]]
        with refused(Reason.DEVICE_SUSPENDED):
            show(town, entry)
        with refused(Reason.DEVICE_SUSPENDED):
            disown(town, entry)
        with refused(Reason.DEVICE_SUSPENDED):
            activation.fresh_activation(town.verifier, session=entry.session, token=entry.token)

    def test_a_code_of_before_enrols_nobody(self, town: Town, alice: Person, phone: TestPhone) -> None:
        """A code that slipped through is burnt: the suspended device has its place."""
        attempt = phone.scan(alice.sees_code(alice.enters()))
        alice.adds_herself(town.sells_phone())
        operators.suspend(town.verifier, alice.user)
        code = town.verifier.store.activations.get(CodeId(attempt.request.code_id))
        assert code is not None
        town.between.replace("activations.get", lambda _: replace(code, state=states.OneShot.ISSUED))
        town.between.replace("activations.close", lambda *_, **__: None)

        with refused(Reason.DEVICE_ALREADY_ACTIVE):
            activation.redeem(town.verifier, attempt.request)

    def test_is_resumed_and_signs_in_from_there(self, town: Town, stopped: Person, phone: TestPhone) -> None:
        """The session that was opened meanwhile steps up with the phone that answers again."""
        entry = stopped.enters()
        operators.resume(town.verifier, stopped.user)
        pending = stopped.steps_up(entry)

        stopped.answers(pending, phone.respond(pending.challenge.question))

        assert len(stopped.full_sessions) == 1

    def test_an_operator_replaces_it_on_demand(self, town: Town, stopped: Person, phone: TestPhone) -> None:
        """Without `replace` it is refused; with it the suspended phone is out for good."""
        with refused(Reason.DEVICE_SUSPENDED):
            activation.operator_activation(town.verifier, stopped.user.user_id, replace=False)

        offer = activation.operator_activation(town.verifier, stopped.user.user_id, replace=True)

        assert phone.hears_its_state(town.verifier) == "revoked"
        new = town.sells_phone()
        new.activate(town.verifier, offer.uri)
        stopped.logs_in(with_=new)


def test_a_password_that_was_replaced_meanwhile_opens_no_session(town: Town, alice: Person) -> None:
    """What was judged is no longer so."""
    first = alice.passes_password()
    alice.takes_password(Secret("another password"))

    with refused(Reason.WRONG_PASSWORD):
        activation.open_limited_session(town.verifier, first)
    assert alice.events()[-1] == (EventKind.LOGIN_REFUSED, Reason.WRONG_PASSWORD)


def test_the_page_is_told_when_its_code_is_used_or_burnt(town: Town, alice: Person, phone: TestPhone) -> None:
    """Whoever waits on the page that shows the code hears of it."""
    entry = alice.enters()
    page = town.verifier.bus.subscribe(session_topic(entry.session.session_id))
    phone.activate(town.verifier, alice.sees_code(entry))
    assert page.wait(0)

    offer = disown(town, entry)
    page.wait(0)
    attempt = phone.scan(offer.uri)
    with refused(Reason.ACTIVATION_MISMATCH):
        activation.redeem(town.verifier, replace(attempt.request, mac=bytes(32)))
    assert page.wait(0)


def test_a_session_without_a_code_has_nothing_to_show(town: Town, alice: Person, phone: TestPhone) -> None:
    """The full session did not show a code of its own."""
    alice.activates(phone)
    authenticated = alice.logs_in(with_=phone)

    with refused(Reason.ACTIVATION_UNKNOWN):
        activation.show_activation(town.verifier, session=authenticated.session, token=authenticated.token)


def test_without_an_address_there_is_no_offer(town: Town, alice: Person) -> None:
    """A portal that was never served cannot say where the phone should go."""
    entry = alice.enters()
    nowhere = replace(town.verifier, instance=replace(town.verifier.instance, origin=None))

    with pytest.raises(StoreError, match="address"):
        activation.show_activation(nowhere, session=entry.session, token=entry.token)


def test_a_display_that_is_missing_is_a_broken_store(town: Town, alice: Person) -> None:
    """A code of a session without its ciphertext cannot be shown, and does not pretend."""
    entry = alice.enters()
    kept = town.verifier.store.activations.latest_of_session(entry.session.session_id)
    assert kept is not None
    town.between.replace("activations.latest_of_session", lambda _: replace(kept, display=None))

    with pytest.raises(StoreError, match="display"):
        show(town, entry)


class TestDisown:
    """*This was not me*."""

    def test_it_revokes_the_stranger_and_shows_a_fresh_code(self, town: Town, alice: Person, phone: TestPhone) -> None:
        """The stranger's phone is out, and alice's own phone takes the fresh code."""
        entry = alice.enters()
        town.sells_phone().activate(town.verifier, alice.sees_code(entry))
        stranger = alice.device

        offer = disown(town, entry)

        assert stranger is not None
        kept = town.verifier.store.devices.get(stranger.device_id)
        assert kept is not None
        assert kept.state is states.Device.REVOKED
        assert (EventKind.DEVICE_REVOKED, None) in alice.events()
        assert show(town, entry).offer == offer
        phone.activate(town.verifier, offer.uri)
        alice.logs_in(with_=phone)

    def test_it_needs_a_device_of_its_own(self, town: Town, alice: Person) -> None:
        """While the code is open, or when another session's code was used, nothing is revoked."""
        older, newer = alice.enters(), alice.enters()
        town.sells_phone().activate(town.verifier, alice.sees_code(newer))

        with refused(Reason.NOT_YOURS):
            disown(town, older)
        assert alice.device is not None
        disown(town, newer)
        with refused(Reason.NOT_YOURS):
            disown(town, newer)

    def test_it_is_only_for_the_newest_code(self, town: Town, alice: Person, phone: TestPhone) -> None:
        """After the own phone took the fresh code, pressing again revokes that one, and nothing older matters."""
        entry = alice.activates(town.sells_phone())
        phone.activate(town.verifier, disown(town, entry).uri)

        disown(town, entry)
        assert alice.device is None

    def test_a_device_that_is_out_already_is_no_hindrance(self, town: Town, alice: Person) -> None:
        """The operator revoked it first: the person still gets a fresh code."""
        entry = alice.activates(town.sells_phone())
        operators.revoke_device(town.verifier, alice.user)

        disown(town, entry)

        assert alice.device is None

    def test_pressed_twice_at_once_it_does_not_fail(self, town: Town, alice: Person) -> None:
        """The loser of the race to revoke goes on to its fresh code."""
        entry = alice.activates(town.sells_phone())
        town.between.before("devices.change", lambda: operators.revoke_device(town.verifier, alice.user))

        disown(town, entry)

        assert alice.device is None

    def test_another_active_device_stays(self, town: Town, alice: Person, phone: TestPhone) -> None:
        """When the operator has activated another phone since, nothing is offered and nothing is revoked."""
        entry = alice.activates(town.sells_phone())
        offer = activation.operator_activation(town.verifier, alice.user.user_id, replace=True)
        phone.activate(town.verifier, offer.uri)

        with refused(Reason.DEVICE_ALREADY_ACTIVE):
            disown(town, entry)
        alice.logs_in(with_=phone)

    def test_a_removed_user_is_a_conflict(self, town: Town, alice: Person) -> None:
        """A session whose user is gone gets no code."""
        entry = alice.enters()
        operators.remove_user(town.verifier, alice.user)

        with pytest.raises(StoreConflictError):
            activation.fresh_activation(town.verifier, session=entry.session, token=entry.token)


class TestOperator:
    """An activation on the operator's word."""

    def test_it_needs_no_session(self, town: Town, alice: Person, phone: TestPhone) -> None:
        """The code is handed over once and activates."""
        offer = activation.operator_activation(town.verifier, alice.user.user_id, replace=False)

        phone.activate(town.verifier, offer.uri)

        assert (offer.code.session_id, offer.code.display) == (None, None)
        alice.logs_in(with_=phone)

    def test_an_active_device_stays_unless_it_is_to_be_replaced(
        self, town: Town, alice: Person, phone: TestPhone
    ) -> None:
        """Without `replace` it is refused; with it the old phone is out before the new one is in."""
        old = town.sells_phone()
        alice.activates(old)
        with refused(Reason.DEVICE_ALREADY_ACTIVE):
            activation.operator_activation(town.verifier, alice.user.user_id, replace=False)
        alice.logs_in(with_=old)

        offer = activation.operator_activation(town.verifier, alice.user.user_id, replace=True)

        assert alice.device is None
        phone.activate(town.verifier, offer.uri)
        alice.logs_in(with_=phone)
        pending = alice.begins()
        with refused(Reason.WRONG_RESPONSE):
            alice.answers(pending, old.respond(pending.challenge.question))

    def test_a_user_without_a_device_may_be_replaced_too(self, town: Town, alice: Person) -> None:
        """`replace` is a permission, not a demand."""
        offer = activation.operator_activation(town.verifier, alice.user.user_id, replace=True)

        phone = town.sells_phone()
        phone.activate(town.verifier, offer.uri)
        assert alice.device is not None

    def test_it_supersedes_what_a_page_shows(self, town: Town, alice: Person) -> None:
        """One pending code for each user, whoever issued it."""
        entry = alice.enters()
        activation.operator_activation(town.verifier, alice.user.user_id, replace=False)

        assert show(town, entry).state is states.OneShot.SUPERSEDED

    def test_an_account_that_is_over_is_not_activated(self, town: Town, alice: Person) -> None:
        """No code is printed that would be over before it is read."""
        town.clock.advance(days=7)
        rows = len(town.events())

        with refused(Reason.ACCOUNT_EXPIRED):
            activation.operator_activation(town.verifier, alice.user.user_id, replace=True)
        assert len(town.events()) == rows

    def test_nobody_cannot_be_activated(self, town: Town) -> None:
        """An id that belongs to nobody is refused by name."""
        with refused(Reason.NO_SUCH_USER):
            activation.operator_activation(town.verifier, UserId("0" * 32), replace=False)


def test_a_limited_session_is_limited(town: Town, alice: Person) -> None:
    """What needs two factors is closed to it."""
    signed_in = sessions.require_session(town.verifier, alice.enters().token)

    with refused(Reason.SECOND_FACTOR_REQUIRED):
        sessions.require_two_factors(signed_in)


def test_the_first_factor_is_asked_again_for_each_code(town: Town, alice: Person) -> None:
    """A fresh code at each login: entering twice gives two sessions and two codes."""
    first: FirstFactorPassed = alice.passes_password()
    one = activation.open_limited_session(town.verifier, first)
    two = alice.enters()

    assert one.session.session_id != two.session.session_id
    assert one.token != two.token


def test_no_code_beside_another_factor(town: Town, alice: Person, phone: TestPhone) -> None:
    """A limited session that outlived its phone brings in no other one once its user holds an authenticator app."""
    entry = alice.activates(phone)
    operators.revoke_device(town.verifier, alice.user)
    Wallet(alice).gets(FactorKind.AUTHENTICATOR_APP)
    with refused(Reason.SECOND_FACTOR_REQUIRED):
        disown(town, entry)
