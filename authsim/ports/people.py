"""What is kept of the portal itself, its users, their browsers, and the record."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from authsim.events import AuditRow, Event
    from authsim.model import (
        Instance,
        Lockout,
        PortalSession,
        SecureLogin,
        SessionId,
        User,
        UserId,
    )


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

    def set_seamless(self, user_id: "UserId", is_seamless: bool, *, event: "Event") -> None:
        """Switch notifications at login on or off. `StoreConflictError` when the user is gone."""

    def set_secure_login(
        self,
        user_id: "UserId",
        *,
        before: "SecureLogin",
        after: "SecureLogin",
        opts_out_ms: int | None,
        event: "Event",
    ) -> None:
        """Move between enrolled, opting out and opted out. `StoreConflictError` when the user is not at `before`."""

    def set_phone(self, user_id: "UserId", phone: str, *, verified_ms: int | None, event: "Event") -> None:
        """Replace the number, or note that it was verified; enrolments by the old number's text are cancelled.

        `StoreConflictError` when the user is gone.
        """

    def set_password(self, user_id: "UserId", password_hash: str, *, event: "Event") -> None:
        """Replace the hash, and end what the old password opened, together.

        That is sessions, open logins, issued activation codes and enrolments. `StoreConflictError` when there is no
        such user.
        """

    def remove(self, user_id: "UserId", *, event: "Event") -> None:
        """Delete the user and all that is theirs but the audit rows. `StoreConflictError` when the user is gone."""


class Sessions(Protocol):
    """Signed-in browsers."""

    def open(self, session: "PortalSession", *, judged: str, sessions_allowed: int, event: "Event") -> None:
        """Insert a session; the user's oldest beyond `sessions_allowed` end.

        `StoreStaleError` when the user's password hash is not `judged` any more.
        """

    def find(self, token_hash: bytes) -> "PortalSession | None":
        """Return by the hash of the browser's token, ended ones too."""

    def get(self, session_id: "SessionId") -> "PortalSession | None":
        """Return by id, ended ones too."""

    def list_open(self, user_id: "UserId", *, now_ms: int) -> "Sequence[PortalSession]":
        """Return the sessions that have neither ended nor passed `expires_ms`, newest first."""

    def spend_verification(self, session_id: "SessionId", *, purpose: int, since_ms: int) -> None:
        """Spend the proof that this session's user was verified for `purpose` at or after `since_ms`.

        One conditional update: `StoreConflictError` when there is no such proof, or it was spent.
        """

    def touch(self, session_id: "SessionId", *, now_ms: int) -> None:
        """Note last-seen. Nothing happens when the session has ended."""

    def end_all(self, user_id: "UserId", *, now_ms: int, event: "Event") -> None:
        """End all open sessions of a user, with one row for each; `event` is its pattern.

        `StoreConflictError` when the user is gone.
        """

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
