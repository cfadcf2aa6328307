"""A phone proves its key: nonces that are not kept, counters that ascend, a token that reads."""

from dataclasses import replace

import pytest

from authsim import states
from authsim.errors import Reason, RefusalError
from authsim.events import EventKind
from authsim.model import DeviceId
from authsim.policy import SECOND
from authsim.protocol.credentials import Credentials
from authsim.protocol.device_session import SessionReply, SessionRequest, parse_session_reply
from authsim.protocol.transcript import u64
from authsim.secret import Secret
from authsim.verifier import operators
from authsim.verifier.device_sessions import (
    draw_nonce,
    open_device_session,
    require_credentials,
    require_device_session,
)
from authsim.verifier.topics import device_topic
from tests.support.device import NETWORK, TestPhone
from tests.support.people import PASSWORD, WRONG, Person, Town, refused

pytestmark = pytest.mark.usefixtures("enrolled")


@pytest.fixture
def enrolled(alice: Person, phone: TestPhone) -> Person:
    """alice, whose phone is active."""
    alice.activates(phone)
    return alice


def is_refused(town: Town, request: SessionRequest, reason: Reason) -> RefusalError:
    """Ask for a session, and be refused."""
    with refused(reason) as caught:
        open_device_session(town.verifier, request)
    return caught.value


class TestNonce:
    """What a device signs."""

    def test_it_is_for_one_device_at_one_instant(self, town: Town, phone: TestPhone) -> None:
        """32 bytes that begin with the instant, and differ with the device and with time."""
        nonce = draw_nonce(town.verifier, phone.device_id)

        assert len(nonce) == 32
        assert nonce[:8] == u64(town.clock.now_ms())
        assert nonce == draw_nonce(town.verifier, phone.device_id)
        assert nonce != draw_nonce(town.verifier, DeviceId("0" * 32))
        town.clock.advance(ms=1)
        assert nonce[8:] != draw_nonce(town.verifier, phone.device_id)[8:]

    def test_anybody_gets_one_and_nothing_is_written(self, town: Town) -> None:
        """An id that does not exist is answered alike."""
        rows = len(town.events())

        assert len(draw_nonce(town.verifier, DeviceId("0" * 32))) == 32
        assert len(town.events()) == rows


class TestOpen:
    """Asking for a session."""

    def test_a_signed_nonce_opens_one(self, town: Town, alice: Person, phone: TestPhone) -> None:
        """For ten minutes, with the counter kept and the record of it; the store has only the token's hash."""
        reply = parse_session_reply(open_device_session(town.verifier, phone.asks_for_session(town.verifier)).encode())

        assert isinstance(reply, SessionReply)
        assert reply.expires_in == 600
        signed_in = require_device_session(town.verifier, reply.token)
        assert (signed_in.device.device_id, signed_in.user.name) == (phone.device_id, "alice")
        assert signed_in.device.counter == phone.counter == 1
        assert reply.token.reveal() not in repr(signed_in.session).encode()
        assert alice.events()[-1] == (EventKind.DEVICE_SESSION_OPENED, None)

    def test_no_session_outlives_its_account(self, town: Town, alice: Person, phone: TestPhone) -> None:
        """On the last day the session ends with the account, and then there is none."""
        town.clock.advance(days=7, seconds=-30)
        assert phone.opens_device_session(town.verifier).session.expires_ms == alice.user.expires_ms
        town.clock.advance(seconds=30)

        is_refused(town, phone.asks_for_session(town.verifier), Reason.ACCOUNT_EXPIRED)
        assert alice.events()[-1] == (EventKind.DEVICE_REFUSED, Reason.ACCOUNT_EXPIRED)

    def test_an_unknown_device(self, town: Town, phone: TestPhone) -> None:
        """Nobody's key opens nothing, whoever signs."""
        request = replace(phone.asks_for_session(town.verifier), device_id="0" * 32)

        is_refused(town, request, Reason.DEVICE_UNKNOWN)
        assert town.events()[-1] == (EventKind.DEVICE_REFUSED, Reason.DEVICE_UNKNOWN)

    @pytest.mark.parametrize("field", ["sn", "cn", "ctr", "sig"])
    def test_every_field_is_signed(self, town: Town, alice: Person, phone: TestPhone, field: str) -> None:
        """Changed in any member, the request is refused, and no counter and no alarm is touched."""
        request = phone.asks_for_session(town.verifier)
        value = getattr(request, field)
        changed = value + 1 if field == "ctr" else bytes([value[0] ^ 1]) + value[1:]

        is_refused(town, replace(request, **{field: changed}), Reason.DEVICE_MISMATCH)

        assert alice.device is not None
        assert (alice.device.counter, alice.device.alarms) == (0, 0)
        assert alice.events()[-1] == (EventKind.DEVICE_REFUSED, Reason.DEVICE_MISMATCH)

    def test_a_nonce_is_fresh_to_the_millisecond(self, town: Town, phone: TestPhone) -> None:
        """A millisecond before its minute is over it serves; then it does not."""
        nonce = draw_nonce(town.verifier, phone.device_id)
        town.clock.advance(ms=60 * SECOND - 1)
        open_device_session(town.verifier, phone.asks_for_session(town.verifier, sn=nonce))
        town.clock.advance(ms=1)

        is_refused(town, phone.asks_for_session(town.verifier, sn=nonce), Reason.DEVICE_MISMATCH)

    def test_a_nonce_from_the_future_or_of_somebody_else_is_none(self, town: Town, phone: TestPhone) -> None:
        """Only this portal makes nonces, for this device, and not ahead of its clock."""
        town.clock.advance(seconds=10)
        ahead = draw_nonce(town.verifier, phone.device_id)
        early = Town()
        early.adds("alice")
        foreign = draw_nonce(town.verifier, DeviceId("0" * 32))

        is_refused(town, phone.asks_for_session(town.verifier, sn=foreign), Reason.DEVICE_MISMATCH)
        behind = replace(town.verifier, clock=early.clock)
        with refused(Reason.DEVICE_MISMATCH):
            open_device_session(behind, phone.asks_for_session(town.verifier, sn=ahead))

    @pytest.mark.parametrize(
        ("change", "state"), [("suspend", "suspended"), ("revoke_device", "revoked"), ("replace", "replaced")]
    )
    def test_a_phone_that_is_out_hears_why_signed(
        self, town: Town, alice: Person, phone: TestPhone, change: str, state: str
    ) -> None:
        """In place of a token it gets its state under the portal's key; the record names the reason."""
        if change == "replace":
            alice.adds_herself(town.sells_phone())
        else:
            getattr(operators, change)(town.verifier, alice.user)

        assert phone.hears_its_state(town.verifier) == state
        assert alice.events()[-1] == (EventKind.DEVICE_REFUSED, Reason(f"device_{state}"))

    def test_suspended_at_the_same_moment_it_hears_that(self, town: Town, alice: Person, phone: TestPhone) -> None:
        """A session that was about to open when the device was suspended does not."""
        town.between.before("device_sessions.open", lambda: operators.suspend(town.verifier, alice.user))

        assert phone.hears_its_state(town.verifier) == "suspended"


class TestClone:
    """Two phones with one key."""

    def test_a_repeated_counter_is_an_alarm(self, town: Town, alice: Person, phone: TestPhone) -> None:
        """The second phone to use a counter is refused, the first alarm is counted, and the device stays."""
        copy = phone.is_copied()
        phone.opens_device_session(town.verifier)

        is_refused(town, copy.asks_for_session(town.verifier), Reason.CLONE_SUSPECTED)

        assert alice.device is not None
        assert alice.device.alarms == 1
        assert alice.events()[-1] == (EventKind.DEVICE_CLONE_SUSPECTED, None)
        phone.opens_device_session(town.verifier)

    def test_the_second_alarm_suspends(self, town: Town, alice: Person, phone: TestPhone) -> None:
        """With it goes what the device held open, and the phone hears of it."""
        copy = phone.is_copied()
        signed_in = phone.opens_device_session(town.verifier)
        phone.opens_device_session(town.verifier)
        listener = town.verifier.bus.subscribe(device_topic(phone.device_id))

        for _ in range(2):
            is_refused(town, copy.asks_for_session(town.verifier), Reason.CLONE_SUSPECTED)

        kept = town.verifier.store.devices.get(phone.device_id)
        assert kept is not None
        assert kept.state is states.Device.SUSPENDED
        assert listener.wait(0)
        assert town.verifier.store.device_sessions.find(signed_in.session.token_hash) is None
        assert (EventKind.DEVICE_SUSPENDED, Reason.CLONE_SUSPECTED) in alice.events()
        assert phone.hears_its_state(town.verifier) == "suspended"

    def test_one_counter_twice_at_once_is_an_alarm(self, town: Town, alice: Person, phone: TestPhone) -> None:
        """The loser of the race is judged again, by the counter that the winner left."""
        copy = phone.is_copied()
        town.between.before("device_sessions.open", lambda: phone.opens_device_session(town.verifier))

        is_refused(town, copy.asks_for_session(town.verifier), Reason.CLONE_SUSPECTED)
        assert alice.events().count((EventKind.DEVICE_SESSION_OPENED, None)) == 1


class TestRequire:
    """Using the token."""

    def test_an_unknown_token(self, town: Town) -> None:
        """Nothing is known of it: prove the key again."""
        with refused(Reason.DEVICE_SESSION_EXPIRED):
            require_device_session(town.verifier, Secret("x"))

    def test_it_expires_to_the_millisecond(self, town: Town, phone: TestPhone) -> None:
        """A millisecond before its end it serves; at its end it does not."""
        reply = parse_session_reply(open_device_session(town.verifier, phone.asks_for_session(town.verifier)).encode())
        assert isinstance(reply, SessionReply)
        town.clock.advance(ms=600 * SECOND - 1)
        require_device_session(town.verifier, reply.token)
        town.clock.advance(ms=1)

        with refused(Reason.DEVICE_SESSION_EXPIRED):
            require_device_session(town.verifier, reply.token)

    @pytest.mark.parametrize(
        ("state", "reason"),
        [
            (states.Device.PENDING, Reason.CONFIRMATION_REQUIRED),
            (states.Device.SUSPENDED, Reason.DEVICE_SUSPENDED),
            (states.Device.REVOKED, Reason.DEVICE_REVOKED),
            (states.Device.REPLACED, Reason.DEVICE_REPLACED),
            (states.Device.EXPIRED, Reason.DEVICE_REVOKED),
        ],
    )
    def test_the_device_is_looked_at_each_time(
        self, town: Town, alice: Person, phone: TestPhone, state: states.Device, reason: Reason
    ) -> None:
        """A token that was overlooked when the device went out serves nothing."""
        reply = parse_session_reply(open_device_session(town.verifier, phone.asks_for_session(town.verifier)).encode())
        assert isinstance(reply, SessionReply)
        device = alice.device
        assert device is not None
        town.between.replace("devices.get", lambda _: replace(device, state=state))

        with refused(reason):
            require_device_session(town.verifier, reply.token)


class TestCredentials:
    """*Change PIN* asks for the user's own password."""

    def test_the_own_password(self, town: Town, alice: Person, phone: TestPhone) -> None:
        """Right is right, and nothing stays counted."""
        signed_in = phone.opens_device_session(town.verifier)

        first = require_credentials(
            town.verifier, signed_in, Credentials(username="alice", password=PASSWORD), client=NETWORK
        )

        assert first.user.user_id == alice.user.user_id
        assert alice.lockout.failures_ms == ()

    def test_a_wrong_one_counts_like_any(self, town: Town, alice: Person, phone: TestPhone) -> None:
        """It is a password attempt, wherever it is made."""
        signed_in = phone.opens_device_session(town.verifier)

        with refused(Reason.WRONG_PASSWORD):
            require_credentials(town.verifier, signed_in, Credentials(username="alice", password=WRONG), client=NETWORK)
        assert len(alice.lockout.failures_ms) == 1

    @pytest.mark.parametrize("name", ["bob", "nobody"])
    def test_other_peoples_passwords_are_not_tried_here(self, town: Town, phone: TestPhone, name: str) -> None:
        """Whether the name exists or not, nothing is looked at, and the answer is the same."""
        bob = town.adds("bob")
        signed_in = phone.opens_device_session(town.verifier)
        compared = len(town.passwords.compared)

        with refused(Reason.WRONG_PASSWORD):
            require_credentials(town.verifier, signed_in, Credentials(username=name, password=PASSWORD), client=NETWORK)
        assert len(town.passwords.compared) == compared
        assert bob.events() == [(EventKind.USER_ADDED, None)]
