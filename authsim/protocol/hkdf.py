"""HKDF with SHA-256 (RFC 5869), and nothing else: the phone needs it without the weight of public-key code."""

import hmac
from typing import Final

_HASH_BYTES: Final = 32


def extract(salt: bytes, ikm: bytes) -> bytes:
    """Return the pseudorandom key of input keying material, 32 bytes (RFC 5869 section 2.2)."""
    return hmac.digest(salt, ikm, "sha256")


def expand(prk: bytes, info: bytes, length: int) -> bytes:
    """Return `length` bytes of output keying material, 1 to 8160 (RFC 5869 section 2.3)."""
    if not 0 < length <= 255 * _HASH_BYTES:
        raise ValueError("HKDF-SHA-256 gives 1 to 8160 bytes")
    output, block = b"", b""
    while len(output) < length:
        block = hmac.digest(prk, block + info + bytes((len(output) // _HASH_BYTES + 1,)), "sha256")
        output += block
    return output[:length]
