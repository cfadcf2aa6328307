"""Argon2id as AuthSim uses it, beyond what every password hashing promises."""

import base64
import hashlib
import hmac
import re
import threading

import pytest
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from authsim.adapters.passwords import Argon2Passwords
from authsim.errors import StoreConflictError, StoreError
from authsim.secret import Secret
from tests.support.child import LONGEST_S, wait_until
from tests.support.ports import CountedEntropy

PEPPER = Secret(b"p" * 32)
PASSWORD = Secret("correct horse battery")


def cheap(**settings: float) -> Argon2Passwords:
    """Return the real thing with the least work."""
    return Argon2Passwords(PEPPER, memory_kib=8, iterations=1, entropy=CountedEntropy(), **settings)  # type: ignore[arg-type]


def test_the_work_is_what_owasp_asks_for() -> None:
    """By default a hash says 19 MiB, two iterations, one lane, and a salt of 16 bytes."""
    kept = Argon2Passwords(PEPPER, entropy=CountedEntropy()).hash(PASSWORD)

    assert re.fullmatch(r"\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}", kept)


def test_the_pepper_goes_first() -> None:
    """What Argon2id hashes is HMAC-SHA256(pepper, password), so a stolen database alone can not be guessed at."""
    kept = cheap().hash(PASSWORD)

    Argon2id.verify_phc_encoded(hmac.digest(PEPPER.reveal(), PASSWORD.reveal(), hashlib.sha256), kept)
    assert not Argon2Passwords(Secret(b"q" * 32), memory_kib=8, iterations=1).is_correct(PASSWORD, kept)


def test_equal_passwords_have_unequal_hashes() -> None:
    """Each hash has its own salt."""
    passwords = cheap()

    assert passwords.hash(PASSWORD) != passwords.hash(PASSWORD)


def test_nobody_costs_what_somebody_costs() -> None:
    """The hash that stands in for an unknown user asks for exactly the work of a real one, and differs each start."""
    passwords, again = Argon2Passwords(PEPPER), Argon2Passwords(PEPPER)
    work = re.compile(r"\$argon2id\$v=19\$m=19456,t=2,p=1\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)")

    parts = work.fullmatch(passwords._nobody)

    assert parts is not None
    assert [len(base64.b64decode(part + "==")) for part in parts.groups()] == [16, 32]
    assert passwords._nobody != again._nobody


def test_any_bytes_are_some_password() -> None:
    """Bytes that are no text are hashed and compared like any other, and raise nothing."""
    passwords = cheap()

    kept = passwords.hash(Secret(b"\xff\xfe\x00"))

    assert passwords.is_correct(Secret(b"\xff\xfe\x00"), kept)
    assert not passwords.is_correct(Secret(b"\xff\xfe"), kept)


@pytest.mark.parametrize(
    "kept", ["$argon2id$v=19$m=19456,t=0,p=1$c2FsdHNhbHQ$aGFzaGhhc2g", "$argon2id$v=19$m=8,t=1,p=1$AA$AA"]
)
def test_a_damaged_hash_is_the_store_s_fault(kept: str) -> None:
    """A kept hash that Argon2id cannot be run with is a `StoreError` that repeats nothing of it."""
    with pytest.raises(StoreError, match="damaged") as caught:
        cheap().is_correct(PASSWORD, kept)

    assert caught.value.__cause__ is None
    assert kept not in str(caught.value)


@pytest.mark.parametrize("kept", ["garbage", "cheap$abc", "$argon2i$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaGhhc2g"])
def test_what_is_no_hash_of_ours_fits_nothing(kept: str) -> None:
    """A kept text of another kind is nobody's password."""
    assert not cheap().is_correct(PASSWORD, kept)


def test_only_some_hash_at_once() -> None:
    """When all places are taken, one waits as long as it is told and is then refused; a free place is used again."""
    passwords = cheap(at_once=2, longest_wait_s=0.01)
    inside, leave = threading.Barrier(3), threading.Event()

    def occupy() -> None:
        inside.wait(LONGEST_S)
        leave.wait(LONGEST_S)

    def is_free() -> bool:
        try:
            return passwords.is_correct(PASSWORD, passwords.hash(PASSWORD))
        except StoreError:
            return False

    for _ in range(2):
        passwords._hands.submit(occupy)
    inside.wait(LONGEST_S)

    with pytest.raises(StoreError, match="try again") as caught:
        passwords.hash(PASSWORD)
    with pytest.raises(StoreError, match="try again"):
        passwords.is_correct(PASSWORD, None)
    assert not isinstance(caught.value, StoreConflictError)
    leave.set()
    wait_until(is_free)


def test_few_threads_ever_hash() -> None:
    """However many threads ask, the memory of a hash is asked for by a few hands, which keep it."""
    passwords, hands = cheap(at_once=2, longest_wait_s=LONGEST_S), set[str]()

    def ask() -> None:
        passwords._work(lambda: hands.add(threading.current_thread().name))

    clients = [threading.Thread(target=ask) for _ in range(32)]
    for client in clients:
        client.start()
    for client in clients:
        client.join(LONGEST_S)

    assert 1 <= len(hands) <= 2
    assert all(name.startswith("passwords") for name in hands)
