import hashlib
import hmac
from typing import Any

import pytest

from authsim.errors import MessageError
from authsim.protocol.ocra import compute_data_input, compute_response
from authsim.protocol.suite import parse_suite
from tests.support.vectors import load_vectors

RFC = load_vectors("ocra_rfc6287")["vectors"]
COLLIDING = load_vectors("protocol_negative")["colliding_questions"]

KEY20 = b"12345678901234567890"
KEY32 = b"12345678901234567890123456789012"


@pytest.mark.parametrize("vector", RFC, ids=lambda v: f"{v['section']}-{v['question']}-{v.get('counter', '')}")
def test_the_vectors_of_the_rfc_hold(vector: dict[str, Any]) -> None:
    """Each value of RFC 6287 Appendix C is reproduced, from the suite's text and from the parsed suite."""
    inputs = {
        "question": vector["question"],
        "counter": vector.get("counter"),
        "pin_hash": bytes.fromhex(vector["pin_hash"]) if "pin_hash" in vector else None,
        "time_step": vector.get("time_step"),
    }
    key = bytes.fromhex(vector["key"])
    for suite in (vector["suite"], parse_suite(vector["suite"])):
        assert compute_response(suite, key, **inputs) == vector["response"]


def test_all_70_vectors_are_there() -> None:
    """Appendix C has 70 values."""
    assert len(RFC) == 70


def test_an_odd_number_of_hexadecimal_digits_is_completed_on_the_right() -> None:
    """22222222 is 153158e in hexadecimal and becomes 15 31 58 e0; message, HMAC and response are known."""
    suite = "OCRA-1:HOTP-SHA1-6:QN08"
    message = compute_data_input(suite, question="22222222")
    assert message == suite.encode() + bytes.fromhex("00153158e0") + bytes(124)
    assert len(message) == 152
    assert hmac.digest(KEY20, message, "sha1").hex() == "cffe9461cffcaf079e366cbb031de2331b3d9a31"
    assert compute_response(suite, KEY20, question="22222222") == "653583"


def test_all_inputs_stand_in_their_order() -> None:
    """Counter, question, PIN hash, session (padded on the left) and time follow the suite and a zero byte."""
    suite = "OCRA-1:HOTP-SHA256-8:C-QA10-PSHA256-S016-T1M"
    pin_hash = hashlib.sha256(b"1234").digest()
    message = compute_data_input(
        suite, question="SIG1000000", counter=7, pin_hash=pin_hash, session=b"session", time_step=0x132D0B6
    )
    assert message == (
        suite.encode()
        + b"\0"
        + bytes.fromhex("0000000000000007")
        + b"SIG1000000"
        + bytes(118)
        + pin_hash
        + bytes(9)
        + b"session"
        + bytes.fromhex("000000000132d0b6")
    )


@pytest.mark.parametrize("question", ["ABCD", "abcd", "aBcD"])
def test_hexadecimal_questions_ignore_case(question: str) -> None:
    """A hexadecimal question stands for its bytes."""
    suite = "OCRA-1:HOTP-SHA256-8:QH04"
    assert compute_data_input(suite, question=question)[len(suite) + 1 :] == b"\xab\xcd" + bytes(126)


def test_an_odd_hexadecimal_question_is_completed_on_the_right() -> None:
    """ABC stands for AB C0."""
    suite = "OCRA-1:HOTP-SHA256-8:QH04"
    assert compute_data_input(suite, question="ABC")[len(suite) + 1 :] == b"\xab\xc0" + bytes(126)


@pytest.mark.parametrize(("algorithm", "length"), [("SHA1", 40), ("SHA256", 64), ("SHA512", 128)])
def test_no_truncation_gives_the_whole_hmac(algorithm: str, length: int) -> None:
    """A suite of 0 digits answers with the HMAC in lower-case hexadecimal."""
    suite = f"OCRA-1:HOTP-{algorithm}-0:QN08"
    response = compute_response(suite, KEY32, question="12345678")
    assert response == hmac.digest(KEY32, compute_data_input(suite, question="12345678"), algorithm.lower()).hex()
    assert len(response) == length


