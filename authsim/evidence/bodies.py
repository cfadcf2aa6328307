"""What stands in a body, as far as names and shapes tell: to be counted, and to be known again elsewhere in the file.

Nothing here decides what stays, but for the few words of the simulator's own answers. Every search is bounded: a body
is a stranger's text.
"""

import base64
import binascii
import json
import re
from collections.abc import Iterator
from itertools import islice
from typing import Final
from urllib.parse import unquote_plus

from authsim.evidence.report import Kind
from authsim.evidence.scrubbing import Scrubber
from authsim.evidence.vocabulary import KEPT_MEMBERS, NAMED

_MOST_SEARCHED: Final = 256 * 1024
_MOST_FIELDS: Final = 1_000
_MOST_KEPT: Final = 1_024
_PAIR: Final = re.compile(
    r'"([A-Za-z0-9_.:-]{1,64})"\s{0,8}:\s{0,8}(?:"((?:[^"\\]|\\.){0,4096})"?|(-?[0-9.]{1,32}))', re.ASCII | re.DOTALL
)
_PART: Final = re.compile(
    r'; ?name="([^"\r\n]{1,64})"[^\r\n]{0,100}(?:\r?\n[^\r\n]{1,100}){0,2}\r?\n\r?\n([^\r\n]{1,4096})'
)
_INPUT: Final = re.compile(r"<input\b[^<>]{0,1000}>", re.IGNORECASE)
_NAME: Final = re.compile(r"""\bname=["']?([^"'\s>]{1,64})""", re.IGNORECASE)
_VALUE: Final = re.compile(r"""\bvalue=["']?([^"'>]{1,4096})""", re.IGNORECASE)
_CLASSED: Final = re.compile(r"\b(xyz-[a-z]{1,32})\b[^<>]{0,120}>\s{0,80}([^<]{1,512})", re.ASCII)
#: Shapes that need no name.
SHAPES: Final = (
    (Kind.KEY, re.compile(r"\b(?:authsim|otpauth)://[^\s\"'<>]{8,2048}|-----BEGIN [A-Z ]{0,20}PRIVATE KEY", re.ASCII)),
    (Kind.TOKEN, re.compile(r"\beyJ[A-Za-z0-9_-]{5,4096}\.[A-Za-z0-9_-]{0,4096}", re.ASCII)),
    (
        Kind.PERSONAL,
        re.compile(r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}\.[A-Za-z]{2,}", re.ASCII),
    ),
)


def read_text(members: dict[str, object]) -> str:
    """Return the text of a body, decoded when it is marked as base64, as far as it is searched."""
    text = members.get("text")
    if type(text) is not str:
        return ""
    if members.get("encoding") == "base64":
        try:
            return base64.b64decode(text[: _MOST_SEARCHED // 4 * 4], validate=True).decode("utf-8", "replace")
        except (ValueError, binascii.Error):
            return text[:_MOST_SEARCHED]
    return text[:_MOST_SEARCHED]


def find_fields(text: str) -> Iterator[tuple[str, str]]:
    """Yield the named values of a form, a JSON text, a multipart body or a page, at most 1,000."""
    for name, value in islice(_all_fields(text), _MOST_FIELDS):
        yield name.lower(), value


def _all_fields(text: str) -> Iterator[tuple[str, str]]:
    if "=" in text and "\n" not in text.strip() and "<" not in text and not text.lstrip().startswith(("{", "[")):
        for part in text.split("&", _MOST_FIELDS):
            name, _, value = part.partition("=")
            yield unquote_plus(name[:64]), unquote_plus(value[:4_096])
    for match in _PAIR.finditer(text):
        yield match[1], match[2] or match[3] or ""
    for match in _PART.finditer(text):
        yield match[1], match[2]
    for element in _INPUT.finditer(text):
        named, valued = _NAME.search(element[0]), _VALUE.search(element[0])
        if named is not None and valued is not None:
            yield named[1], valued[1]
    for match in _CLASSED.finditer(text):
        yield match[1], match[2].strip()


def note_body(scrubber: Scrubber, text: str, place: str) -> None:
    """Count the secrets of a body by their kinds, and the body itself."""
    scrubber.note(Kind.BODY, place)
    for name, value in find_fields(text):
        if name in NAMED and value:
            scrubber.note(NAMED[name], place)
    for kind, shape in SHAPES:
        count = sum(1 for _ in shape.finditer(text))
        if count:
            scrubber.note(kind, place, count)


def keep_words(scrubber: Scrubber, text: str) -> str | None:
    """Return the simulator's own words of a JSON answer (`error`, `state`), or None when there is none of them."""
    if len(text) > _MOST_KEPT or not text.startswith("{"):
        return None
    try:
        members = json.loads(text)
    except (ValueError, RecursionError):
        return None
    kept = {
        name: members[name]
        for name, words in KEPT_MEMBERS.items()
        if type(members.get(name)) is str and members[name] in words and not scrubber.was_secret(members[name])
    }
    return json.dumps(kept, separators=(",", ":")) if kept else None
