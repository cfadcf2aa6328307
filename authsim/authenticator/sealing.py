"""How a phone's secrets are sealed: the PIN stretched, mixed with the phone's own key, and two layers of AES-256-GCM.

The outer layer wraps a data key under PIN and phone; the inner one seals the body under the data key. So the body is
rewritten without asking the PIN again, and a stolen file without the phone's key is 256 unknown bits. What the layers
hold, and how the file is spelled, is not known here.
"""

from collections.abc import Callable
from typing import Final, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from authsim.errors import MessageError, Reason, RefusalError
from authsim.protocol.hkdf import expand, extract
from authsim.protocol.transcript import Tag, encode_transcript, u32, u64
from authsim.secret import Secret

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
SALT_BYTES: Final = 16
TAG_BYTES: Final = 16

KDF_NAME: Final = "argon2id"
AEAD_NAME: Final = "aes-256-gcm"
BINDING: Final = "device-file"

# Beyond these a hostile file would eat memory and hours; below them a PIN is stretched too little.
MEMORY_KIB: Final = range(8 * 1024, 1024 * 1024 + 1)
ITERATIONS: Final = range(1, 17)
LANES: Final = range(1, 9)

_KEK_INFO: Final = b"authsim/1/keystore-kek\0"
_BIO_INFO: Final = b"authsim/1/keystore-bio"


class Kdf(NamedTuple):
    """The costs of Argon2id: memory in KiB, iterations, lanes, and a salt of 16 bytes."""

    memory_kib: int
    iterations: int
    lanes: int
    salt: bytes


class Box(NamedTuple):
    """AES-256-GCM: a nonce of 12 bytes, and ciphertext with its tag."""

    nonce: bytes
    ciphertext: bytes


#: Stretches a PIN to 32 bytes. An argument of those who unlock, so that a test can count how often it happens.
Stretch = Callable[[Kdf, Secret], Secret]


def stretch_pin(kdf: Kdf, pin: Secret) -> Secret:
    """Return Argon2id (RFC 9106, version 1.3) of a normalised PIN, 32 bytes."""
    argon2id = Argon2id(
        salt=kdf.salt, length=KEY_BYTES, iterations=kdf.iterations, lanes=kdf.lanes, memory_cost=kdf.memory_kib
    )
    return Secret(argon2id.derive(pin.reveal()))


def derive_kek(stretched: Secret, *, device_key: Secret, ksid: str) -> Secret:
    """Return the key that wraps the data key: from the stretched PIN and the phone's own key, both."""
    prk = extract(device_key.reveal(), stretched.reveal())
    return Secret(expand(prk, _KEK_INFO + bytes.fromhex(ksid), KEY_BYTES))


def derive_biometric_kek(device_key: Secret) -> Secret:
    """Return the key of the second wrap, which the phone opens without a PIN after (simulated) biometrics."""
    return Secret(expand(device_key.reveal(), _BIO_INFO, KEY_BYTES))


def wrap_key(dek: Secret, *, kek: Secret, ksid: str, kdf: Kdf, nonce: bytes) -> Box:
    """Return the data key, sealed together with everything that says how it was sealed."""
    return Box(nonce, AESGCM(kek.reveal()).encrypt(nonce, dek.reveal(), _wrap_aad(ksid, kdf)))


def unwrap_key(box: Box, *, kek: Secret, ksid: str, kdf: Kdf) -> Secret:
    """Return the data key, or refuse with `WRONG_PIN`: a wrong PIN and a foreign phone cannot be told apart."""
    try:
        return Secret(AESGCM(kek.reveal()).decrypt(box.nonce, box.ciphertext, _wrap_aad(ksid, kdf)))
    except InvalidTag:
        raise RefusalError(Reason.WRONG_PIN) from None


def seal_body(plain: Secret, *, dek: Secret, ksid: str, generation: int, nonce: bytes) -> Box:
    """Return the body, sealed as generation `generation` of its keystore."""
    return Box(nonce, AESGCM(dek.reveal()).encrypt(nonce, plain.reveal(), _body_aad(ksid, generation)))


def open_body(box: Box, *, dek: Secret, ksid: str, generation: int) -> Secret:
    """Return the body, or raise `MessageError` when it is not this generation of this keystore."""
    try:
        return Secret(AESGCM(dek.reveal()).decrypt(box.nonce, box.ciphertext, _body_aad(ksid, generation)))
    except InvalidTag:
        raise MessageError("the sealed body does not belong to this keystore") from None


def _wrap_aad(ksid: str, kdf: Kdf) -> bytes:
    return encode_transcript(
        "keystore-wrap",
        (
            (Tag.KEYSTORE_ID, bytes.fromhex(ksid)),
            (Tag.KDF_NAME, KDF_NAME.encode("ascii")),
            (Tag.KDF_COSTS, u32(kdf.memory_kib) + u32(kdf.iterations) + u32(kdf.lanes)),
            (Tag.KDF_SALT, kdf.salt),
            (Tag.KEYSTORE_BINDING, BINDING.encode("ascii")),
            (Tag.AEAD_NAME, AEAD_NAME.encode("ascii")),
        ),
    )


def _body_aad(ksid: str, generation: int) -> bytes:
    return encode_transcript(
        "keystore-body",
        (
            (Tag.KEYSTORE_ID, bytes.fromhex(ksid)),
            (Tag.AEAD_NAME, AEAD_NAME.encode("ascii")),
            (Tag.GENERATION, u64(generation)),
        ),
    )
