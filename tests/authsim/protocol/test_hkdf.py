import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given
from hypothesis import strategies as st

from authsim.protocol.hkdf import expand, extract
from tests.support.vectors import load_vectors

RFC = load_vectors("hkdf_rfc5869")["vectors"]


@pytest.mark.parametrize("vector", RFC, ids=lambda v: v["case"])
def test_the_vectors_of_the_rfc_hold(vector: dict[str, str]) -> None:
    """The SHA-256 cases of RFC 5869 Appendix A give their pseudorandom key and their output."""
    prk = extract(bytes.fromhex(vector["salt"]), bytes.fromhex(vector["ikm"]))
    assert prk.hex() == vector["prk"]
    assert expand(prk, bytes.fromhex(vector["info"]), vector["length"]).hex() == vector["okm"]


@given(st.binary(max_size=80), st.binary(max_size=80), st.binary(max_size=80), st.integers(min_value=1, max_value=300))
def test_an_independent_implementation_agrees(salt: bytes, ikm: bytes, info: bytes, length: int) -> None:
    """The library's own HKDF gives the same bytes."""
    oracle = HKDF(algorithm=SHA256(), length=length, salt=salt, info=info).derive(ikm)
    assert expand(extract(salt, ikm), info, length) == oracle


def test_the_longest_output_is_255_blocks() -> None:
    """8160 bytes can be had, 8161 and 0 cannot."""
    assert len(expand(bytes(32), b"", 8160)) == 8160
    for length in (0, 8161):
        with pytest.raises(ValueError, match="8160"):
            expand(bytes(32), b"", length)
