import base64
import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authsim.errors import MessageError
from authsim.protocol import encodings
from tests.support.vectors import load_vectors

NEGATIVE = load_vectors("protocol_negative")

CONTROLS = [
    *map(chr, range(0x20)),
    *map(chr, range(0x7F, 0xA0)),
    *"\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069",
    "\ud800",
    "\udfff",
]


@given(st.binary(max_size=100))
def test_base64url_reads_what_it_wrote(value: bytes) -> None:
    """Any bytes survive base64url, and nothing but the alphabet of RFC 4648 section 5 is written."""
    text = encodings.format_b64u(value)
    assert encodings.parse_b64u(text, length=len(value)) == value
    assert text == base64.urlsafe_b64encode(value).decode().rstrip("=")


@pytest.mark.parametrize("case", NEGATIVE["base64url"].values(), ids=NEGATIVE["base64url"])
def test_base64url_has_one_spelling(case: dict[str, Any]) -> None:
    """Every other spelling of the same bytes, and every wrong length, is refused."""
    with pytest.raises(MessageError):
        encodings.parse_b64u(case["text"], length=case["length"])


@given(st.text(alphabet="ABQgw_-0=! ", max_size=8), st.integers(min_value=0, max_value=5))
def test_accepted_base64url_is_what_would_be_written(text: str, length: int) -> None:
    """Whatever is accepted has the wanted length and writes back to itself."""
    try:
        value = encodings.parse_b64u(text, length=length)
    except MessageError:
        return
    assert len(value) == length
    assert encodings.format_b64u(value) == text


@given(st.binary(max_size=40))
def test_hexadecimal_reads_lower_case_only(value: bytes) -> None:
    """Lower-case hexadecimal is read back; the same bytes in upper case are refused unless they have no letter."""
    assert encodings.parse_hex(value.hex(), length=len(value)) == value
    if value.hex().upper() != value.hex():
        with pytest.raises(MessageError):
            encodings.parse_hex(value.hex().upper(), length=len(value))


@pytest.mark.parametrize("text", ["0", "00 ", "0g", "0\n", "٠٠", "", "0000"])
def test_hexadecimal_has_one_spelling(text: str) -> None:
    """Odd, spaced, foreign and over-long hexadecimal is refused."""
    with pytest.raises(MessageError):
        encodings.parse_hex(text, length=1)


@given(st.binary(min_size=16, max_size=16))
def test_identifiers_are_returned_as_they_are(value: bytes) -> None:
    """32 lower-case hexadecimal digits are an identifier."""
    assert encodings.require_id(value.hex()) == value.hex()


@pytest.mark.parametrize("text", NEGATIVE["identifiers"].values(), ids=NEGATIVE["identifiers"])
def test_identifiers_have_one_spelling(text: str) -> None:
    """Any other spelling of an identifier is refused."""
    with pytest.raises(MessageError):
        encodings.require_id(text)


@given(st.binary(min_size=16, max_size=16))
def test_crockford_forgives_what_people_do(value: bytes) -> None:
    """16 bytes survive 26 characters, in lower case, with blanks and hyphens, and with O, I, L for 0, 1, 1."""
    text = encodings.format_crockford(value)
    assert len(text) == 26
    for typed in (
        text,
        text.lower(),
        " - ".join(text),
        text.replace("0", "O").replace("1", "l"),
        text.replace("1", "i"),
    ):
        assert encodings.parse_crockford(typed) == value


@pytest.mark.parametrize("text", NEGATIVE["session_ids"].values(), ids=NEGATIVE["session_ids"])
def test_crockford_refuses_what_is_not_16_bytes(text: str) -> None:
    """A wrong length, a foreign character or more than 128 bits is refused."""
    with pytest.raises(MessageError):
        encodings.parse_crockford(text)


def test_crockford_writes_16_bytes_only() -> None:
    """Any other length is the caller's mistake."""
    with pytest.raises(ValueError, match="16 bytes"):
        encodings.format_crockford(b"short")


@pytest.mark.parametrize("text", ["12345678", "1234 5678", "12-34-56-78", " 12345678 ", "1 2 3 4 5 6 7 8-"])
def test_digits_may_be_grouped(text: str) -> None:
    """ASCII spaces and hyphens between digits do not matter."""
    assert encodings.normalise_digits(text) == "12345678"
    assert encodings.require_digits(text, length=8) == "12345678"


@pytest.mark.parametrize(
    "text",
    [
        "1234567",
        "123456789",
        "١٢٣٤٥٦٧٨",
        "１２３４５６７８",
        "1234567²",
        "12345678\n",
        "1234\u00a05678",
        "+1234567",
        "",
    ],
)
def test_digits_are_ascii(text: str) -> None:
    """Digits of other scripts, other separators and other lengths are refused."""
    with pytest.raises(MessageError):
        encodings.require_digits(text, length=8)


@pytest.mark.parametrize("text", ["laptop", "Gerät", "携帯電話", "a b", "😀", "x" * 64, "é" * 32])
def test_text_for_people_is_returned_as_it_is(text: str) -> None:
    """Composed text without controls passes, up to the limit in bytes of UTF-8."""
    assert encodings.require_text(text, most_bytes=64) == text


