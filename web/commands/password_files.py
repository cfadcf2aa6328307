"""Reading a password that stands alone in a file."""

from pathlib import Path
from typing import Final

from authsim.secret import Secret
from authsim.terminal.outcome import IO, MALFORMED, CommandError

_MOST_BYTES: Final = 4096


def read_password_file(path: Path) -> Secret:
    """Return the content without one trailing newline. Raises `CommandError` naming the file, never its content."""
    try:
        with path.open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise CommandError(
            IO, f"{path} cannot be read: {(error.strerror or 'refused').lower()}. Check the path"
        ) from None
    content = content.removesuffix(b"\n").removesuffix(b"\r")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        raise CommandError(MALFORMED, f"{path} is not UTF-8 text. Put the password alone into it") from None
    if len(content) > _MOST_BYTES or "\n" in text or "\0" in text:
        raise CommandError(MALFORMED, f"{path} holds more than one line. Put the password alone into it")
    return Secret(text)
