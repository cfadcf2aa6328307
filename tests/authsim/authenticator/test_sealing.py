"""The two layers under which a phone's secrets lie, against vectors that an independent program computed."""

import pytest

from authsim.authenticator.sealing import (
    Box,
    Kdf,
    derive_biometric_kek,
    derive_kek,
    open_body,
    seal_body,
    stretch_pin,
    unwrap_key,
    wrap_key,
)
from authsim.errors import MessageError, Reason, RefusalError
from authsim.secret import Secret
from tests.support.vectors import load_vectors

VECTORS = load_vectors("protocol")["keystore"]
KSID = VECTORS["ksid"]
DEVICE_KEY = Secret(bytes.fromhex(VECTORS["device_key"]))
DEK = Secret(bytes.fromhex(VECTORS["dek"]))
KEK = Secret(bytes.fromhex(VECTORS["kek"]))
KDF = Kdf(VECTORS["m_kib"], VECTORS["t"], VECTORS["p"], bytes.fromhex(VECTORS["salt"]))
WRAP = Box(bytes.fromhex(VECTORS["wrap_nonce"]), bytes.fromhex(VECTORS["wrapped_dek"]))
BODY = Box(bytes.fromhex(VECTORS["body_nonce"]), bytes.fromhex(VECTORS["body_ct"]))


def test_a_pin_is_stretched_by_argon2id() -> None:
    """The stretched PIN is the vector's."""
    assert stretch_pin(KDF, Secret(VECTORS["pin"])).reveal().hex() == VECTORS["argon2id_out"]


def test_the_wrapping_key_needs_the_pin_and_the_phone() -> None:
    """It is the vector's, and another one under another phone's key."""
    stretched = Secret(bytes.fromhex(VECTORS["argon2id_out"]))

    assert derive_kek(stretched, device_key=DEVICE_KEY, ksid=KSID) == KEK
    assert derive_kek(stretched, device_key=Secret(b"\x00" * 32), ksid=KSID) != KEK
    assert derive_biometric_kek(DEVICE_KEY) != KEK


def test_the_data_key_is_wrapped_and_unwrapped() -> None:
    """The wrapped key is the vector's, and opens again."""
    assert wrap_key(DEK, kek=KEK, ksid=KSID, kdf=KDF, nonce=WRAP.nonce) == WRAP
    assert unwrap_key(WRAP, kek=KEK, ksid=KSID, kdf=KDF) == DEK


@pytest.mark.parametrize(
    "changed",
    [
        KDF._replace(memory_kib=KDF.memory_kib + 1),
        KDF._replace(iterations=KDF.iterations + 1),
        KDF._replace(lanes=KDF.lanes + 1),
        KDF._replace(salt=bytes(16)),
    ],
)
def test_the_wrap_is_bound_to_how_the_pin_was_stretched(changed: Kdf) -> None:
    """Other costs or another salt beside the same ciphertext do not open it."""
    with pytest.raises(RefusalError) as refused:
        unwrap_key(WRAP, kek=KEK, ksid=KSID, kdf=changed)

    assert refused.value.reason is Reason.WRONG_PIN


def test_the_wrap_is_bound_to_its_keystore() -> None:
    """Under another keystore's id it does not open."""
    with pytest.raises(RefusalError):
        unwrap_key(WRAP, kek=KEK, ksid="00" * 16, kdf=KDF)


def test_the_body_is_sealed_and_opened() -> None:
    """The sealed body is the vector's, and opens again."""
    plain = Secret(VECTORS["body_plain"])
    generation = VECTORS["generation"]

    assert seal_body(plain, dek=DEK, ksid=KSID, generation=generation, nonce=BODY.nonce) == BODY
    assert open_body(BODY, dek=DEK, ksid=KSID, generation=generation) == plain


@pytest.mark.parametrize(
    ("ksid", "generation"), [(KSID, VECTORS["generation"] + 1), ("00" * 16, VECTORS["generation"])]
)
def test_the_body_is_bound_to_keystore_and_generation(ksid: str, generation: int) -> None:
    """An older body, or that of another keystore, does not open."""
    with pytest.raises(MessageError):
        open_body(BODY, dek=DEK, ksid=ksid, generation=generation)
