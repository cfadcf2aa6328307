"""Reading a HAR file of unknown origin: strictly, and within bounds that are known before anything is built.

Sizes, strings, values and depth are counted on the text itself, so that a bomb costs no more than the reading of its
bytes. What the values mean is not judged here: nothing of them leaves before `sanitising` has decided about it.
"""

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NoReturn, cast

from authsim.errors import MessageError

MOST_BYTES: Final = 10 * 1024 * 1024
MOST_ENTRIES: Final = 5_000
MOST_DEPTH: Final = 32
MOST_STRING: Final = 256 * 1024
#: Objects and arrays, and values, of a whole file: what 10 MiB may become in memory stays far below 200 MiB.
MOST_CONTAINERS: Final = 200_000
MOST_VALUES: Final = 700_000
#: Values and names of members together.
MOST_STRINGS: Final = 1_400_000
MOST_PAGES: Final = 1_000

#: Bodies may be longer than any other string: they are dropped whole.
_BODIES: Final = frozenset({"text", "data"})
_BOM: Final = "\ufeff"
# A string that does not end is taken too: to look for its end again from each quotation mark would be quadratic.
_STRING: Final = re.compile(r'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)
_BRACKET: Final = re.compile(r"[\[\]{}]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Har:
    """A file that was read: its `log`, and how many bytes it had. It holds whatever the browser did: never print it."""

    log: Mapping[str, object] = field(repr=False)
    size: int

    @property
    def entries(self) -> Sequence[Mapping[str, object]]:
        """The requests, in the order of the file."""
        return cast("Sequence[Mapping[str, object]]", self.log["entries"])

    @property
    def pages(self) -> Sequence[Mapping[str, object]]:
        """The pages, in the order of the file."""
        return cast("Sequence[Mapping[str, object]]", self.log.get("pages", ()))


def read_har(data: bytes) -> Har:
    """Return what a HAR file holds. Raises `MessageError`, whose text names the rule and never the value."""
    if len(data) > MOST_BYTES:
        raise MessageError("a HAR file has at most 10 MiB")
    try:
        text = data.decode("utf-8").removeprefix(_BOM)
    except UnicodeDecodeError:
        raise MessageError("a HAR file is UTF-8") from None
    _require_modest(text)
    value = _parse(text)
    log = value.get("log") if type(value) is dict else None
    if type(log) is not dict:
        raise MessageError("a HAR file is a JSON object with an object named log")
    _require_listed(log.get("entries"), most=MOST_ENTRIES, what="entries")
    if "pages" in log:
        _require_listed(log["pages"], most=MOST_PAGES, what="pages")
    if not all(type(entry.get("request")) is dict for entry in log["entries"]):
        raise MessageError("each entry of a HAR file has a request")
    return Har(log=log, size=len(data))


def _require_modest(text: str) -> None:
    """Refuse what would become large or deep, before anything of it is built."""
    # Not every quotation mark begins or ends a string, but half of those that follow no backslash do at most.
    if text.count('"') - text.count('\\"') > 2 * MOST_STRINGS:
        raise MessageError(f"a HAR file has at most {MOST_STRINGS} strings")
    skeleton = _STRING.sub("", text)
    if skeleton.count("{") + skeleton.count("[") > MOST_CONTAINERS:
        raise MessageError(f"a HAR file has at most {MOST_CONTAINERS} objects and arrays")
    if skeleton.count(",") > MOST_VALUES:
        raise MessageError(f"a HAR file has at most {MOST_VALUES} values")
    depth = 0
    for bracket in _BRACKET.finditer(skeleton):
        depth += 1 if bracket[0] in "[{" else -1
        if depth > MOST_DEPTH:
            raise MessageError(f"a HAR file nests at most {MOST_DEPTH} levels")


def _parse(text: str) -> object:
    try:
        value: object = json.loads(text, object_pairs_hook=_read_members, parse_constant=_refuse_constant)
    except ValueError:  # of JSON, or a number of thousands of digits
        raise MessageError("a HAR file is JSON") from None
    return value


def _read_members(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise MessageError("a member stands once")
    for name, value in pairs:
        if type(value) is list:
            for item in value:
                _require_plain(name, item)
        else:
            _require_plain(name, value)
        if len(name) > MOST_STRING:
            raise MessageError("a string of a HAR file has at most 256 KiB, unless it is a body")
    return members


def _require_plain(name: str, value: object) -> None:
    if type(value) is str:
        if len(value) > MOST_STRING and name not in _BODIES:
            raise MessageError("a string of a HAR file has at most 256 KiB, unless it is a body")
    elif type(value) is float and not math.isfinite(value):
        _refuse_constant("")


def _refuse_constant(_: str) -> NoReturn:
    raise MessageError("a number is finite")


def _require_listed(value: object, *, most: int, what: str) -> None:
    """Refuse anything but an array of at most `most` objects."""
    if type(value) is not list or not all(type(item) is dict for item in value):
        raise MessageError(f"the {what} of a HAR file are an array of objects")
    if len(value) > most:
        raise MessageError(f"a HAR file has at most {most:,} {what}")
