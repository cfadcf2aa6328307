"""The camera: what the person points it at becomes an activation URI, or the code of a typed Session ID.

A text, a picture file, standard input, the clipboard or the screen. Foreign codes are refused: this phone reads
AuthSim's and nothing else.
"""

import os
import re
from typing import TYPE_CHECKING, Final

from authsim.errors import MessageError
from authsim.protocol.activation_uri import ActivationUri, parse_activation_uri, parse_session_id
from authsim.secret import Secret
from mobile_cli.exits import Exit, PhoneError

if TYPE_CHECKING:
    from PIL.Image import Image

MOST_PICTURE_BYTES: Final = 32 * 1024 * 1024
_MOST_TEXT_BYTES: Final = 4096
_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:", re.ASCII)
_PICTURE_NAMES: Final = (".png", ".jpg", ".jpeg")
_PICTURES: Final = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")

Scanned = ActivationUri | Secret


def scan_argument(source: str) -> Scanned:
    """Return what the argument of `activate` means: a text, or the name of a file."""
    if source.startswith("authsim:"):
        return _read_text(source)
    if not os.path.exists(source) and _SCHEME.match(source):
        raise PhoneError(Exit.MALFORMED, "foreign_code")
    if os.path.exists(source) or "/" in source or source.lower().endswith(_PICTURE_NAMES):
        with open(source, "rb") as stream:
            return scan_bytes(stream.read(MOST_PICTURE_BYTES + 1))
    try:
        return parse_session_id(source.strip())
    except MessageError:
        raise PhoneError(Exit.MALFORMED, "no_source", source=source) from None


def scan_bytes(content: bytes) -> Scanned:
    """Return what a file, standard input or the clipboard holds: a picture or a text."""
    if content.startswith(_PICTURES):
        from mobile_cli.camera import open_picture

        return scan_picture(open_picture(content))
    head = content.removeprefix(b"\xef\xbb\xbf").lstrip()[:16].lower()
    if head.startswith((b"<svg", b"<?xml", b"<!doctype svg")):
        raise PhoneError(Exit.MALFORMED, "svg")
    try:
        text = content.decode("utf-8") if len(content) <= _MOST_TEXT_BYTES else ""
    except UnicodeDecodeError:
        text = ""
    if not text.strip():
        raise PhoneError(Exit.MALFORMED, "not_a_picture")
    return _read_text(text.strip())


def scan_picture(picture: "Image") -> Scanned:
    """Return the one activation code in a picture."""
    from mobile_cli.camera import read_codes

    texts = read_codes(picture)
    if not texts:
        raise PhoneError(Exit.MALFORMED, "no_code_seen")
    ours = {text for text in texts if text.startswith("authsim:")}
    if len(ours) > 1:
        raise PhoneError(Exit.MALFORMED, "several_codes")
    return _read_text(ours.pop() if ours else texts[0])


def _read_text(text: str) -> Scanned:
    try:
        if _SCHEME.match(text):
            return parse_activation_uri(text)
        return parse_session_id(text)
    except MessageError:
        raise PhoneError(Exit.MALFORMED, "foreign_code") from None
