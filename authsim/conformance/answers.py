"""How an adapter's JSON is read: what is needed must be there and of its kind, what is not known is left aside."""

import json
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from authsim.conformance.target import (
    ABILITIES,
    CONTRACT,
    MOST_WRONG,
    RESPOND,
    Abilities,
    Declined,
    Judged,
    MalformedAnswerError,
)
from authsim.errors import MessageError
from authsim.protocol.suite import parse_suite

MOST_BYTES: Final = 64 * 1024
_MOST_TEXT: Final = 1_000
_MOST_LIFE_MS: Final = 10**12
#: How many tries and wrong answers are handed in at most: a run has to end.
_MOST_TRIES: Final = 100
_MOST_LIMIT: Final = 1_000
_PURPOSE: Final = re.compile(r"[a-z][a-z0-9-]{0,31}", re.ASCII)
_HEX: Final = re.compile(r"(?:[0-9a-fA-F]{2})*", re.ASCII)


def parse_members(body: bytes, *, asked: str) -> Mapping[str, Any]:
    """Return the members of a JSON object; no body at all is an empty one. `asked` names the request in errors."""
    if len(body) > MOST_BYTES:
        raise MalformedAnswerError(f"{asked} was answered with more than {MOST_BYTES} bytes")
    try:
        members = json.loads(body.decode("utf-8")) if body.strip() else {}
    except (ValueError, RecursionError):
        raise MalformedAnswerError(f"{asked} was answered with something that is no JSON in UTF-8") from None
    if type(members) is not dict:
        raise MalformedAnswerError(f"{asked} was answered with JSON that is no object")
    return members


def parse_abilities(members: Mapping[str, Any], *, asked: str) -> Abilities:
    """Return what an adapter offers."""
    if members.get("contract") != CONTRACT:
        raise MalformedAnswerError(f"{asked} does not name the contract {CONTRACT}: this is no adapter for it")
    offers = _texts(members, "abilities", asked=asked)
    suite = _suite(members, asked=asked)
    if suite is None and RESPOND not in offers:
        raise MalformedAnswerError(f"{asked} offers neither the ability respond nor a suite that the kit computes")
    purposes = _purposes(members, "purposes", asked=asked) or ("log-in",)
    begins = _purposes(members, "begins", asked=asked) or purposes[:1]
    if not set(begins) <= set(purposes) or purposes[0] not in begins:
        raise MalformedAnswerError(f"{asked}: begins names purposes, and the first of them for certain")
    return Abilities(
        name=_words_of(members, "name", asked=asked),
        offers=frozenset(offers) & frozenset(ABILITIES),
        life_ms=_number(members, "life_ms", asked=asked, most=_MOST_LIFE_MS),
        tries=_number(members, "tries", asked=asked, most=_MOST_TRIES),
        most_wrong=_number(members, "most_wrong", asked=asked, most=_MOST_LIMIT) or MOST_WRONG,
        purposes=purposes,
        begins=begins,
        suite=suite,
        inputs=MappingProxyType(_inputs(members, purposes, suite, asked=asked)),
    )


def parse_key(members: Mapping[str, Any], *, asked: str) -> bytes:
    """Return the key of a user for whom the kit computes."""
    key = bytes.fromhex(_hex(members.get("key"), "key", asked=asked))
    if not key:
        raise MalformedAnswerError(f"{asked} was answered without a key, which the suite needs")
    return key


def parse_opened(members: Mapping[str, Any], *, login: str, asked: str) -> tuple[str, str] | Declined:
    """Return a login and its challenge, or that nothing was begun. Where `login` is known it need not be repeated."""
    if "refused" in members:
        return Declined(why=_words_of(members, "refused", asked=asked))
    challenge = text_of(members, "challenge", asked=asked)
    if not challenge:
        raise MalformedAnswerError(f"{asked} was answered with an empty challenge")
    return login or text_of(members, "login", asked=asked), challenge


def parse_response(members: Mapping[str, Any], *, asked: str) -> str:
    """Return what an authenticator answers."""
    response = text_of(members, "response", asked=asked)
    if not response:
        raise MalformedAnswerError(f"{asked} was answered with an empty response")
    return response


def parse_judged(members: Mapping[str, Any], *, asked: str) -> Judged:
    """Return what became of a response."""
    accepted = members.get("accepted")
    if type(accepted) is not bool:
        raise MalformedAnswerError(f"{asked} was answered without accepted, which is true or false")
    return Judged(accepted=accepted, why=_words_of(members, "why", asked=asked))


def text_of(members: Mapping[str, Any], name: str, *, asked: str) -> str:
    """Return a member that is text."""
    value = members.get(name)
    if type(value) is not str or len(value) > _MOST_TEXT:
        raise MalformedAnswerError(f"{asked} was answered without {name}, a text of at most {_MOST_TEXT} characters")
    return value


def _words_of(members: Mapping[str, Any], name: str, *, asked: str) -> str:
    """Return a member that people read, if it is there, without what would steer their terminal."""
    if name not in members:
        return ""
    text = text_of(members, name, asked=asked)
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in text)


def _texts(members: Mapping[str, Any], name: str, *, asked: str) -> tuple[str, ...]:
    value = members.get(name, [])
    if type(value) is not list or not all(type(item) is str for item in value):
        raise MalformedAnswerError(f"{asked}: {name} is a list of texts")
    return tuple(value)


def _purposes(members: Mapping[str, Any], name: str, *, asked: str) -> tuple[str, ...]:
    found = _texts(members, name, asked=asked)
    if len(set(found)) != len(found) or not all(_PURPOSE.fullmatch(purpose) for purpose in found):
        raise MalformedAnswerError(f"{asked}: {name} are different words of small letters, digits and hyphens")
    return found


def _number(members: Mapping[str, Any], name: str, *, asked: str, most: int) -> int | None:
    value = members.get(name)
    if value is not None and (type(value) is not int or not 1 <= value <= most):
        raise MalformedAnswerError(f"{asked}: {name} is a whole number from 1 to {most}")
    return value


def _hex(value: object, name: str, *, asked: str) -> str:
    if type(value) is not str or not _HEX.fullmatch(value):
        raise MalformedAnswerError(f"{asked}: {name} is hexadecimal, two digits for each byte")
    return value


def _suite(members: Mapping[str, Any], *, asked: str) -> str | None:
    value = members.get("suite")
    if value is None:
        return None
    try:
        suite = parse_suite(value) if type(value) is str else None
    except MessageError:
        suite = None
    if suite is None or suite.has_counter or suite.pin_algorithm or suite.time_step_seconds:
        raise MalformedAnswerError(f"{asked}: suite is one of RFC 6287 with a question, and a session at most")
    return suite.text


def _inputs(
    members: Mapping[str, Any], purposes: tuple[str, ...], suite: str | None, *, asked: str
) -> dict[str, bytes]:
    """Return the session bytes of each purpose, where the suite has such an input."""
    size = None if suite is None else parse_suite(suite).session_bytes
    if size is None:
        return {}
    given = members.get("inputs")
    if type(given) is not dict or not set(purposes) <= set(given):
        raise MalformedAnswerError(f"{asked}: inputs has the session of the suite for each purpose")
    found = {purpose: bytes.fromhex(_hex(given[purpose], "inputs", asked=asked)) for purpose in purposes}
    if any(len(session) > size for session in found.values()):
        raise MalformedAnswerError(f"{asked}: inputs has at most {size} bytes for each purpose")
    return found
