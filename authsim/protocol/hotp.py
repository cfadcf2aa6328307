"""HOTP (RFC 4226), and the truncation that OCRA takes from it. TOTP (RFC 6238) is HOTP of a number of time steps."""

import hmac
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

#: The hash functions of the one-time-password RFCs, and their names in Python.
ALGORITHMS: Final[Mapping[str, str]] = MappingProxyType({"SHA1": "sha1", "SHA256": "sha256", "SHA512": "sha512"})


def truncate(mac: bytes, digits: int) -> str:
    """Return `digits` decimal digits of an HMAC of at least 20 bytes (RFC 4226 section 5.3)."""
    offset = mac[-1] & 15
    number = int.from_bytes(mac[offset : offset + 4]) & 0x7FFFFFFF
    return str(number % 10**digits).zfill(digits)


def compute_hotp(key: bytes, counter: int, *, digits: int = 6, algorithm: str = "SHA1") -> str:
    """Return the one-time password for `counter` (0 to 2^64-1), 6 to 10 digits.

    Raises `ValueError` for any other number of digits, counter or algorithm.
    """
    if not 6 <= digits <= 10:
        raise ValueError("a one-time password has 6 to 10 digits")
    if not 0 <= counter < 2**64:
        raise ValueError("a counter is 0 to 2^64-1")
    if algorithm not in ALGORITHMS:
        raise ValueError("the algorithm is SHA1, SHA256 or SHA512")
    return truncate(hmac.digest(key, counter.to_bytes(8), ALGORITHMS[algorithm]), digits)
