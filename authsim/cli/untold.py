"""The note of a demo whose passwords were made and not told yet: whoever killed it before has never seen them."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

#: Where a demo keeps what is not the portal's: its phones, and this note.
PHONES: Final = "phones"
_NOTE: Final = "untold.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Untold:
    """Names of members who were made, and whether those who were there got new passwords."""

    made: tuple[str, ...] = ()
    renewed: bool = False


def note(folder: Path, *, made: Iterable[str] = (), renewed: bool = False) -> None:
    """Note, before it is done, what nobody was told yet."""
    (folder / PHONES).mkdir(mode=0o700, exist_ok=True)
    kept = find(folder)
    whole = Untold(made=tuple(sorted({*kept.made, *made})), renewed=kept.renewed or renewed)
    fresh = folder / PHONES / f"{_NOTE}.new"
    fresh.write_text(json.dumps(asdict(whole)), encoding="ascii")
    fresh.replace(folder / PHONES / _NOTE)


def find(folder: Path) -> Untold:
    """Return what was left untold; nothing when all is known."""
    try:
        found = json.loads((folder / PHONES / _NOTE).read_text(encoding="ascii"))
    except FileNotFoundError:
        return Untold()
    return Untold(made=tuple(found["made"]), renewed=found["renewed"])


def forget(folder: Path) -> None:
    """Note that everything was told."""
    (folder / PHONES / _NOTE).unlink(missing_ok=True)
