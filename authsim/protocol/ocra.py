"""OCRA, the OATH challenge-response algorithm (RFC 6287), complete.

Which suites and questions this protocol uses is decided in `codes`, not here.
"""

import hashlib
import hmac
import re
from typing import Final

from authsim.errors import MessageError
from authsim.protocol.hotp import ALGORITHMS, truncate
from authsim.protocol.suite import OcraSuite, parse_suite

QUESTION_BYTES: Final = 128  # RFC 6287 section 5.1

_FORMS: Final = {
    "A": re.compile(r"[ -~]+", re.ASCII),
    "N": re.compile(r"[0-9]+", re.ASCII),
    "H": re.compile(r"[0-9A-Fa-f]+", re.ASCII),
}


def compute_response(
    suite: str | OcraSuite,
    key: bytes,
    *,
    question: str,
    counter: int | None = None,
    pin_hash: bytes | None = None,
    session: bytes | None = None,
    time_step: int | None = None,
) -> str:
    """Return the response to `question`: as many digits as the suite says, or the whole HMAC in hex when it says 0.

    `question` is text of up to xx characters, or 2·xx in mutual mode, where the caller joins the two questions.
    `counter` and `time_step` (steps since the Unix epoch) are integers from 0 to 2^64-1; `pin_hash` has the length of
    the suite's hash; `session` has at most nnn bytes. Source: RFC 6287 sections 5 to 7.

    Raises `MessageError` when the suite or the question is malformed, and `ValueError` when an input that the suite
    names is missing or out of range, or one is given that it does not name.
    """
    parsed = parse_suite(suite) if isinstance(suite, str) else suite
    if not key:
        raise ValueError("the key is empty")
    message = compute_data_input(
        parsed, question=question, counter=counter, pin_hash=pin_hash, session=session, time_step=time_step
    )
    mac = hmac.digest(key, message, ALGORITHMS[parsed.algorithm])
    return truncate(mac, parsed.digits) if parsed.digits else mac.hex()


def compute_data_input(
    suite: str | OcraSuite,
    *,
    question: str,
    counter: int | None = None,
    pin_hash: bytes | None = None,
    session: bytes | None = None,
    time_step: int | None = None,
) -> bytes:
    """Return the bytes that the HMAC is taken of: suite, a zero byte, then the inputs in their fixed order.

    Arguments and errors are those of `compute_response`.
    """
    parsed = parse_suite(suite) if isinstance(suite, str) else suite
    return b"".join(
        (
            parsed.text.encode("ascii"),
            b"\0",
            _encode_number("counter", counter, wanted=parsed.has_counter),
            _encode_question(parsed, question),
            _encode_pin_hash(parsed, pin_hash),
            _encode_session(parsed, session),
            _encode_number("time_step", time_step, wanted=parsed.time_step_seconds is not None),
        )
    )


def _encode_question(suite: OcraSuite, question: str) -> bytes:
    # Mutual mode joins two questions (RFC 6287 section 7.3), hence twice the length.
    if len(question) > 2 * suite.question_length or not _FORMS[suite.question_form].fullmatch(question):
        raise MessageError("the question does not have the form that the suite names")
    if suite.question_form == "A":
        return question.encode("ascii").ljust(QUESTION_BYTES, b"\0")
    digits = question if suite.question_form == "H" else format(int(question), "x")
    # An odd number of hexadecimal digits is completed on the right, as in the reference implementation.
    return bytes.fromhex(digits + "0" * (len(digits) % 2)).ljust(QUESTION_BYTES, b"\0")


def _encode_number(name: str, number: int | None, *, wanted: bool) -> bytes:
    if not wanted:
        _refuse_superfluous(name, number)
        return b""
    if type(number) is not int or not 0 <= number < 2**64:
        raise ValueError(f"this suite needs {name}: an integer from 0 to 2^64-1")
    return number.to_bytes(8)


def _encode_pin_hash(suite: OcraSuite, pin_hash: bytes | None) -> bytes:
    if suite.pin_algorithm is None:
        _refuse_superfluous("pin_hash", pin_hash)
        return b""
    length = hashlib.new(ALGORITHMS[suite.pin_algorithm]).digest_size
    if pin_hash is None or len(pin_hash) != length:
        raise ValueError(f"this suite needs pin_hash: {length} bytes")
    return pin_hash


def _encode_session(suite: OcraSuite, session: bytes | None) -> bytes:
    if suite.session_bytes is None:
        _refuse_superfluous("session", session)
        return b""
    if session is None or len(session) > suite.session_bytes:
        raise ValueError(f"this suite needs session: at most {suite.session_bytes} bytes")
    return session.rjust(suite.session_bytes, b"\0")


def _refuse_superfluous(name: str, value: object) -> None:
    if value is not None:
        raise ValueError(f"this suite has no {name}")
