"""The drop-in gateway folder: what a program that starts and ends its gateway itself finds in place of the real one.

It holds a script that becomes the portal, so that the process which such a program finds and ends is the portal itself.
Nothing secret lies in it, and nothing that somebody changed is written over.
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
_EXECUTABLE: Final = stat.S_IRWXU | stat.S_IRGRP | stat.S_IXGRP | stat.S_IROTH | stat.S_IXOTH


def mark_of(folder: Path) -> str:
    """Return a word that stands in the command line of this folder's portal, and of no other process.

    `folder`: its absolute path, links resolved.
    """
    digest = hashlib.sha256(os.fsencode(folder)).hexdigest()
    return f"authsim-gateway-{digest[:_MARK_LETTERS]}"


def make_folder(folder: Path, command: Sequence[str]) -> None:
    """Make the folder, or let the one that was made here start `command` from now on; whole or not at all.

    Raises `CommandError` for a folder of somebody else's, for a script that was changed, and where it cannot be made.
    """
    try:
        if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
            _make(folder, _compose(command))
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
        "unset IBEAM_ACCOUNT IBEAM_PASSWORD IBEAM_KEY",
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
    folder.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        for path, content in ((_SETTINGS, _CONF.encode()), (_SCRIPT, script)):
            (aside / path).parent.mkdir()
            (aside / path).write_bytes(content)
        (aside / _SCRIPT).chmod(_EXECUTABLE)
        aside.rename(folder)  # over an empty folder, or none
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise


def _replace(path: Path, content: bytes) -> None:
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with open(descriptor, "wb") as file:
            file.write(content)
            os.fchmod(descriptor, _EXECUTABLE)
        os.replace(name, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise
