"""What is kept of phones: keys, sessions, texts, and the two ways of getting a key onto one."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from authsim import states
    from authsim.events import Event
    from authsim.model import (
        ActivationCode,
        CodeId,
        Device,
        DeviceId,
        DeviceSession,
        Enrolment,
        FlowId,
        LoginId,
        SessionId,
        TextMessage,
        UserId,
    )


class Devices(Protocol):
    """The users' keys, as the portal knows them."""

    def get(self, device_id: "DeviceId") -> "Device | None":
        """Return by id."""

    def active_of(self, user_id: "UserId") -> "Device | None":
        """Return the one active device of a user."""

    def current_of(self, user_id: "UserId") -> "Device | None":
        """Return the one device of a user that is active or suspended: while there is one, no QR code serves."""

    def list_of(self, user_id: "UserId") -> "Sequence[Device]":
        """Return all devices of a user, newest first."""

    def pending_of(self, user_id: "UserId", *, now_ms: int) -> "Device | None":
        """Return the newest device of a user that waits for its confirmation with `expires_ms > now_ms`."""

    def count_confirmation(self, device_id: "DeviceId", *, now_ms: int, event: "Event") -> "Device":
        """Count a try at the confirmation before anyone compares; return the device with it.

        `StoreConflictError` unless it is pending, fresh, and has a try left.
        """

    def confirm(
        self, device_id: "DeviceId", *, approved_by: "LoginId | None", now_ms: int, events: "Sequence[Event]"
    ) -> None:
        """Move pending to active; the user's other device is replaced, and so are the factors that a phone ends.

        All as when an enrolment is completed, in one change. `approved_by`: the login whose approval this is, closed as
        done with it. `StoreConflictError` unless the device is pending and fresh, and that login's request is approved.
        """

    def change(self, device_id: "DeviceId", change: "states.DeviceEvent", *, now_ms: int, event: "Event") -> None:
        """Move to the state that `change` leads to; when that is not `active`, end all that the device holds open.

        Together: its issued challenges and requests are cancelled, approvals that no browser collected die with their
        logins, its device sessions are gone, and, unless it was pending, its user's sessions of two factors end.
        `StoreConflictError` when the state table does not allow it from the present state.
        """

    def count_signature(self, device_id: "DeviceId", *, counter: int) -> "Device":
        """Keep the counter of a good signature and return the device with it.

        `StoreConflictError` unless the device is active and `counter` is above the kept one.
        """

    def count_alarm(self, device_id: "DeviceId", *, alarms_allowed: int, now_ms: int, event: "Event") -> "Device":
        """Count a good signature whose counter was not new; return the device, suspended by the alarm after the last.

        Suspending is as in `change`. Nothing but the count happens to a device that is not active.
        """


class DeviceSessions(Protocol):
    """Phones that may read their own requests for a while."""

    def open(self, session: "DeviceSession", *, counter: int, event: "Event") -> None:
        """Insert a session and keep the counter of the signature that asked for it; drop the device's expired ones.

        `StoreConflictError` unless the device is active and `counter` is above the kept one.
        """

    def find(self, token_hash: bytes) -> "DeviceSession | None":
        """Return by the hash of the phone's token."""


class Activations(Protocol):
    """One-time activation codes."""

    def issue(self, code: "ActivationCode", *, event: "Event") -> None:
        """Insert, and supersede any other issued code of that user, together."""

    def get(self, code_id: "CodeId") -> "ActivationCode | None":
        """Return by id."""

    def latest_of_session(self, session_id: "SessionId") -> "ActivationCode | None":
        """Return the newest code shown in a session."""

    def redeem(
        self,
        code_id: "CodeId",
        *,
        device: "Device",
        request_digest: bytes,
        reply: str,
        now_ms: int,
        event: "Event",
    ) -> None:
        """Consume the code and insert the device, together.

        An active one replaces the factors that a phone ends, with one `factor:closed` row each; a pending one nothing.
        `StoreConflictError` unless the code is issued, `expires_ms > now_ms`, and the user has no
        active or suspended device.
        """

    def close(self, code_id: "CodeId", state: "states.OneShot", *, now_ms: int, event: "Event") -> None:
        """Move an issued code to failed, expired or cancelled. `StoreConflictError` when it is not issued any more."""


class Enrolments(Protocol):
    """Enrolments by credentials and a texted code."""

    def begin(
        self, enrolment: "Enrolment", *, text: "TextMessage", judged: str, not_since_ms: int, event: "Event"
    ) -> None:
        """Insert, supersede any other issued enrolment of that user, and deliver the text, together.

        `StoreStaleError` when the user's password hash is not `judged` any more. `StoreConflictError` when a text of
        any enrolment of this user was sent after `not_since_ms`.
        """

    def get(self, flow_id: "FlowId") -> "Enrolment | None":
        """Return by id."""

    def last_sent_ms(self, user_id: "UserId") -> int | None:
        """Return when the newest text of any enrolment of this user was sent."""

    def resend(
        self,
        flow_id: "FlowId",
        *,
        code_mac: bytes,
        text: "TextMessage",
        sends_allowed: int,
        not_since_ms: int,
        now_ms: int,
        event: "Event",
    ) -> "Enrolment":
        """Replace the code, keep the tries, count the send, deliver the text, together; return the enrolment.

        `StoreConflictError` unless it is issued, `expires_ms > now_ms`, `sends < sends_allowed` and the user's last
        text is not after `not_since_ms`.
        """

    def count_try(self, flow_id: "FlowId", *, now_ms: int, event: "Event") -> "Enrolment":
        """Count a try, before anyone compares, and return the enrolment with it.

        `StoreConflictError` unless it is issued, `attempts < attempts_allowed` and `expires_ms > now_ms`.
        """

    def complete(
        self,
        flow_id: "FlowId",
        *,
        device: "Device",
        request_digest: bytes,
        reply: str,
        now_ms: int,
        events: "Sequence[Event]",
    ) -> "Sequence[Device]":
        """Consume it, insert the active device, and move the user's other open devices to `replaced`, together.

        What the others held open ends as in `Devices.change`; issued activation codes are superseded. Returns the
        devices that were replaced, with one `device:replaced` row each. At no instant are two devices active. The
        factors that a phone ends are replaced too, with one `factor:closed` row each. A device that is inserted as
        pending does none of this before its confirmation.
        `StoreConflictError` unless the enrolment is issued and `expires_ms > now_ms`.
        """

    def close(self, flow_id: "FlowId", state: "states.OneShot", *, now_ms: int, event: "Event") -> None:
        """Move an issued enrolment to failed, expired or cancelled. `StoreConflictError` when it is not issued."""


class Texts(Protocol):
    """The simulated inbox of each phone number. Texts are kept by the change that sends them (`Enrolments`)."""

    def list_of(self, number: str, *, after: int, most: int) -> "Sequence[TextMessage]":
        """Return texts with `sequence > after`, oldest first; of more than `most`, the newest."""

    def list_numbers(self) -> "Sequence[str]":
        """Return the numbers of all users, each once, ascending: the inboxes there are."""
