"""A user name and a password, asked again by a phone that has a session: what *Change PIN* on Android wants."""

from dataclasses import dataclass

from authsim.protocol.encodings import require_text
from authsim.protocol.members import MOST_LABEL_BYTES, format_members, parse_members, require_password
from authsim.secret import Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """The first factor."""

    username: str
    password: Secret


def format_credentials(credentials: Credentials) -> str:
    """Return the JSON of the question."""
    return format_members({"username": credentials.username, "password": credentials.password.reveal_text()})


def parse_credentials(body: bytes) -> Credentials:
    """Return who asks, or raise `MessageError`."""
    members = parse_members(body, {"username", "password"})
    return Credentials(
        username=require_text(members["username"], most_bytes=MOST_LABEL_BYTES),
        password=require_password(members["password"]),
    )


def format_credentials_reply() -> str:
    """Return the JSON of *right*; anything else is an error."""
    return format_members({})


def parse_credentials_reply(body: bytes) -> None:
    """Return when the answer says *right*, or raise `MessageError`."""
    parse_members(body, set())
