"""A new phone of the hardened profile waits until the code that it shows is typed where its user sits."""

import pytest

from authsim import states
from authsim.errors import Reason
from authsim.events import EventKind
from authsim.model import Client, Device, LimitedEntry
from authsim.policy import HARDENED
from authsim.profiles import PROFILES
from authsim.protocol.suite import STRICT10, SUITES
from authsim.verifier import activation, confirmation, operators
from tests.support.device import TestPhone
from tests.support.people import Person, Town, refused


@pytest.fixture(params=sorted(SUITES))
def town(request: pytest.FixtureRequest) -> Town:
    """A portal of the hardened profile, of either suite."""
    return Town(policy=PROFILES[HARDENED], suite=request.param)


@pytest.fixture
def entry(town: Town, alice: Person, phone: TestPhone) -> LimitedEntry:
    """The session whose QR code the phone scanned: it waits for its code."""
    entry = alice.enters()
    phone.activate(town.verifier, alice.sees_code(entry))
    return entry


def waiting(town: Town, alice: Person) -> Device:
    """The phone that waits."""
    device = town.verifier.store.devices.pending_of(alice.user.user_id, now_ms=town.clock.now_ms())
    assert device is not None
    return device


def wrong(phone: TestPhone) -> str:
    """A code that is not the phone's."""
    return f"{(int(phone.confirmation) + 1) % 10**8:08d}"


def state_of(town: Town, phone: TestPhone) -> states.Device:
    """What the portal thinks of the phone."""
    device = town.verifier.store.devices.get(phone.device_id)
    assert device is not None
    return device.state


def test_a_scanned_phone_waits_and_answers_nothing(
    town: Town, alice: Person, phone: TestPhone, entry: LimitedEntry
) -> None:
    """It is pending, not active; the page says so, and the phone hears it from the portal."""
    assert state_of(town, phone) is states.Device.PENDING
    assert alice.device is None
    assert phone.hears_its_state(town.verifier) == "pending"
    view = activation.show_activation(town.verifier, session=entry.session, token=entry.token)
    assert view.device is not None
    assert view.device.state is states.Device.PENDING


def test_the_code_that_the_phone_shows_makes_it_active(
    town: Town, alice: Person, phone: TestPhone, entry: LimitedEntry
) -> None:
    """Blanks and hyphens do not matter; the instant is that of the confirmation, and it stands in the record."""
    town.clock.advance(seconds=30)

    device = alice.confirms(entry, f"{phone.confirmation[:4]} {phone.confirmation[4:6]}-{phone.confirmation[6:]}")

    assert device.state is states.Device.ACTIVE
    assert device.activated_ms == town.clock.now_ms()
    assert alice.device == device
    assert alice.events()[-2:] == [(EventKind.CONFIRMATION_COUNTED, None), (EventKind.DEVICE_CONFIRMED, None)]


def test_confirmed_twice_changes_nothing(town: Town, alice: Person, phone: TestPhone, entry: LimitedEntry) -> None:
    """The form that is sent again is answered with the phone, whatever stands in it."""
    alice.confirms(entry, phone.confirmation)
    rows = len(town.events())

    assert alice.confirms(entry, "anything").state is states.Device.ACTIVE
    assert len(town.events()) == rows


def test_three_wrong_codes_take_the_phone_out_of_use(
    town: Town, alice: Person, phone: TestPhone, entry: LimitedEntry
) -> None:
    """Two leave tries, the third ends it; after that the right one is too late, and a fresh code may be shown."""
    for remaining in (2, 1):
        with refused(Reason.WRONG_CONFIRMATION) as caught:
            alice.confirms(entry, wrong(phone))
        assert caught.value.attempts_remaining == remaining
    with refused(Reason.CONFIRMATION_TRIES_SPENT):
        alice.confirms(entry, wrong(phone))
    assert state_of(town, phone) is states.Device.EXPIRED
    with refused(Reason.ACTIVATION_EXPIRED):
        alice.confirms(entry, phone.confirmation)
    assert activation.fresh_activation(town.verifier, session=entry.session, token=entry.token).typed


@pytest.mark.parametrize("typed", ["", "1234567", "123456789", "abcdefgh", "１２３４５６７８", "12345678\n9"])
def test_what_is_no_code_counts_nothing(
    town: Town, alice: Person, phone: TestPhone, entry: LimitedEntry, typed: str
) -> None:
    """Only eight digits are a try."""
    with refused(Reason.MALFORMED_RESPONSE) as caught:
        alice.confirms(entry, typed)

    assert caught.value.attempts_remaining == 3
    assert waiting(town, alice).confirmations == 0


def test_the_try_stands_before_anybody_compares(
    town: Town, alice: Person, phone: TestPhone, entry: LimitedEntry
) -> None:
    """A process that dies while the code is judged leaves the try counted."""
    seen: list[int] = []
    town.between.before("devices.confirm", lambda: seen.append(waiting(town, alice).confirmations))

    alice.confirms(entry, phone.confirmation)

    assert seen == [1]


