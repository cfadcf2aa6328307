"""What is kept of second factors that are no phone, of the questions asked of them, of decoys, and of counts."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from authsim import states
    from authsim.events import Event
    from authsim.model import (
        Channel,
        Decoy,
        DecoyId,
        Factor,
        FactorId,
        FactorKind,
        Lockout,
        LoginId,
        PortalSession,
        Prompt,
        PromptId,
        SessionId,
        TextMessage,
        UserId,
    )


class FactorStore(Protocol):
    """Second factors other than phones."""

    def add(
        self,
        factor: "Factor",
        *,
        closes: "frozenset[FactorKind]",
        text: "TextMessage | None" = None,
        event: "Event",
    ) -> None:
        """Insert; the user's other pending and active factors of the kinds `closes` are replaced, together.

        Their issued prompts are cancelled, what shares them is closed with them, and one `factor:closed` row is written
        for each that was ever active. `text` is delivered in the same change: a passcode reaches only its user.
        `StoreConflictError` when the user is gone, what is shared is not active, or an active factor would stand beside
        another of its kind, which `closes` does not name.
        """

    def get(self, factor_id: "FactorId") -> "Factor | None":
        """Return by id."""

    def list_of(self, user_id: "UserId") -> "Sequence[Factor]":
        """Return all of a user's factors in whatever state, newest first."""

    def activate(
        self, factor_id: "FactorId", *, step: int, closes: "frozenset[FactorKind]", now_ms: int, event: "Event"
    ) -> None:
        """Move pending to active, note `step` and `activated_ms`, and replace the kinds `closes` as in `add`.

        `StoreConflictError` when the factor is not pending, or as in `add`.
        """

    def change(self, factor_id: "FactorId", change: "states.FactorEvent", *, now_ms: int, event: "Event") -> None:
        """Move to the end that `change` leads to and cancel its issued prompts, also of those who share it.

        Sharing factors are closed with it, a row each. `StoreConflictError` when the state table does not allow it.
        """


class Prompts(Protocol):
    """Questions asked of factors by logins: at most one is issued in a login."""

    def issue(self, prompt: "Prompt", *, text: "TextMessage | None" = None, event: "Event") -> None:
        """Insert; whatever the login asked before (prompt, challenge, request) is superseded; deliver `text`, together.

        `StoreConflictError` unless the login awaits a second factor with `expires_ms > issued_ms`, and the factor is
        active (for a shared one: its owner's too).
        """

    def latest_of_login(self, login_id: "LoginId") -> "Prompt | None":
        """Return the newest prompt of a login transaction."""

    def latest_of_user(self, user_id: "UserId", kind: "FactorKind") -> "Prompt | None":
        """Return the newest prompt of that kind in any login of a user: the wait between two texts looks at it."""

    def resend(
        self,
        prompt_id: "PromptId",
        *,
        code_mac: bytes,
        channel: "Channel",
        sends_allowed: int,
        text: "TextMessage",
        now_ms: int,
        event: "Event",
    ) -> "Prompt":
        """Replace the code, count the sending and deliver it, together; return the prompt as it is then.

        `StoreConflictError` unless it is issued, fresh and was sent fewer than `sends_allowed` times.
        """

    def count(
        self,
        prompt_id: "PromptId",
        *,
        now_ms: int,
        change: "Callable[[Lockout], Lockout]",
        event: "Event",
    ) -> "tuple[Prompt, Lockout, Lockout]":
        """Count a try on the prompt and a failure on its user, before anyone compares: as `Logins.count_response`.

        `StoreConflictError` unless the prompt is issued, `attempts < attempts_allowed`, `expires_ms > now_ms` and its
        factor is active (for a shared one: its owner's too).
        """

    def complete(
        self,
        prompt: "Prompt",
        *,
        session: "PortalSession",
        replaces: "SessionId | None",
        sessions_allowed: int,
        locked_until_ms: int | None,
        step: int | None,
        spends: bool,
        now_ms: int,
        events: "Sequence[Event]",
    ) -> None:
        """Consume the prompt, close its login as done, clear the lock-out, open `session`: as `Logins.complete`.

        `step`: the time step of an authenticator app, which must be above the kept one and is kept, so that no code
        counts twice. `spends`: the factor is spent with it. `StoreConflictError` unless all of that holds;
        `StoreStaleError` as there.
        """

    def fail(self, prompt: "Prompt", *, reason: str, now_ms: int, event: "Event") -> None:
        """Close the prompt and its login as failed. `StoreConflictError` when the prompt is not issued."""

    def expire(self, prompt_id: "PromptId", *, now_ms: int, event: "Event") -> None:
        """Write an issued prompt as expired; its login goes on. Nothing happens when it is closed."""


class Decoys(Protocol):
    """Logins that nobody can complete."""

    def begin(self, decoy: "Decoy", *, events: "Sequence[Event]") -> None:
        """Insert, with the same durable work as a real login."""

    def find(self, token_hash: bytes) -> "Decoy | None":
        """Return by the hash of the browser's token."""

    def count(self, decoy_id: "DecoyId", *, now_ms: int, event: "Event") -> "Decoy":
        """Count a try and return the decoy with it; the last one closes it.

        `StoreConflictError` unless it is open, fresh, and has a try left.
        """

    def renew(self, decoy_id: "DecoyId", *, number: str, request_id: str, expires_ms: int, event: "Event") -> "Decoy":
        """Resend: draw what a new request would show. `StoreConflictError` unless it is open."""


class Tallies(Protocol):
    """How often something was tried under a key, inside sliding spans; shared by all workers."""

    def take(self, key: bytes, *, now_ms: int, spans: "Sequence[tuple[int, int]]") -> int:
        """Count one try under `key` unless a span is full; return how long to wait in milliseconds, 0: counted.

        `spans`: pairs of how many are allowed (0: no limit) and in how many milliseconds. `key` is a MAC of what it
        stands for, never the thing itself. One serialised step; what has left the longest span is forgotten.
        """

    def count(self, key: bytes, *, since_ms: int) -> int:
        """Return how many tries were counted under `key` at or after `since_ms`."""

    def give_back(self, key: bytes, *, at_ms: int) -> None:
        """Forget one try that was counted under `key` at `at_ms`: it was no failure. Nothing when there is none."""

    def clear(self, key: bytes) -> None:
        """Forget what was counted under `key`."""
