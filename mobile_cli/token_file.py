"""The file with the token of `authkey serve`: made where there is none, and believed only while it is private."""

import os
import re
import stat
from typing import TYPE_CHECKING, Final

from authsim.protocol.encodings import format_b64u
from authsim.secret import Secret
from mobile_cli.exits import Exit, PhoneError
from mobile_cli.files import FILE_MODE, require_private

if TYPE_CHECKING:
    from authsim.ports import Entropy

_TOKEN_BYTES: Final = 32
_MOST_BYTES: Final = 256
_TOKEN: Final = re.compile(rb"[A-Za-z0-9_-]{32,128}")
_FLAGS: Final = os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK


def require_token(path: str, *, entropy: "Entropy") -> Secret:
    """Return the token that stands in the file, one trailing newline aside; make both where there is no file.

    A link, somebody else's file, and one that others may read are `REFUSED`; what is no token is `MALFORMED`. The
    folder of the file is not made: `IO`.
    """
    if not os.path.lexists(path):
        _make(path, Secret(format_b64u(entropy.token_bytes(_TOKEN_BYTES))))
    return _read(path)


def _make(path: str, token: Secret) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _FLAGS, FILE_MODE)
    except FileNotFoundError:
        raise PhoneError(Exit.IO, "no_token_folder", path=os.path.dirname(path)) from None
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(token.reveal() + b"\n")


def _read(path: str) -> Secret:
    if os.path.islink(path):
        raise PhoneError(Exit.REFUSED, "unsafe_link", path=path)
    descriptor = os.open(path, os.O_RDONLY | _FLAGS)
    try:
        require_private(os.fstat(descriptor), path, is_kind=stat.S_ISREG, mode="600")
        token = os.read(descriptor, _MOST_BYTES).removesuffix(b"\n").removesuffix(b"\r")
    finally:
        os.close(descriptor)
    if not _TOKEN.fullmatch(token):
        raise PhoneError(Exit.MALFORMED, "bad_token_file", path=path)
    return Secret(token)
