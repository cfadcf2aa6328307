"""The spellings of bytes, numbers and text on the wire: one spelling for each value, everything else is refused.

Every `parse_` and `require_` takes an untrusted value and raises `MessageError`, whose text names the rule and never
the value. What the members of a message are called is not known here.
"""

import base64
import binascii
import json
import re
import unicodedata
from typing import Final, NoReturn

from authsim.errors import MessageError
from authsim.secret import Secret

MOST_JSON_BYTES: Final = 16_384
MOST_JSON_DEPTH: Final = 8
MOST_INTEGER: Final = 2**53 - 1

_ID: Final = re.compile(r"[0-9a-f]{32}", re.ASCII)
_LOWER_HEX: Final = re.compile(r"(?:[0-9a-f]{2})*", re.ASCII)
_B64U: Final = re.compile(r"[A-Za-z0-9_-]*", re.ASCII)
_TEXTED_CODE: Final = re.compile(r"[0-9]{4,10}", re.ASCII)
_DIGITS: Final = re.compile(r"[0-9]*", re.ASCII)
_CONTROLS: Final = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")

_CROCKFORD: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CROCKFORD_TYPED: Final = re.compile(r"[0-9A-TV-Za-tv-z]{26}", re.ASCII)
_CROCKFORD_READ: Final = str.maketrans("OIL", "011")
_SEPARATORS: Final = str.maketrans("", "", " -")

# A JSON string, which may hold brackets, or one bracket that nests. A string that does not end is taken too: to look
# for its end again from each quotation mark inside it would take quadratic time.
_JSON_NESTING: Final = re.compile(r'"(?:[^"\\]|\\.)*+"?|[\[\]{}]', re.DOTALL)


def _require_str(value: object) -> str:
    if type(value) is not str:
        raise MessageError("text was expected")
    return value


def format_b64u(value: bytes) -> str:
    """Return RFC 4648 section 5 base64 without padding."""
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode("ascii")


def parse_b64u(text: object, *, length: int) -> bytes:
    """Return exactly `length` bytes from canonical, unpadded base64url."""
    plain = _require_str(text)
    # The alphabet first: Python's decoder skips foreign characters and ignores spare bits.
    if len(plain) != (length * 4 + 2) // 3 or not _B64U.fullmatch(plain):
        raise MessageError(f"base64url of {length} bytes was expected")
    value = base64.urlsafe_b64decode(plain + "=" * (-len(plain) % 4))
    if format_b64u(value) != plain:
        raise MessageError("base64url must be canonical: spare bits are zero")
    return value


def parse_hex(text: object, *, length: int) -> bytes:
    """Return exactly `length` bytes from lower-case hexadecimal."""
    plain = _require_str(text)
    if len(plain) != length * 2 or not _LOWER_HEX.fullmatch(plain):
        raise MessageError(f"lower-case hexadecimal of {length} bytes was expected")
    return binascii.unhexlify(plain)


def require_id(text: object) -> str:
    """Return an identifier: 16 bytes as 32 lower-case hexadecimal digits."""
    plain = _require_str(text)
    if not _ID.fullmatch(plain):
        raise MessageError("an identifier is 32 lower-case hexadecimal digits")
    return plain


def format_crockford(value: bytes) -> str:
    """Return 16 bytes as 26 Crockford base32 characters: one big-endian number, most significant character first."""
    if len(value) != 16:
        raise ValueError("16 bytes were expected")
    number = int.from_bytes(value)
    return "".join(_CROCKFORD[number >> shift & 31] for shift in range(125, -1, -5))


def parse_crockford(text: object) -> bytes:
    """Return 16 bytes from 26 typed characters. Blanks, hyphens and case do not matter; O reads 0, I and L read 1."""
    typed = _require_str(text).translate(_SEPARATORS)
    if not _CROCKFORD_TYPED.fullmatch(typed):
        raise MessageError("26 letters and digits were expected, without U")
    number = 0
    for character in typed.upper().translate(_CROCKFORD_READ):
        number = number << 5 | _CROCKFORD.index(character)
    if number >> 128:
        raise MessageError("the first character is 0 to 7: 26 characters hold 128 bits")
    return number.to_bytes(16)


def normalise_digits(text: object) -> str:
    """Return `text` without the ASCII spaces and hyphens that people put between groups of digits."""
    return _require_str(text).translate(_SEPARATORS)


def require_digits(text: object, *, length: int) -> str:
    """Return exactly `length` ASCII digits, after `normalise_digits`."""
    digits = normalise_digits(text)
    if len(digits) != length or not _DIGITS.fullmatch(digits):
        raise MessageError(f"{length} digits were expected")
    return digits


def require_texted_code(value: object) -> Secret:
    """Return a texted code: 4 to 10 ASCII digits, and nothing between them."""
    if type(value) is not str or not _TEXTED_CODE.fullmatch(value):
        raise MessageError("a texted code has 4 to 10 digits")
    return Secret(value)


def require_text(text: object, *, most_bytes: int) -> str:
    """Return text for people: NFC, not empty, at most `most_bytes` of UTF-8, no C0, C1 or bidirectional controls."""
    plain = _require_str(text)
    if not plain or _CONTROLS.search(plain):
        raise MessageError("text is not empty and has no control characters")
    if not unicodedata.is_normalized("NFC", plain):
        raise MessageError("text is in Unicode normalisation form C")
    if len(plain.encode()) > most_bytes:
        raise MessageError(f"text has at most {most_bytes} bytes of UTF-8")
    return plain


def require_integer(value: object) -> int:
    """Return an integer from 0 to 2^53-1; a bool is not one."""
    if type(value) is not int or not 0 <= value <= MOST_INTEGER:
        raise MessageError("an integer from 0 to 2^53-1 was expected")
    return value


def parse_json_object(body: bytes, *, most_bytes: int = MOST_JSON_BYTES) -> dict[str, object]:
    """Return the members of a JSON object (RFC 8259), read strictly.

    UTF-8, at most `most_bytes`, no member twice, numbers are integers from 0 to 2^53-1, at most 8 levels deep.
    """
    if len(body) > most_bytes:
        raise MessageError(f"a message has at most {most_bytes} bytes")
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise MessageError("a message is UTF-8") from None
    _require_shallow(text)
    try:
        value: object = json.loads(
            text,
            object_pairs_hook=_require_distinct,
            parse_int=_parse_integer,
            parse_float=_refuse_number,
            parse_constant=_refuse_number,
        )
    except json.JSONDecodeError:
        raise MessageError("a message is JSON") from None
    if type(value) is not dict:
        raise MessageError("a message is a JSON object")
    return value


def _require_shallow(text: str) -> None:
    """Refuse deep nesting before the recursive parser sees it."""
    depth = 0
    for token in _JSON_NESTING.finditer(text):
        if token[0] in "[{":
            depth += 1
            if depth > MOST_JSON_DEPTH:
                raise MessageError(f"a message nests at most {MOST_JSON_DEPTH} levels")
        elif token[0] in "]}":
            depth -= 1


def _require_distinct(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise MessageError("a member stands once")
    return members


def _parse_integer(digits: str) -> int:
    # The length first: converting thousands of digits is slow, and Python limits it with another error.
    if len(digits) > 16 or digits.startswith("-"):
        raise MessageError("an integer from 0 to 2^53-1 was expected")
    return require_integer(int(digits))


def _refuse_number(_: str) -> NoReturn:
    raise MessageError("numbers are integers")