@pytest.mark.parametrize("text", ["", "x" * 65, "é" * 33, "Gera\u0308t", *(f"a{c}b" for c in CONTROLS)], ids=ascii)
def test_text_for_people_hides_nothing(text: str) -> None:
    """Empty, over-long, decomposed text and any control, bidirectional mark or lone surrogate is refused."""
    with pytest.raises(MessageError):
        encodings.require_text(text, most_bytes=64)


@pytest.mark.parametrize("value", [0, 1, 2**53 - 1])
def test_integers_are_those_that_every_json_reader_keeps(value: int) -> None:
    """0 to 2^53-1 pass."""
    assert encodings.require_integer(value) == value


@pytest.mark.parametrize("value", [-1, 2**53, True, False, 1.0, "1", None])
def test_nothing_else_is_an_integer(value: object) -> None:
    """Negative, larger, boolean, floating and textual numbers are refused."""
    with pytest.raises(MessageError):
        encodings.require_integer(value)


@pytest.mark.parametrize(
    "read",
    [
        lambda value: encodings.parse_b64u(value, length=1),
        lambda value: encodings.parse_hex(value, length=1),
        encodings.require_id,
        encodings.parse_crockford,
        encodings.normalise_digits,
        lambda value: encodings.require_text(value, most_bytes=9),
    ],
)
@pytest.mark.parametrize("value", [None, 1, True, b"00", ["00"], {"a": 1}], ids=repr)
def test_only_text_is_text(read: object, value: object) -> None:
    """A JSON value of another type is refused, never a crash."""
    with pytest.raises(MessageError):
        read(value)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(min_value=0, max_value=2**53 - 1) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def depth_of(value: object) -> int:
    """Return how many brackets enclose the deepest leaf."""
    if isinstance(value, dict):
        return 1 + max(map(depth_of, value.values()), default=0)
    if isinstance(value, list):
        return 1 + max(map(depth_of, value), default=0)
    return 0


@given(st.dictionaries(st.text(), json_values, max_size=5), st.booleans())
def test_json_objects_are_read_as_python_reads_them(value: dict[str, Any], ascii_only: bool) -> None:
    """A shallow object of integers and text is read back, however its text is escaped."""
    try:
        body = json.dumps(value, ensure_ascii=ascii_only).encode()
    except UnicodeEncodeError:  # a lone surrogate has no UTF-8
        return
    if depth_of(value) <= 8:
        assert encodings.parse_json_object(body) == value
    else:
        with pytest.raises(MessageError):
            encodings.parse_json_object(body)


@pytest.mark.parametrize(
    "body",
    [
        b'{"a":1,"a":2}',
        b'{"a":{"b":1,"b":1}}',
        b'{"a":NaN}',
        b'{"a":Infinity}',
        b'{"a":-Infinity}',
        b'{"a":1.0}',
        b'{"a":1e3}',
        b'{"a":-1}',
        b'{"a":-0}',
        b'{"a":9007199254740992}',
        b'{"a":' + b"9" * 5000 + b"}",
        b"[]",
        b'"a"',
        b"1",
        b"null",
        b"",
        b"{",
        b'{"a":1}x',
        b"{'a':1}",
        b'{"a":1,}',
        b'{"a":"\n"}',
        b'{"a":"\xff"}',
        b"\xef\xbb\xbf{}",
        '{"a":1}'.encode("utf-16"),
        b'{"a":' + b"[" * 8 + b"]" * 8 + b"}",
        b"[" * 16_000,
        b'{"a":"' + b"[" * 8000,
        b'{"a":' * 3000,
    ],
    ids=lambda body: repr(body[:24]),
)
def test_json_that_two_readers_could_read_differently_is_refused(body: bytes) -> None:
    """Repeated members, other numbers, other encodings, deep nesting and whatever is not an object are refused."""
    with pytest.raises(MessageError):
        encodings.parse_json_object(body)


def test_json_has_a_size() -> None:
    """A body of exactly the limit passes and one byte more is refused before it is read."""
    body = b'{"a":"' + b"x" * (encodings.MOST_JSON_BYTES - 8) + b'"}'
    assert len(body) == encodings.MOST_JSON_BYTES
    assert encodings.parse_json_object(body)
    with pytest.raises(MessageError):
        encodings.parse_json_object(body + b" ")


def test_brackets_inside_text_do_not_nest() -> None:
    """A text full of brackets and escaped quotes is one level deep."""
    value = {"a": '[[[[[[[[[[{{{{{{{{{{"\\"[[[[[[[[['}
    assert encodings.parse_json_object(json.dumps(value).encode()) == value


@given(st.binary(max_size=200))
def test_json_refuses_and_never_crashes(body: bytes) -> None:
    """Any bytes are either an object or a `MessageError`."""
    with contextlib.suppress(MessageError):
        assert isinstance(encodings.parse_json_object(body), dict)


def test_a_string_without_an_end_is_read_once() -> None:
    """Sixteen thousand bytes of escaped quotation marks are one token, not a search for the end from each of them."""
    body = '{"a' + '\\"' * 8_000

    assert [len(token[0]) for token in encodings._JSON_NESTING.finditer(body)] == [1, len(body) - 1]
    with pytest.raises(MessageError, match="JSON"):
        encodings.parse_json_object(body.encode())
