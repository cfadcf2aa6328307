"""The outside world for tests: a clock that is told, entropy that repeats, hashing that is cheap, keys in memory.

Each implements its port in full, so that nothing has to be patched.
"""

import hashlib
import hmac
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from authsim import ports
from authsim.adapters.bus import LocalBus
from authsim.adapters.common_passwords import read_common_passwords
from authsim.adapters.memory import MemoryStore
from authsim.errors import StoreError
from authsim.model import Instance, InstanceId, Sealed
from authsim.policy import CLASSIC, Policy, format_policy
from authsim.protocol.keys import sign, signing_public_key
from authsim.protocol.suite import CLASSIC6
from authsim.secret import Secret
from authsim.verifier import Verifier

ORIGIN = "http://127.0.0.1:8765"
BEGINNING_MS = 1_750_000_000_000


class FakeClock:
    """A clock that moves only when told, and only forwards."""

    def __init__(self, start_ms: int = BEGINNING_MS) -> None:
        self._now_ms = start_ms

    def now_ms(self) -> int:
        return self._now_ms

    def advance(self, *, days: int = 0, seconds: int = 0, ms: int = 0) -> None:
        """Move forwards."""
        step_ms = (days * 86_400 + seconds) * 1_000 + ms
        if step_ms < 0:  # the parts may be negative: days=7, ms=-1
            raise ValueError("the clock of a portal never runs backwards")
        self._now_ms += step_ms


class CountedEntropy:
    """Entropy that gives the same bytes in each run of a test, and other bytes for another seed.

    `queue` fixes what the next calls of `randbelow` return.
    """

    def __init__(self, seed: str = "") -> None:
        self._seed = seed.encode()
        self._count = 0
        self.queue: list[int] = []

    def token_bytes(self, count: int) -> bytes:
        self._count += 1
        return hashlib.shake_256(self._seed + self._count.to_bytes(8)).digest(count)

    def randbelow(self, bound: int) -> int:
        if self.queue:
            return self.queue.pop(0)
        return int.from_bytes(self.token_bytes(16)) % bound


class CheapPasswords:
    """Hashing without the slowness. `meanwhile`, if set, runs once while the next password is being compared."""

    def __init__(self) -> None:
        self.compared: list[str | None] = []
        self.meanwhile: Callable[[], None] | None = None

    def hash(self, password: Secret) -> str:
        text = unicodedata.normalize("NFC", password.reveal_text())
        return "cheap$" + hashlib.sha256(text.encode()).hexdigest()

    def is_correct(self, password: Secret, password_hash: str | None) -> bool:
        self.compared.append(password_hash)
        if self.meanwhile is not None:
            meanwhile, self.meanwhile = self.meanwhile, None
            meanwhile()
        return hmac.compare_digest(self.hash(password).encode(), (password_hash or "cheap$").encode())

    def is_common(self, text: str) -> bool:
        return text in read_common_passwords()


class MemoryVault:
    """The portal's own keys, made from one seed."""

    def __init__(self, entropy: ports.Entropy) -> None:
        self._entropy = entropy
        self._signing = Secret(entropy.token_bytes(32))
        self._master = entropy.token_bytes(32)
        self._codes = hashlib.sha256(b"one-time codes" + self._master).digest()

    def signing_public_key(self) -> bytes:
        return signing_public_key(self._signing)

    def sign(self, message: bytes) -> bytes:
        return sign(self._signing, message)

    def mac(self, message: bytes) -> bytes:
        return hmac.digest(self._codes, message, "sha256")

    def seal(self, secret: Secret, *, aad: bytes) -> Sealed:
        nonce = self._entropy.token_bytes(12)
        return Sealed(key_id="test", nonce=nonce, ciphertext=AESGCM(self._master).encrypt(nonce, secret.reveal(), aad))

    def open(self, sealed: Sealed, *, aad: bytes) -> Secret:
        try:
            return Secret(AESGCM(self._master).decrypt(sealed.nonce, sealed.ciphertext, aad))
        except InvalidTag:
            raise StoreError("the ciphertext does not open") from None


class BetweenSteps:
    """A store, or one of its ports, that lets somebody else act once just before a named method runs.

    `BetweenSteps(store).before("activations.redeem", action)` is how a test loses a race without threads;
    `replace("logins.count_questions", stub)` answers for one method that would take a million rows.
    """

    def __init__(
        self,
        inner: Any,
        path: str = "",
        actions: dict[str, Callable[[], object]] | None = None,
        stubs: dict[str, Callable[..., Any]] | None = None,
    ) -> None:
        self._inner = inner
        self._path = path
        self._actions: dict[str, Callable[[], object]] = {} if actions is None else actions
        self._stubs: dict[str, Callable[..., Any]] = {} if stubs is None else stubs

    def before(self, method: str, action: Callable[[], object]) -> None:
        """Run `action` once, just before `port.method` runs next."""
        self._actions[method] = action

    def replace(self, method: str, stub: Callable[..., Any]) -> None:
        """Let `stub` answer instead of `port.method` from now on."""
        self._stubs[method] = stub

    def __getattr__(self, name: str) -> Any:
        inner = getattr(self._inner, name)
        path = f"{self._path}.{name}" if self._path else name
        if not callable(inner):
            return BetweenSteps(inner, path, self._actions, self._stubs)

        def call(*args: Any, **kwargs: Any) -> Any:
            action = self._actions.pop(path, None)
            if action is not None:
                action()
            return self._stubs.get(path, inner)(*args, **kwargs)

        return call


def make_verifier(
    *,
    policy: Policy | None = None,
    suite: str = CLASSIC6,
    store: ports.Store | None = None,
    seed: str = "portal",
    origin: str | None = ORIGIN,
) -> Verifier:
    """Return a portal in memory, with a fake clock, counted entropy and cheap passwords."""
    policy = policy or Policy()
    clock, entropy = FakeClock(), CountedEntropy(seed)
    instance = Instance(
        instance_id=InstanceId(entropy.token_bytes(16).hex()),
        profile=CLASSIC,
        suite=suite,
        policy=format_policy(policy),
        origin=origin,
        created_ms=clock.now_ms(),
    )
    store = store or MemoryStore()
    store.instances.create(instance)
    return Verifier(
        clock=clock,
        entropy=entropy,
        passwords=CheapPasswords(),
        vault=MemoryVault(entropy),
        store=store,
        bus=LocalBus(),
        instance=instance,
        policy=policy,
    )


def with_policy(verifier: Verifier, **numbers: int) -> Verifier:
    """Return the same portal under other numbers."""
    return replace(verifier, policy=replace(verifier.policy, **numbers))
