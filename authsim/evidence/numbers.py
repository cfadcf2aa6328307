"""Numbers and instants as the format has them: sizes, durations, statuses, times. What is none of these becomes `-1`.

A number has only the digits that somebody reads: of fractions three stay.
"""

import re
from datetime import datetime
from typing import Final

from authsim.evidence.scrubbing import Scrubber

UNKNOWN: Final = -1
#: What stands for an instant that could not be read: importers want one.
BEGINNING: Final = "1970-01-01T00:00:00.000Z"
_MOST_MS: Final = 10_000_000
_MOST_BYTES: Final = 1 << 40
_INSTANT: Final = re.compile(
    r"([12][0-9]{3}-[01][0-9]-[0-3][0-9])[Tt ]([0-2][0-9]:[0-5][0-9]:[0-6][0-9])(?:\.([0-9]{1,12}))?"
    r"([Zz]|[+-][0-2][0-9]:?[0-5][0-9])",
    re.ASCII,
)


def clean_duration(scrubber: Scrubber, value: object) -> float:
    """Return milliseconds, with at most three decimals."""
    if type(value) not in (int, float) or not isinstance(value, (int, float)) or not 0 <= value <= _MOST_MS:
        return UNKNOWN
    rounded = round(value, 3)
    return UNKNOWN if _was_secret(scrubber, rounded) else rounded


def clean_size(scrubber: Scrubber, value: object) -> int:
    """Return a number of bytes."""
    if type(value) is float and value.is_integer():
        value = int(value)
    if type(value) is not int or not 0 <= value <= _MOST_BYTES:
        return UNKNOWN
    return UNKNOWN if _was_secret(scrubber, value) else value


def clean_status(value: object) -> int:
    """Return a status of HTTP; 0 when there was no answer."""
    return value if type(value) is int and 100 <= value <= 599 else 0


def clean_instant(scrubber: Scrubber, value: object) -> str:
    """Return an instant of ISO 8601, in milliseconds."""
    match = _INSTANT.fullmatch(value) if type(value) is str else None
    if match is None:
        return BEGINNING
    kept = f"{match[1]}T{match[2]}.{(match[3] or '')[:3]:0<3}{match[4].upper()}"
    try:
        datetime.fromisoformat(kept)  # no calendar has a thirtieth of February
    except ValueError:
        return BEGINNING
    return BEGINNING if scrubber.holds_known(kept) else kept


def _was_secret(scrubber: Scrubber, value: float) -> bool:
    """Say whether a number is a code that stands elsewhere in the file."""
    return scrubber.was_secret(repr(int(value)) if value == int(value) else repr(value))
