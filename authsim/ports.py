"""The outside world, as Protocols: time, randomness, password hashing, the portal's keys, and what is kept.

Every store method is one atomic, durable change: when it returns, it is on disk; when it raises, nothing was written.
A refusal that is raised afterwards can never roll a counter back. `StoreConflictError` means that a compare-and-set
lost or a unique name was taken; any other `StoreError` that the world failed. Each `event` is appended to the audit
chain in the same transaction.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from authsim import states
    from authsim.events import AuditRow, Event
    from authsim.model import (
        ActivationCode,
        Challenge,
        ChallengeId,
        CodeId,
        Device,
        DeviceId,
        Instance,
        Lockout,
        LoginId,
        LoginTransaction,
        PortalSession,
        Sealed,
        SessionId,
        User,
        UserId,
    )
    from authsim.secret import Secret


class Clock(Protocol):
    """The one clock that decides."""

    def now_ms(self) -> int:
        """Return milliseconds since the epoch, UTC. Never runs backwards."""


class Entropy(Protocol):
    """Cryptographic randomness."""

    def token_bytes(self, count: int) -> bytes:
        """Return `count` random bytes."""

    def randbelow(self, bound: int) -> int:
        """Return a uniform number in [0, bound)."""


class Passwords(Protocol):
    """Slow password hashing. Raises `StoreError` when too many hashes are waiting (2 s)."""

    def hash(self, password: "Secret") -> str:
        """Return the hash to keep (PHC text)."""

    def is_correct(self, password: "Secret", password_hash: str | None) -> bool:
        """Say whether the password fits; None does the same work for a user who does not exist, and says no."""


class Vault(Protocol):
    """The portal's own keys, outside the database: signing key, master key, pepper."""

    def signing_public_key(self) -> bytes:
        """Return the Ed25519 public key, 32 bytes."""

    def sign(self, message: bytes) -> bytes:
        """Return an Ed25519 signature, 64 bytes."""

    def seal(self, secret: "Secret", *, aad: bytes) -> "Sealed":
        """Encrypt with AES-256-GCM under the master key."""

    def open(self, sealed: "Sealed", *, aad: bytes) -> "Secret":
        """Decrypt. Raises `StoreError` when key, ciphertext or `aad` do not fit."""


class Instances(Protocol):
    """The single row that says which portal this store belongs to."""

    def create(self, instance: "Instance") -> None:
        """Write it; `StoreConflictError` when the store already has one."""

    def get(self) -> "Instance | None":
        """Return it, or None in an empty store."""

    def set_origin(self, origin: str) -> None:
        """Keep scheme, host and port, for QR codes and transcripts."""


class Users(Protocol):
    """Usernames, their passwords and lock-outs."""

    def add(self, user: "User", *, event: "Event") -> None:
        """Insert; `StoreConflictError` when the name is taken."""

    def get(self, user_id: "UserId") -> "User | None":
        """Return by id."""

    def find(self, name: str) -> "User | None":
        """Return by name."""

    def list_all(self) -> "Sequence[User]":
        """Return all, by name."""

    def change_lockout(
        self,
        user_id: "UserId",
        change: "Callable[[Lockout], Lockout]",
        *,
        event: "Event | None" = None,
    ) -> "tuple[Lockout, Lockout]":
        """Replace the lock-out by a pure function of it, as one serialised step; return (before, after).

        `StoreConflictError` when the user is gone. `event` is recorded only if the value changed.
        """

    def set_password(self, user_id: "UserId", password_hash: str, *, event: "Event") -> None:
        """Replace the hash, and end what the old password opened: sessions, open logins, issued activation codes.

        All together. `StoreConflictError` when the user is gone.
        """

    def remove(self, user_id: "UserId", *, event: "Event") -> None:
        """Delete the user and all that is theirs but the audit rows. `StoreConflictError` when the user is gone."""


class Devices(Protocol):
    """The users' keys, as the portal knows them."""

    def get(self, device_id: "DeviceId") -> "Device | None":
        """Return by id."""

    def active_of(self, user_id: "UserId") -> "Device | None":
        """Return the one active device of a user."""

    def list_of(self, user_id: "UserId") -> "Sequence[Device]":
        """Return all devices of a user, newest first."""

    def close(self, device_id: "DeviceId", state: "states.Device", *, now_ms: int, event: "Event") -> None:
        """Move to a terminal state and cancel the device's issued challenges, together.

        `StoreConflictError` when the state table does not allow it from the present state.
        """


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
        """Consume the code and insert the active device, together.

        `StoreConflictError` unless the code is issued, `expires_ms > now_ms`, and the user has no active device.
        """

    def close(self, code_id: "CodeId", state: "states.OneShot", *, now_ms: int, event: "Event") -> None:
        """Move an issued code to failed, expired or cancelled. `StoreConflictError` when it is not issued any more."""


class Logins(Protocol):
    """Login transactions and their challenges."""

    def begin(self, login: "LoginTransaction", *, challenge: "Challenge | None", events: "Sequence[Event]") -> None:
        """Insert a transaction, with its first challenge when it awaits a second factor.

        `StoreConflictError` when that device was asked that question before.
        """

    def advance(self, login: "LoginTransaction", *, challenge: "Challenge", events: "Sequence[Event]") -> None:
        """Move `started` to `second_factor` (with `login`'s token_hash, mode and expires_ms) and insert the challenge.

        `StoreConflictError` when the transaction is not `started` any more, or the question was asked before.
        """

    def find(self, token_hash: bytes) -> "LoginTransaction | None":
        """Return by the hash of the browser's token."""

    def challenge_of(self, login_id: "LoginId") -> "Challenge | None":
        """Return the newest challenge of a transaction."""

    def count_questions(self, device_id: "DeviceId") -> int:
        """Return how many questions that device was asked in its life."""

    def expire(self, login_id: "LoginId", *, now_ms: int, event: "Event") -> None:
        """Write an open transaction and its issued challenge as expired. Nothing happens when it is closed."""

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
        now_ms: int,
        events: "Sequence[Event]",
    ) -> None:
        """Consume the challenge, close its login as done, clear the user's lock-out, open `session`, together.

        Ends `replaces`, and the user's oldest sessions beyond `sessions_allowed`. Notes `last_used_ms` on the device.
        `StoreConflictError` unless the challenge is issued, its login awaits a second factor and its device is active.
        """

    def fail(self, challenge: "Challenge", *, reason: str, now_ms: int, event: "Event") -> None:
        """Close the challenge and its login as failed. `StoreConflictError` when the challenge is not issued."""


class Sessions(Protocol):
    """Signed-in browsers."""

    def open(self, session: "PortalSession", *, sessions_allowed: int, event: "Event") -> None:
        """Insert a session; the user's oldest beyond `sessions_allowed` end."""

    def find(self, token_hash: bytes) -> "PortalSession | None":
        """Return by the hash of the browser's token, ended ones too."""

    def list_open(self, user_id: "UserId", *, now_ms: int) -> "Sequence[PortalSession]":
        """Return the sessions that have neither ended nor passed `expires_ms`, newest first."""

    def touch(self, session_id: "SessionId", *, now_ms: int) -> None:
        """Note last-seen. Nothing happens when the session has ended."""

    def end(self, session_id: "SessionId", user_id: "UserId", *, now_ms: int, event: "Event") -> None:
        """End one session of that user. `StoreConflictError` when there is no such open session."""


class Audit(Protocol):
    """The append-only, hash-chained record."""

    def append(self, event: "Event") -> None:
        """Append one event on its own."""

    def list_of(self, user_id: "UserId", *, most: int) -> "Sequence[AuditRow]":
        """Return the newest rows about a user, newest first."""

    def read(self, *, after: int, most: int) -> "Sequence[AuditRow]":
        """Return rows with `sequence > after`, oldest first."""


class Store(Protocol):
    """All that is kept, as one value that the composition root makes."""

    @property
    def instances(self) -> Instances:
        """Return the row that names this portal."""

    @property
    def users(self) -> Users:
        """Return usernames, passwords, lock-outs."""

    @property
    def devices(self) -> Devices:
        """Return the users' keys."""

    @property
    def activations(self) -> Activations:
        """Return activation codes."""

    @property
    def logins(self) -> Logins:
        """Return login transactions and challenges."""

    @property
    def sessions(self) -> Sessions:
        """Return signed-in browsers."""

    @property
    def audit(self) -> Audit:
        """Return the record."""