def test_ten_digits_are_filled_with_zeros() -> None:
    """31 bits never fill ten digits beyond 2147483647, and shorter numbers begin with zeros."""
    for question in ("10000000", "20000000", "30000000", "40000000"):
        response = compute_response("OCRA-1:HOTP-SHA256-10:QN08", KEY32, question=question)
        assert len(response) == 10
        assert int(response) < 2**31


def test_mutual_mode_joins_two_questions() -> None:
    """Twice the length is accepted, one character more is not."""
    assert compute_response("OCRA-1:HOTP-SHA256-8:QA08", KEY32, question="CLI22220SRV11110") == "28247970"
    with pytest.raises(MessageError):
        compute_response("OCRA-1:HOTP-SHA256-8:QA08", KEY32, question="CLI22220SRV111100")


@pytest.mark.parametrize("form", "ANH")
def test_the_longest_question_fits(form: str) -> None:
    """Two questions of 64 characters fit into the 128 bytes of the data input."""
    suite = f"OCRA-1:HOTP-SHA256-8:Q{form}64"
    assert len(compute_data_input(suite, question="9" * 128)) == len(suite) + 1 + 128


@pytest.mark.parametrize(
    "question", ["", "1234a", "12 34", "1234\n", "-123", "+123", "1_2", "١٢٣٤", "１２３４"], ids=ascii
)
def test_numeric_questions_are_ascii_digits(question: str) -> None:
    """An empty question, signs, blanks and digits of other scripts are refused as malformed."""
    with pytest.raises(MessageError):
        compute_response("OCRA-1:HOTP-SHA256-8:QN08", KEY32, question=question)


@pytest.mark.parametrize(
    ("form", "question"), [("H", "xyz"), ("H", "0x12"), ("H", ""), ("A", ""), ("A", "é"), ("A", "a\n")]
)
def test_questions_have_the_form_of_the_suite(form: str, question: str) -> None:
    """An empty question, and characters that the form does not have, are refused as malformed."""
    with pytest.raises(MessageError):
        compute_response(f"OCRA-1:HOTP-SHA256-8:Q{form}08", KEY32, question=question)


def test_a_malformed_suite_is_refused() -> None:
    """A suite that is not of the RFC is a `MessageError`, before anything is computed."""
    with pytest.raises(MessageError):
        compute_response("OCRA-1:HOTP-SHA256-8:Q", KEY32, question="12345678")


@pytest.mark.parametrize(
    ("inputs", "given"),
    [
        ("C-QN08", {}),
        ("C-QN08", {"counter": -1}),
        ("C-QN08", {"counter": 2**64}),
        ("C-QN08", {"counter": True}),
        ("QN08", {"counter": 0}),
        ("QN08-PSHA1", {}),
        ("QN08-PSHA1", {"pin_hash": bytes(32)}),
        ("QN08-PSHA256", {"pin_hash": bytes(20)}),
        ("QN08-PSHA512", {"pin_hash": bytes(63)}),
        ("QN08", {"pin_hash": bytes(20)}),
        ("QN08-S016", {}),
        ("QN08-S016", {"session": bytes(17)}),
        ("QN08", {"session": b""}),
        ("QN08-T1M", {}),
        ("QN08-T1M", {"time_step": -1}),
        ("QN08-T1M", {"time_step": 2**64}),
        ("QN08", {"time_step": 0}),
    ],
)
def test_inputs_are_exactly_those_of_the_suite(inputs: str, given: dict[str, Any]) -> None:
    """A missing, superfluous or ill-sized input is the caller's mistake and named."""
    with pytest.raises(ValueError, match=r"this suite (needs|has no) "):
        compute_response(f"OCRA-1:HOTP-SHA256-8:{inputs}", KEY32, question="12345678", **given)


def test_an_empty_key_is_refused() -> None:
    """A response without a key would prove nothing."""
    with pytest.raises(ValueError, match="key"):
        compute_response("OCRA-1:HOTP-SHA256-8:QN08", b"", question="12345678")


@pytest.mark.parametrize(("first", "second", "response"), COLLIDING["pairs"])
def test_numeric_questions_may_collide(first: str, second: str, response: str) -> None:
    """A question and its 16-fold encode alike, which is why challenges here have a fixed length and no leading zero."""
    key = bytes.fromhex(COLLIDING["key"])
    assert compute_response(COLLIDING["suite"], key, question=first) == response
    assert compute_response(COLLIDING["suite"], key, question=second) == response
