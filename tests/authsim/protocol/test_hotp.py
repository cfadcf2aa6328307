import base64
import hmac
from typing import Any

import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from authsim.protocol.hotp import compute_hotp, truncate
from tests.support.vectors import load_vectors

HOTP = load_vectors("hotp_rfc4226")
TOTP = load_vectors("totp_rfc6238")
KEY = bytes.fromhex(HOTP["key"])


@pytest.mark.parametrize("vector", HOTP["vectors"], ids=lambda v: str(v["counter"]))
def test_the_vectors_of_rfc_4226_hold(vector: dict[str, Any]) -> None:
    """HMAC, truncated number and password are those of Appendix D."""
    mac = hmac.digest(KEY, vector["counter"].to_bytes(8), "sha1")
    assert mac.hex() == vector["mac"]
    assert int(truncate(mac, 10)) == vector["truncated"]
    assert compute_hotp(KEY, vector["counter"]) == vector["hotp"]


@pytest.mark.parametrize("algorithm", TOTP["keys"])
@pytest.mark.parametrize("vector", TOTP["vectors"], ids=lambda v: str(v["time"]))
def test_the_vectors_of_rfc_6238_hold(vector: dict[str, Any], algorithm: str) -> None:
    """A time-based password is HOTP of the number of 30-second steps, for all three hash functions."""
    key = bytes.fromhex(TOTP["keys"][algorithm])
    assert vector["time"] // TOTP["step_seconds"] == vector["step"]
    assert compute_hotp(key, vector["step"], digits=8, algorithm=algorithm) == vector[algorithm]


@given(
    st.binary(min_size=16, max_size=64),
    st.integers(min_value=0, max_value=2**64 - 1),
    st.integers(min_value=6, max_value=10),
)
def test_pyotp_agrees(key: bytes, counter: int, digits: int) -> None:
    """An independent implementation gives the same password for any key, counter and length."""
    oracle = pyotp.HOTP(base64.b32encode(key).decode(), digits=digits)
    assert compute_hotp(key, counter, digits=digits) == oracle.at(counter)


@pytest.mark.parametrize("vector", TOTP["vectors"], ids=lambda v: str(v["time"]))
def test_pyotp_agrees_on_time(vector: dict[str, Any]) -> None:
    """The independent implementation reads the same step from the clock."""
    oracle = pyotp.TOTP(base64.b32encode(KEY).decode(), digits=8, interval=30)
    assert oracle.at(vector["time"]) == compute_hotp(KEY, vector["step"], digits=8)


@pytest.mark.parametrize(
    "wrong", [{"digits": 5}, {"digits": 11}, {"counter": -1}, {"counter": 2**64}, {"algorithm": "MD5"}]
)
def test_arguments_out_of_range_are_refused(wrong: dict[str, Any]) -> None:
    """Digits, counter and hash function are those of the RFCs."""
    with pytest.raises(ValueError, match=r"is|has"):
        compute_hotp(KEY, **({"counter": 0} | wrong))
