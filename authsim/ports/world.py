"""Time, randomness, password hashing, the portal's own keys, and the bell that wakes who waits."""

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from authsim.model import (
        Sealed,
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

    def is_common(self, text: str) -> bool:
        """Say whether a text, in lower case, stands on the list of common passwords that is shipped."""


class Vault(Protocol):
    """The portal's own keys, outside the database: signing key, master key, pepper."""

    def signing_public_key(self) -> bytes:
        """Return the Ed25519 public key, 32 bytes."""

    def sign(self, message: bytes) -> bytes:
        """Return an Ed25519 signature, 64 bytes."""

    def mac(self, message: bytes) -> bytes:
        """Return HMAC-SHA-256 under the pepper's own key for one-time codes and nonces, 32 bytes."""

    def seal(self, secret: "Secret", *, aad: bytes) -> "Sealed":
        """Encrypt with AES-256-GCM under the master key."""

    def open(self, sealed: "Sealed", *, aad: bytes) -> "Secret":
        """Decrypt. Raises `StoreError` when key, ciphertext or `aad` do not fit."""


class Subscription(Protocol):
    """One listener. What it hears is only that something changed: it reads the store again to learn what."""

    def wait(self, seconds: float) -> bool:
        """Wait for a change since the last call, at most `seconds`; say whether there was one. None is ever lost."""

    def close(self) -> None:
        """Stop listening. Closing twice is no error."""


class Bus(Protocol):
    """Wakes whoever waits for a change, in whichever worker process; see the topic functions of `verifier.topics`.

    Publishing comes after the commit. It may wake too often, never too seldom.
    """

    def publish(self, topic: str) -> None:
        """Wake all that listen to `topic`. A failure is logged by the adapter and never raised: the change is made."""

    def subscribe(self, topic: str) -> Subscription:
        """Listen. Changes after this call are heard; subscribe first, then read the store."""
