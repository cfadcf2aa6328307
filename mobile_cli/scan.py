"""The camera: what the person points it at becomes an activation URI, a Session ID's code, a login URI, or a card.

A text, a picture file, standard input, the clipboard or the screen. Foreign codes are refused: this phone reads
AuthSim's and nothing else. `read` says which of AuthSim's are wanted.
"""

import os
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, TypeVar

from authsim.errors import MessageError
from authsim.protocol.activation_uri import ActivationUri, parse_activation_uri, parse_session_id
from authsim.protocol.card_uri import CardUri, parse_card_uri
from authsim.protocol.login_uri import LoginUri, parse_login_uri
from authsim.secret import Secret
from mobile_cli.exits import Exit, PhoneError

if TYPE_CHECKING:
    from PIL.Image import Image

MOST_PICTURE_BYTES: Final = 32 * 1024 * 1024
_MOST_TEXT_BYTES: Final = 4096
_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:", re.ASCII)
_PICTURE_NAMES: Final = (".png", ".jpg", ".jpeg")
_LOGIN: Final = "authsim://login/"
_ACTIVATION: Final = "authsim://activate/"
_LETTER: Final = "authsim://card/"
_PICTURES: Final = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")

Scanned = ActivationUri | Secret
T = TypeVar("T")


def scan_argument(source: str) -> Scanned:
    """Return the activation that an argument means: a text, or the name of a file."""
    return find_in_argument(source, read_activation)


def scan_bytes(content: bytes) -> Scanned:
    """Return the activation that a file, standard input or the clipboard holds: a picture or a text."""
    return find_in_bytes(content, read_activation)


def scan_picture(picture: "Image") -> Scanned:
    """Return the one activation code in a picture."""
    return find_in_picture(picture, read_activation)


def find_in_argument(source: str, read: Callable[[str], T]) -> T:
    """Return what an argument means to `read`: a text, or the name of a file."""
    if source.startswith("authsim:"):
        return read(source)
    if not os.path.exists(source) and _SCHEME.match(source):
        return read(source)
    if os.path.exists(source) or "/" in source or source.lower().endswith(_PICTURE_NAMES):
        with open(source, "rb") as stream:
            return find_in_bytes(stream.read(MOST_PICTURE_BYTES + 1), read)
    try:
        return read(source.strip())
    except PhoneError:
        raise PhoneError(Exit.MALFORMED, "no_source", source=source) from None


def find_in_bytes(content: bytes, read: Callable[[str], T]) -> T:
    """Return what a file, standard input or the clipboard means to `read`: a picture or a text."""
    if content.startswith(_PICTURES):
        from mobile_cli.camera import open_picture

        return find_in_picture(open_picture(content), read)
    head = content.removeprefix(b"\xef\xbb\xbf").lstrip()[:16].lower()
    if head.startswith((b"<svg", b"<?xml", b"<!doctype svg")):
        raise PhoneError(Exit.MALFORMED, "svg")
    try:
        text = content.decode("utf-8") if len(content) <= _MOST_TEXT_BYTES else ""
    except UnicodeDecodeError:
        text = ""
    if not text.strip():
        raise PhoneError(Exit.MALFORMED, "not_a_picture")
    return read(text.strip())


def find_in_picture(picture: "Image", read: Callable[[str], T]) -> T:
    """Return what the one code in a picture means to `read`."""
    from mobile_cli.camera import read_codes

    texts = read_codes(picture)
    if not texts:
        raise PhoneError(Exit.MALFORMED, "no_code_seen")
    ours = {text for text in texts if text.startswith("authsim:")}
    if len(ours) > 1:
        raise PhoneError(Exit.MALFORMED, "several_codes")
    return read(ours.pop() if ours else texts[0])


def read_activation(text: str) -> Scanned:
    """Return the activation that a text names: a URI, or a typed Session ID."""
    if text.startswith((_LOGIN, _LETTER)):
        raise PhoneError(Exit.MALFORMED, "login_code" if text.startswith(_LOGIN) else "card_letter")
    try:
        return parse_activation_uri(text) if _SCHEME.match(text) else parse_session_id(text)
    except MessageError:
        raise PhoneError(Exit.MALFORMED, "foreign_code") from None


def read_login(text: str) -> LoginUri:
    """Return the login whose request a text names."""
    if text.startswith((_ACTIVATION, _LETTER)):
        raise PhoneError(Exit.MALFORMED, "activation_code" if text.startswith(_ACTIVATION) else "card_letter")
    try:
        return parse_login_uri(text)
    except MessageError:
        raise PhoneError(Exit.MALFORMED, "foreign_login") from None


def read_letter(text: str) -> CardUri:
    """Return the card that a letter holds: its URI alone, or as one word among others."""
    if text.startswith((_ACTIVATION, _LOGIN)):
        raise PhoneError(Exit.MALFORMED, "activation_code" if text.startswith(_ACTIVATION) else "login_code")
    words = [word for word in text.split() if word.startswith(_LETTER)]
    try:
        return parse_card_uri(words[0] if len(words) == 1 else text)
    except MessageError:
        raise PhoneError(Exit.MALFORMED, "foreign_letter") from None
