"""What the sensitive places of a file hold, so that it is known again where it looks like a plain word.

A user name in a form is a user name in an address, and a password stays one in a header's name.
"""

from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import unquote_plus, urlsplit

from authsim.evidence.bodies import find_fields, read_text
from authsim.evidence.reading import Har
from authsim.evidence.report import Kind
from authsim.evidence.scrubbing import FEWEST_CHARACTERS
from authsim.evidence.vocabulary import KEPT_MEMBERS, NAMED, VAGUE

_NOT_SECRET: Final = frozenset().union(*KEPT_MEMBERS.values()) | {"true", "false", "null", "none", "undefined"}


def gather_secrets(har: Har) -> frozenset[str]:
    """Return the values of a file's cookies, credentials, and fields with a telling name, in small letters."""
    found: set[str] = set()
    for entry in har.entries:
        for value in _of_entry(entry):
            word = value.strip().lower()
            if len(word) >= FEWEST_CHARACTERS and word not in _NOT_SECRET:
                found.add(word)
    return frozenset(found)


def members_of(value: object) -> dict[str, object]:
    """Return the members of an object; anything else has none."""
    return value if type(value) is dict else {}


def objects_of(value: object) -> list[dict[str, object]]:
    """Return the objects of an array; anything else has none."""
    return [item for item in value if type(item) is dict] if type(value) is list else []


def text_of(value: object) -> str:
    """Return a text; anything else is empty."""
    return value if type(value) is str else ""


def _of_entry(entry: Mapping[str, object]) -> Iterator[str]:
    request, response = members_of(entry.get("request")), members_of(entry.get("response"))
    post, content = members_of(request.get("postData")), members_of(response.get("content"))
    yield from (value for name, value in find_fields(read_text(post)) if name in NAMED)
    yield from (value for name, value in find_fields(read_text(content)) if name in NAMED and name not in VAGUE)
    yield from _of_pairs(objects_of(post.get("params")))
    yield from _of_pairs(objects_of(request.get("queryString")))
    yield from _of_address(text_of(request.get("url")))
    yield from _of_address(text_of(response.get("redirectURL")))
    for message in (request, response):
        yield from (text_of(cookie.get("value")) for cookie in objects_of(message.get("cookies")))
        yield from _of_headers(message)


def _of_headers(message: dict[str, object]) -> Iterator[str]:
    for header in objects_of(message.get("headers")):
        name, value = text_of(header.get("name")).lower(), text_of(header.get("value"))
        if name in ("cookie", "set-cookie"):
            yield from (part.partition("=")[2] for part in value.split(";", 64))
        elif NAMED.get(name) not in (None, Kind.ADDRESS):
            yield value
            yield value.rpartition(" ")[2]


def _of_pairs(pairs: list[dict[str, object]]) -> Iterator[str]:
    for pair in pairs:
        if text_of(pair.get("name")).lower() in NAMED:
            yield unquote_plus(text_of(pair.get("value")))


def _of_address(address: str) -> Iterator[str]:
    try:
        parts = urlsplit(address)
    except ValueError:
        return
    for part in f"{parts.query}&{parts.fragment}".split("&", 256):
        name, _, value = part.partition("=")
        if unquote_plus(name).lower() in NAMED:
            yield unquote_plus(value)
    yield from unquote_plus(parts.netloc.rpartition("@")[0]).split(":")
