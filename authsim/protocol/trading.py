"""The trading device's own messages: credentials in, a challenge out; a response in, a session out; and signing out.

The device that signs in to trade is another one than the phone that answers: nothing here is signed. A user who has
opted out of the secure login system gets the session for the credentials.
"""

import re
from dataclasses import dataclass
from typing import Final

from authsim.errors import MessageError
from authsim.protocol.encodings import parse_json_object, require_integer, require_text
from authsim.protocol.members import (
    MOST_LABEL_BYTES,
    format_members,
    parse_members,
    require_password,
    require_token,
)
from authsim.secret import Secret

MOST_TYPED_BYTES: Final = 64

_CHALLENGE: Final = re.compile(r"[0-9]{6}|[0-9]{10}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class TradingLogin:
    """The first factor, typed into the trading device."""

    username: str
    password: Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class TradingChallenge:
    """What the phone is to answer, until `exp` (milliseconds since the epoch). `token` belongs to this one login."""

    token: Secret
    challenge: str
    exp: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TradingResponse:
    """The response code as it was typed; how it must look is judged where it is counted."""

    token: Secret
    response: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TradingEntry:
    """Signed in: as whom, and the token of the session."""

    user_label: str
    session: Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class TradingSignOut:
    """The session that is to end."""

    session: Secret


def format_trading_login(login: TradingLogin) -> str:
    """Return the JSON of the first message."""
    return format_members({"username": login.username, "password": login.password.reveal_text()})


def parse_trading_login(body: bytes) -> TradingLogin:
    """Return who wants to trade, or raise `MessageError`."""
    members = parse_members(body, {"username", "password"})
    return TradingLogin(
        username=require_text(members["username"], most_bytes=MOST_LABEL_BYTES),
        password=require_password(members["password"]),
    )


def format_trading_challenge(challenge: TradingChallenge) -> str:
    """Return the JSON of the answer to credentials that are right."""
    return format_members(
        {"token": challenge.token.reveal_text(), "challenge": challenge.challenge, "exp": challenge.exp}
    )


def parse_trading_challenge(body: bytes) -> TradingChallenge:
    """Return what is to be answered, or raise `MessageError`."""
    members = parse_members(body, {"token", "challenge", "exp"})
    challenge = members["challenge"]
    if type(challenge) is not str or not _CHALLENGE.fullmatch(challenge):
        raise MessageError("a challenge has 6 or 10 digits")
    return TradingChallenge(
        token=require_token(members["token"]), challenge=challenge, exp=require_integer(members["exp"])
    )


def parse_trading_answer(body: bytes) -> TradingChallenge | TradingEntry:
    """Return the answer to credentials that are right: what is to be answered, or who is signed in without that.

    Raises `MessageError`.
    """
    members = parse_json_object(body)
    return parse_trading_entry(body) if "session" in members else parse_trading_challenge(body)


def format_trading_response(response: TradingResponse) -> str:
    """Return the JSON of the second message."""
    return format_members({"token": response.token.reveal_text(), "response": response.response})


def parse_trading_response(body: bytes) -> TradingResponse:
    """Return the response, or raise `MessageError`."""
    members = parse_members(body, {"token", "response"})
    return TradingResponse(
        token=require_token(members["token"]),
        response=require_text(members["response"], most_bytes=MOST_TYPED_BYTES),
    )


def format_trading_entry(entry: TradingEntry) -> str:
    """Return the JSON of the answer to a right response, or to the credentials of a user who has opted out."""
    return format_members({"user_label": entry.user_label, "session": entry.session.reveal_text()})


def parse_trading_entry(body: bytes) -> TradingEntry:
    """Return who is signed in, or raise `MessageError`."""
    members = parse_members(body, {"user_label", "session"})
    return TradingEntry(
        user_label=require_text(members["user_label"], most_bytes=MOST_LABEL_BYTES),
        session=require_token(members["session"]),
    )


def format_trading_sign_out(sign_out: TradingSignOut) -> str:
    """Return the JSON of the last message."""
    return format_members({"session": sign_out.session.reveal_text()})


def parse_trading_sign_out(body: bytes) -> TradingSignOut:
    """Return which session is to end, or raise `MessageError`."""
    return TradingSignOut(session=require_token(parse_members(body, {"session"})["session"]))


def format_trading_done() -> str:
    """Return the JSON that says that the session is over."""
    return format_members({})


def parse_trading_done(body: bytes) -> None:
    """Return when the session is over, or raise `MessageError`."""
    parse_members(body, set())
