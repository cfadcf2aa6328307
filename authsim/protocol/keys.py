"""The keys of an activation: Ed25519 identities (RFC 8032), X25519 agreement (RFC 7748), and what is derived from both.

Private keys are the 32 bytes that the RFCs call seed and scalar; where they are kept is the business of either end.
"""

import hashlib
import hmac
from dataclasses import dataclass, field
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from authsim.errors import MessageError
from authsim.protocol.codes import Purpose, challenge_space, format_challenge
from authsim.protocol.hkdf import expand, extract
from authsim.secret import Secret

CODE_BYTES: Final = 16
KEY_BYTES: Final = 32
SIGNATURE_BYTES: Final = 64

_P: Final = 2**255 - 19
# The y-coordinates of the eight points of low order, and the two spellings of 0 and 1 that are not reduced. A signature
# that holds for many messages under such a key needs no private key at all.
_LOW_ORDER_Y: Final = frozenset(
    {
        0,
        1,
        int.from_bytes(bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little"),
        int.from_bytes(bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"), "little"),
        _P - 1,
        _P,
        _P + 1,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivationKeys:
    """What both ends derive from the 16 bytes of a one-time code. The code itself never travels."""

    code_id: str
    mac: Secret = field(repr=False)
    psk: Secret = field(repr=False)


def derive_activation_keys(code: Secret) -> ActivationKeys:
    """Return the look-up id (16 bytes, hex), the MAC key and the pre-shared key of an activation code of 16 bytes."""
    if len(code) != CODE_BYTES:
        raise ValueError("an activation code has 16 bytes")
    prk = extract(b"authsim/1/activation", code.reveal())
    return ActivationKeys(
        code_id=expand(prk, b"id", 16).hex(),
        mac=Secret(expand(prk, b"mac", KEY_BYTES)),
        psk=Secret(expand(prk, b"psk", KEY_BYTES)),
    )


def compute_mac(key: Secret, message: bytes) -> bytes:
    """Return HMAC-SHA-256, 32 bytes."""
    return hmac.digest(key.reveal(), message, "sha256")


def require_mac(key: Secret, message: bytes, mac: bytes) -> None:
    """Raise `MessageError` unless `mac` is the HMAC-SHA-256 of `message`; constant time."""
    if not hmac.compare_digest(compute_mac(key, message), mac):
        raise MessageError("the MAC does not fit")


def require_signing_key(pk: bytes) -> bytes:
    """Return an Ed25519 public key, unless its point is of low order or its y-coordinate is not reduced."""
    if len(pk) != KEY_BYTES:
        raise MessageError("an Ed25519 public key has 32 bytes")
    y = int.from_bytes(pk, "little") & ~(1 << 255)
    if y >= _P or y in _LOW_ORDER_Y:
        raise MessageError("an Ed25519 public key is canonical and not of low order")
    return pk


def signing_public_key(seed: Secret) -> bytes:
    """Return the Ed25519 public key of a 32-byte private seed."""
    return Ed25519PrivateKey.from_private_bytes(seed.reveal()).public_key().public_bytes_raw()


def sign(seed: Secret, message: bytes) -> bytes:
    """Return the Ed25519 signature, 64 bytes."""
    return Ed25519PrivateKey.from_private_bytes(seed.reveal()).sign(message)


def require_signature(pk: bytes, message: bytes, signature: bytes) -> None:
    """Raise `MessageError` unless `signature` is that of `message` under an acceptable public key."""
    try:
        Ed25519PublicKey.from_public_bytes(require_signing_key(pk)).verify(signature, message)
    except InvalidSignature:
        raise MessageError("the signature does not fit") from None


def agreement_public_key(private: Secret) -> bytes:
    """Return the X25519 public key of a 32-byte private key."""
    return X25519PrivateKey.from_private_bytes(private.reveal()).public_key().public_bytes_raw()


def compute_shared(private: Secret, peer: bytes) -> Secret:
    """Return the X25519 shared secret, 32 bytes; a peer key that leads to all zeros is a `MessageError`."""
    if len(peer) != KEY_BYTES:
        raise MessageError("an X25519 public key has 32 bytes")
    try:
        return Secret(
            X25519PrivateKey.from_private_bytes(private.reveal()).exchange(X25519PublicKey.from_public_bytes(peer))
        )
    except ValueError:
        # RFC 7748 section 6.1: the library notices the all-zero result.
        raise MessageError("the X25519 public key is of low order") from None


def derive_seed(psk: Secret, shared: Secret, reply_transcript: bytes) -> Secret:
    """Return the device's OCRA seed, 32 bytes: it needs the code from the screen and the key agreement, both."""
    return Secret(_derive(psk, shared, b"authsim/1/ocra-seed", reply_transcript, KEY_BYTES))


def derive_confirmation(suite_name: str, psk: Secret, shared: Secret, reply_transcript: bytes) -> str:
    """Return the challenge whose response confirms an activation, purpose 8."""
    number = int.from_bytes(_derive(psk, shared, b"authsim/1/confirm", reply_transcript, 8))
    return format_challenge(suite_name, purpose=Purpose.ACTIVATION, draw=number % challenge_space(suite_name))


def _derive(psk: Secret, shared: Secret, label: bytes, reply_transcript: bytes, length: int) -> bytes:
    digest = hashlib.sha256(reply_transcript).digest()
    return expand(extract(psk.reveal(), shared.reveal()), label + b"\0" + digest, length)


def fingerprint(psk_public: bytes) -> str:
    """Return what people compare: the first 16 bytes of SHA-256 of a key, hex, in 8 groups of 4."""
    digits = hashlib.sha256(psk_public).hexdigest()
    return " ".join(digits[start : start + 4] for start in range(0, 32, 4))