def test_it_waits_as_long_as_its_code_lived(town: Town, alice: Person, phone: TestPhone, entry: LimitedEntry) -> None:
    """A millisecond before the end it is confirmed; at the end it has expired, and is written so."""
    town.clock.advance(ms=600_000)

    with refused(Reason.ACTIVATION_EXPIRED):
        alice.confirms(entry, phone.confirmation)
    assert state_of(town, phone) is states.Device.EXPIRED


def test_a_millisecond_before_the_end_is_in_time(
    town: Town, alice: Person, phone: TestPhone, entry: LimitedEntry
) -> None:
    """The last instant of the ten minutes still counts."""
    town.clock.advance(ms=599_999)

    assert alice.confirms(entry, phone.confirmation).state is states.Device.ACTIVE


def test_only_the_session_that_showed_the_code_confirms(town: Town, alice: Person, phone: TestPhone) -> None:
    """Another session of the same user, which showed another code, knows nothing of that phone."""
    first = alice.enters()
    phone.activate(town.verifier, alice.sees_code(first))
    second = alice.enters()

    with refused(Reason.ACTIVATION_UNKNOWN):
        alice.confirms(second, phone.confirmation)
    assert state_of(town, phone) is states.Device.PENDING


def test_the_last_try_is_judged_for_one(town: Town, alice: Person, phone: TestPhone, entry: LimitedEntry) -> None:
    """While another request judges the last try, no further one is taken."""
    for _ in range(2):
        with refused(Reason.WRONG_CONFIRMATION):
            alice.confirms(entry, wrong(phone))

    def take_the_last() -> None:
        device = waiting(town, alice)
        event = town.record()[-1]
        town.verifier.store.devices.count_confirmation(device.device_id, now_ms=town.clock.now_ms(), event=event)

    town.between.before("devices.count_confirmation", take_the_last)
    with refused(Reason.CONFIRMATION_TRIES_SPENT):
        alice.confirms(entry, phone.confirmation)
    assert alice.device is None


def test_not_me_in_the_last_moment_wins(town: Town, alice: Person, phone: TestPhone, entry: LimitedEntry) -> None:
    """The phone is given up between the judging and the change: it does not become active."""
    town.between.before(
        "devices.confirm", lambda: activation.disown(town.verifier, session=entry.session, token=entry.token)
    )

    with refused(Reason.ACTIVATION_EXPIRED):
        alice.confirms(entry, phone.confirmation)
    assert alice.device is None
    assert state_of(town, phone) is states.Device.EXPIRED


def test_not_me_gives_the_waiting_phone_up(town: Town, alice: Person, phone: TestPhone, entry: LimitedEntry) -> None:
    """*This was not me* ends it at once and shows a fresh code; giving up what is given up is no error."""
    offer = activation.disown(town.verifier, session=entry.session, token=entry.token)

    assert state_of(town, phone) is states.Device.EXPIRED
    assert offer.typed
    confirmation.end_pending(town.verifier, phone.device_id, now_ms=town.clock.now_ms(), by="user")
    assert alice.events().count((EventKind.DEVICE_REVOKED, None)) == 1


def test_giving_up_is_lost_to_who_was_faster(town: Town, alice: Person, phone: TestPhone, entry: LimitedEntry) -> None:
    """The phone was confirmed in the same moment: giving it up changes nothing."""
    town.between.before("devices.change", lambda: alice.confirms(entry, phone.confirmation))

    confirmation.end_pending(town.verifier, phone.device_id, now_ms=town.clock.now_ms(), by="user")

    assert state_of(town, phone) is states.Device.ACTIVE


def test_giving_a_waiting_phone_up_holds_nobody(
    town: Town, alice: Person, phone: TestPhone, entry: LimitedEntry
) -> None:
    """Only a phone that was in use and revoked makes a text wait: a thief's attempt does not."""
    activation.disown(town.verifier, session=entry.session, token=entry.token)

    alice.adds_herself(town.sells_phone())

    assert waiting(town, alice)


def test_who_has_a_phone_confirms_no_other_by_login(town: Town, alice: Person, phone: TestPhone) -> None:
    """The phone that waits is found for a login only while there is no other."""
    offer = activation.operator_activation(town.verifier, alice.user.user_id, replace=False)
    phone.activate(town.verifier, offer.uri)
    found = confirmation.find_unconfirmed(town.verifier, alice.user, now_ms=town.clock.now_ms())
    assert found is not None
    assert found.device_id == phone.device_id

    confirmation.judge_confirmation(
        town.verifier, found, code=phone.confirmation, client=Client(), now_ms=town.clock.now_ms()
    )

    assert confirmation.find_unconfirmed(town.verifier, alice.user, now_ms=town.clock.now_ms()) is None
    operators.suspend(town.verifier, alice.user)
    assert confirmation.find_unconfirmed(town.verifier, alice.user, now_ms=town.clock.now_ms()) is None


def test_the_suites_have_codes_of_their_own() -> None:
    """The same activation has another code under the other suite: the suite is in the transcript."""
    codes = []
    for suite in sorted(SUITES):
        town = Town(policy=PROFILES[HARDENED], suite=suite)
        phone = town.sells_phone()
        town.adds("alice").activates(phone)
        codes.append(phone.confirmation)

    assert len(set(codes)) == 2
    assert STRICT10 in SUITES
