"""The drop-in gateway folder: what a program that starts and ends its gateway itself finds in place of the real one.

It holds a script that becomes the portal, so that the process which such a program finds and ends is the portal itself.
Nothing secret lies in it, and nothing that somebody changed is written over. What is made here is its owner's alone,
because whoever may change the script is started by a program that holds a password.
"""

import hashlib
import os
import shlex
import shutil
import stat
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from authsim.terminal.outcome import IO, USAGE, CommandError

_SCRIPT: Final = Path("bin", "run.sh")
_SETTINGS: Final = Path("root", "conf.yaml")
_MADE_HERE: Final = "# Written by 'authsim gateway --make-folder', which writes it anew unless somebody changed it: "
_CONF: Final = """\
# The programs that this folder is for copy a conf.yaml of their user's here. AuthSim reads nothing of it: its port,
# https and everything else stand in bin/run.sh, which 'authsim gateway --make-folder' writes.
{}
"""
_MOST_BYTES: Final = 64 * 1024
_MARK_LETTERS: Final = 12
_PRIVATE: Final = stat.S_IRWXU
#: Every setting of such a program's, whatever it is called: passwords, keys, tokens in headers, secrets of an app.
_FORGET: Final = r"unset $(env | sed -n 's/^\(IBEAM_[A-Za-z0-9_]*\)=.*/\1/p')"


def mark_of(folder: Path) -> str:
    """Return a word that stands in the command line of this folder's portal, and of no other process.

    `folder`: its absolute path, links resolved.
    """
    digest = hashlib.sha256(os.fsencode(folder)).hexdigest()
    return f"authsim-gateway-{digest[:_MARK_LETTERS]}"


def make_folder(folder: Path, command: Sequence[str]) -> None:
    """Make the folder, or let the one that was made here start `command` from now on; whole or not at all.

    An empty folder is filled where it is: it keeps its owner and mode, and may be one that is mounted.
    Raises `CommandError` for a folder of somebody else's, for a script that was changed, and where it cannot be made.
    """
    try:
        if not folder.exists():
            _make(folder, _compose(command))
        elif folder.is_dir() and not any(folder.iterdir()):
            _fill(folder, _compose(command))
        elif _is_ours(folder):
            _replace(folder / _SCRIPT, _compose(command))
        else:
            raise CommandError(
                USAGE, f"{folder} holds something else, or its bin/run.sh was changed. Name a new folder"
            )
    except OSError as error:
        raise CommandError(IO, f"{folder} cannot be written: {(error.strerror or 'refused').lower()}") from None


def _compose(command: Sequence[str]) -> bytes:
    """Return the script. What a login program was given to log in with is none of the portal's business."""
    lines = (
        "# The portal takes the place of this shell: whoever ends the process that was found ends the portal.",
        _FORGET,
        f"exec {shlex.join(command)}",
    )
    body = os.fsencode("".join(f"{line}\n" for line in lines))
    return f"#!/bin/sh\n{_MADE_HERE}{_digest(body)}\n".encode() + body


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:16]


def _is_ours(folder: Path) -> bool:
    """Say whether the script of a folder is as it was written here."""
    script = folder / _SCRIPT
    if not folder.is_dir() or not script.is_file() or script.is_symlink():
        return False
    with script.open("rb") as file:
        content = file.read(_MOST_BYTES)
    _, _, rest = content.partition(b"\n")
    head, _, body = rest.partition(b"\n")
    return head == f"{_MADE_HERE}{_digest(body)}".encode()


def _make(folder: Path, script: bytes) -> None:
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        aside = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    except OSError as error:
        why = (error.strerror or "refused").lower()
        parent = folder.parent
        raise CommandError(IO, f"no folder can be made in {parent}: {why}. Name a place of your own") from None
    try:
        _fill(aside, script)
        aside.rename(folder)
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise


def _fill(folder: Path, script: bytes) -> None:
    """Put both files into an empty folder, the script last; it is empty again where that fails."""
    made = []
    try:
        for path in (_SETTINGS, _SCRIPT):
            (folder / path).parent.mkdir(mode=_PRIVATE)
            made.append((folder / path).parent)
        _replace(folder / _SETTINGS, _CONF.encode(), mode=stat.S_IRUSR | stat.S_IWUSR)
        _replace(folder / _SCRIPT, script)
    except BaseException:
        for path in made:
            shutil.rmtree(path, ignore_errors=True)
        raise


def _replace(path: Path, content: bytes, *, mode: int = _PRIVATE) -> None:
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with open(descriptor, "wb") as file:
            file.write(content)
            os.fchmod(descriptor, mode)
        os.replace(name, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise
