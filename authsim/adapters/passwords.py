"""Slow password hashing: Argon2id over a peppered password, a few at a time.

The pepper lives in the key file, so a stolen database alone cannot be guessed at. Policy on passwords is not here.

Hashes are made by a few threads of their own: the C library keeps the 19 MiB of a hash for each thread that ever asked
for them, and a server has 64 threads.
"""

import base64
import hashlib
import hmac
import os
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final, TypeVar, final

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from authsim.adapters.common_passwords import read_common_passwords
from authsim.adapters.system import SystemEntropy
from authsim.errors import StoreError

if TYPE_CHECKING:
    from authsim.ports import Entropy
    from authsim.secret import Secret

#: OWASP Password Storage Cheat Sheet: 19 MiB, 2 iterations, 1 lane is the least for Argon2id.
MEMORY_KIB: Final = 19_456
ITERATIONS: Final = 2
LANES: Final = 1
#: More at once than there are processors makes none of them faster.
AT_ONCE: Final = min(4, os.cpu_count() or 1)
LONGEST_WAIT_S: Final = 2.0

_SALT_BYTES: Final = 16
_HASH_BYTES: Final = 32

T = TypeVar("T")


@final
class Argon2Passwords:
    """`ports.Passwords` by Argon2id (PHC text) over HMAC-SHA256(pepper, NFC(password))."""

    __slots__ = (
        "_entropy",
        "_hands",
        "_iterations",
        "_lanes",
        "_longest_wait_s",
        "_memory_kib",
        "_nobody",
        "_pepper",
    )

    def __init__(
        self,
        pepper: "Secret",
        *,
        memory_kib: int = MEMORY_KIB,
        iterations: int = ITERATIONS,
        lanes: int = LANES,
        at_once: int = AT_ONCE,
        longest_wait_s: float = LONGEST_WAIT_S,
        entropy: "Entropy | None" = None,
    ) -> None:
        self._pepper = pepper
        self._memory_kib = memory_kib
        self._iterations = iterations
        self._lanes = lanes
        self._longest_wait_s = longest_wait_s
        self._entropy = SystemEntropy() if entropy is None else entropy
        self._hands = ThreadPoolExecutor(max_workers=at_once, thread_name_prefix="passwords")
        self._nobody = self._compose_dummy()

    def hash(self, password: "Secret") -> str:
        """Return PHC text with a fresh 16-byte salt. `StoreError` when no place is free within 2 s."""
        hashing = Argon2id(
            salt=self._entropy.token_bytes(_SALT_BYTES),
            length=_HASH_BYTES,
            iterations=self._iterations,
            lanes=self._lanes,
            memory_cost=self._memory_kib,
        )
        material = self._compute_material(password)
        return self._work(lambda: hashing.derive_phc_encoded(material))

    def is_correct(self, password: "Secret", password_hash: str | None) -> bool:
        """Say whether the password fits. None does the same work against a hash that nobody's password has."""
        material, kept = self._compute_material(password), password_hash or self._nobody
        try:
            self._work(lambda: Argon2id.verify_phc_encoded(material, kept))
        except InvalidKey:
            return False
        except ValueError:
            raise StoreError("a stored password hash is damaged") from None
        return password_hash is not None

    def is_common(self, text: str) -> bool:
        """Say whether a text stands on the list; it is read each time, because passwords are seldom set."""
        return text in read_common_passwords()

    def _compose_dummy(self) -> str:
        """Return PHC text that costs as much as a real one: its hash is random, so no password is known for it."""
        salt, digest = (
            base64.b64encode(self._entropy.token_bytes(count)).rstrip(b"=").decode()
            for count in (_SALT_BYTES, _HASH_BYTES)
        )
        return f"$argon2id$v=19$m={self._memory_kib},t={self._iterations},p={self._lanes}${salt}${digest}"

    def _compute_material(self, password: "Secret") -> bytes:
        text = password.reveal().decode("utf-8", "surrogateescape")  # total: any bytes are some password
        normal = unicodedata.normalize("NFC", text).encode("utf-8", "surrogateescape")
        return hmac.digest(self._pepper.reveal(), normal, hashlib.sha256)

    def _work(self, hashing: Callable[[], T]) -> T:
        """Let one of the hands do it, when one is free in time: they take the next from a queue, and are never idle."""
        waiting = self._hands.submit(hashing)
        try:
            return waiting.result(self._longest_wait_s)
        except TimeoutError:
            if waiting.cancel():
                raise StoreError("too many passwords are being checked at once: try again in a moment") from None
            return waiting.result()  # a hand has begun: what is half done is done
