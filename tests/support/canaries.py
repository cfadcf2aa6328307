"""Looking for secrets where none may be: every form in which a secret could have been written down, in every file."""

import base64
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from urllib.parse import quote_from_bytes

#: Digits no longer than this stand in an instant or in an id by chance.
_FEW_DIGITS = 10


def forms_of(secret: bytes) -> dict[str, bytes]:
    """A secret in clear, hex, base64 at each of its three alignments, URL-encoded, and UTF-16."""
    text = secret.decode("latin-1")
    forms = {
        "clear": secret,
        "hex": secret.hex().encode(),
        "HEX": secret.hex().upper().encode(),
        "url": quote_from_bytes(secret, safe="").encode(),
        "utf-16-le": text.encode("utf-16-le"),
        "utf-16-be": text.encode("utf-16-be"),
    }
    for shift in range(3):
        # Characters at both ends also hold bits of what stands around: they are cut off.
        whole = base64.b64encode(bytes(shift) + secret)
        inner = whole[-(-shift * 8 // 6) : (shift + len(secret)) * 8 // 6]
        forms[f"base64+{shift}"] = inner
        forms[f"base64url+{shift}"] = inner.translate(bytes.maketrans(b"+/", b"-_"))
    return forms


def files_below(*places: Path) -> Iterator[tuple[str, bytes]]:
    """Every file below these places, with its content."""
    for place in places:
        for file in sorted(place.rglob("*")) if place.is_dir() else [place]:
            if file.is_file() and not file.is_symlink():
                yield str(file), file.read_bytes()


def process_table(*pids: int) -> Iterator[tuple[str, bytes]]:
    """What anybody may see of a process, and what its children inherit."""
    for pid in pids:
        for name in ("cmdline", "environ"):
            yield f"/proc/{pid}/{name}", (Path("/proc") / str(pid) / name).read_bytes()


def stands_in(spelt: bytes, text: bytes) -> bool:
    """Whether a secret, spelt so, stands in a text; a few digits only where they are no part of a number or an id."""
    if spelt.isdigit() and len(spelt) <= _FEW_DIGITS:
        return re.search(rb"(?<![0-9A-Fa-f.])" + spelt + rb"(?![0-9A-Fa-f])", text) is not None
    return spelt in text


def find(secrets: Mapping[str, bytes], places: Iterable[tuple[str, bytes]]) -> list[str]:
    """Every secret found, as `name (form) in place`."""
    wanted = [(name, form, text) for name, secret in secrets.items() for form, text in forms_of(secret).items()]
    return [
        f"{name} ({form}) in {place}" for place, content in places for name, form, text in wanted if text in content
    ]
