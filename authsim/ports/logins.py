"""What is kept of logins and of the two ways in which a phone completes one."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from authsim import states
    from authsim.events import Event
    from authsim.model import (
        Challenge,
        ChallengeId,
        Decision,
        DeviceId,
        Lockout,
        LoginId,
        LoginTransaction,
        PortalSession,
        PushRequest,
        RequestId,
        SessionId,
        UserId,
    )


class Logins(Protocol):
    """Login transactions and their challenges."""

    def begin(
        self,
        login: "LoginTransaction",
        *,
        challenge: "Challenge | None",
        push: "PushRequest | None" = None,
        judged: str,
        events: "Sequence[Event]",
    ) -> None:
        """Insert a transaction, with its first challenge and request when it awaits a second factor.

        A request supersedes the user's other issued ones. `StoreStaleError` when the user's password hash is not
        `judged` any more; `StoreConflictError` when that device was asked that question before.
        """

    def advance(
        self,
        login: "LoginTransaction",
        *,
        challenge: "Challenge",
        push: "PushRequest | None" = None,
        events: "Sequence[Event]",
    ) -> None:
        """Move `started` to `second_factor` (with `login`'s token_hash, mode and expires_ms) and insert the rest.

        The rest is as in `begin`.
        `StoreConflictError` when the transaction is not `started` any more, or the question was asked before.
        """

    def offer(self, login: "LoginTransaction", *, judged: str, events: "Sequence[Event]") -> None:
        """Insert a transaction that awaits a second factor which its person has still to choose.

        A remembered one that is `started` moves on to it instead. `StoreStaleError` when the user's password hash is
        not `judged` any more, `StoreConflictError` when the remembered one went on elsewhere.
        """

    def ask(
        self,
        login_id: "LoginId",
        *,
        challenge: "Challenge",
        push: "PushRequest | None",
        now_ms: int,
        events: "Sequence[Event]",
    ) -> None:
        """Ask the phone in a login that is open: insert both, supersede what the login asked before, together.

        `StoreConflictError` when the login awaits no second factor with `expires_ms > now_ms`, its device is not
        active, or the question was asked before.
        """

    def count_challenges(self, user_id: "UserId", *, since_ms: int) -> int:
        """Return how many challenges were issued to this user's phones at or after `since_ms`."""

    def get(self, login_id: "LoginId") -> "LoginTransaction | None":
        """Return by id."""

    def find(self, token_hash: bytes) -> "LoginTransaction | None":
        """Return by the hash of the browser's token."""

    def challenge_of(self, login_id: "LoginId") -> "Challenge | None":
        """Return the newest challenge of a transaction."""

    def open_challenge_of(self, device_id: "DeviceId", *, user_id: "UserId", now_ms: int) -> "Challenge | None":
        """Return the newest challenge that this user's device can answer now.

        It is issued, has `attempts < attempts_allowed` and `expires_ms > now_ms`, and its login awaits a second factor.
        """

    def count_questions(self, device_id: "DeviceId") -> int:
        """Return how many questions that device was asked in its life."""

    def expire(self, login_id: "LoginId", *, now_ms: int, event: "Event") -> None:
        """Write an open transaction, its issued challenge and request as expired. Nothing happens when it is closed."""

    def count_response(
        self,
        challenge_id: "ChallengeId",
        *,
        now_ms: int,
        change: "Callable[[Lockout], Lockout]",
        event: "Event",
    ) -> "tuple[Challenge, Lockout, Lockout]":
        """Count a try on the challenge and a failure on its user, before anyone compares; (challenge, before, after).

        One conditional update: `StoreConflictError` unless the challenge is issued, `attempts < attempts_allowed`,
        `expires_ms > now_ms` and its device is active. The returned challenge has the try counted.
        """

    def complete(
        self,
        challenge: "Challenge",
        *,
        session: "PortalSession",
        replaces: "SessionId | None",
        sessions_allowed: int,
        locked_until_ms: int | None,
        now_ms: int,
        events: "Sequence[Event]",
    ) -> None:
        """Consume the challenge, close its login as done, clear the user's lock-out, open `session`, together.

        The login's open request is cancelled.

        Ends `replaces`, and the user's oldest sessions beyond `sessions_allowed`. Notes `last_used_ms` on the device.
        `StoreConflictError` unless the challenge is issued, its login awaits a second factor and its device is active;
        `StoreStaleError` when the user is locked until another instant than `locked_until_ms`, the lock that was
        judged: one that somebody set since is never cleared.
        """

    def complete_approved(
        self,
        push: "PushRequest",
        *,
        session: "PortalSession",
        replaces: "SessionId | None",
        sessions_allowed: int,
        locked_until_ms: int | None,
        now_ms: int,
        events: "Sequence[Event]",
    ) -> None:
        """Close the login of an approved request as done; everything else as `complete`, whose challenge is cancelled.

        `StoreConflictError` unless the request is consumed by an approval, its login awaits a second factor with
        `expires_ms > now_ms`, and its device is active.
        """

    def fail(self, challenge: "Challenge", *, reason: str, now_ms: int, event: "Event") -> None:
        """Close the challenge, its login and its open request as failed.

        `StoreConflictError` when the challenge is not issued.
        """


class Pushes(Protocol):
    """Requests to devices, one open for each user."""

    def get(self, request_id: "RequestId") -> "PushRequest | None":
        """Return by id."""

    def latest_of_login(self, login_id: "LoginId") -> "PushRequest | None":
        """Return the newest request of a login transaction."""

    def list_notified(self, device_id: "DeviceId", *, after: int, most: int) -> "Sequence[PushRequest]":
        """Return announced requests with `sequence > after`, in whatever state, oldest first."""

    def list_open(self, device_id: "DeviceId", *, now_ms: int) -> "Sequence[PushRequest]":
        """Return announced requests that are issued and fresh, oldest first."""

    def count_notified(self, user_id: "UserId", *, since_ms: int) -> int:
        """Return how many requests of this user were announced at or after `since_ms`."""

    def list_decided(self, user_id: "UserId", *, most: int) -> "Sequence[PushRequest]":
        """Return the user's newest announced requests, newest first, for the limits on fatigue."""

    def issue(self, push: "PushRequest", *, event: "Event") -> "PushRequest":
        """Insert, supersede the user's other issued requests, together; return it with its sequence.

        `StoreConflictError` unless its login awaits a second factor and was not approved yet, and its device is active.
        """

    def count_decision(self, request_id: "RequestId", *, counter: int, now_ms: int, event: "Event") -> "PushRequest":
        """Count a signed decision on the request, and its counter on the device; return the request with the try.

        `StoreConflictError` unless the request is issued, `attempts < attempts_allowed`, `expires_ms > now_ms`, its
        device is active and `counter` is above the device's.
        """

    def decide(self, push: "PushRequest", decision: "Decision", *, digest: bytes, now_ms: int, event: "Event") -> None:
        """Approve: the request is consumed. Deny or report: it has failed and its login with it, together.

        `digest` is kept as `decision_digest`.

        `StoreConflictError` unless the request is issued and its device active.
        """

    def close(self, request_id: "RequestId", state: "states.OneShot", *, now_ms: int, event: "Event") -> None:
        """Move an issued request to failed, expired or cancelled. `StoreConflictError` when it is not issued."""
