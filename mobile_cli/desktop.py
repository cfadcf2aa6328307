"""The desktop's clipboard and screen, through the tools that the desktop itself brings."""

import shutil
import subprocess
from typing import TYPE_CHECKING

from mobile_cli.exits import Exit, PhoneError

if TYPE_CHECKING:
    from PIL.Image import Image

_SECONDS = 10
# A picture first: what was copied from a page may be both.
_CLIPBOARDS = (
    ("wl-paste", "--no-newline", "--type", "image/png"),
    ("wl-paste", "--no-newline"),
    ("xclip", "-selection", "clipboard", "-target", "image/png", "-out"),
    ("xclip", "-selection", "clipboard", "-out"),
    ("pngpaste", "-"),
    ("pbpaste",),
)


def read_clipboard() -> bytes:
    """Return what was copied: a PNG picture, or text."""
    for tool in _CLIPBOARDS:
        if shutil.which(tool[0]):
            content = _run(tool)
            if content:
                return content
    raise PhoneError(Exit.IO, "no_clipboard")


def read_screen() -> "Image":
    """Return a picture of the whole screen."""
    from PIL import ImageGrab

    try:
        return ImageGrab.grab()
    except (OSError, subprocess.SubprocessError, SyntaxError, ValueError):
        raise PhoneError(Exit.IO, "no_screen") from None


def _run(tool: tuple[str, ...]) -> bytes:
    try:
        found = subprocess.run(tool, stdin=subprocess.DEVNULL, capture_output=True, timeout=_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return b""
    return found.stdout if found.returncode == 0 else b""
