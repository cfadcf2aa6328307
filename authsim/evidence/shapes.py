"""What in a file has the shape of a token, a code or an identifier of ours: the store can then be asked about each."""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Final

from authsim.evidence.report import Cleaned
from authsim.evidence.sanitising import values_of

#: More would be no sanitised file of ours.
MOST_SHAPES: Final = 10_000
#: Each is looked for at every place, so that one inside a longer text is found too.
_SHAPES: Final = (
    re.compile(r"(?=([A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]))", re.ASCII),  # a session's, a login's or a phone's token
    re.compile(r"(?=([0-9a-f]{32}))", re.ASCII),  # an identifier
    re.compile(
        r"(?=((?:[0-9A-TV-Za-tv-z][ -]?){25}[0-9A-TV-Za-tv-z]))", re.ASCII
    ),  # an activation code, as a Session ID
    re.compile(r"(?=((?:[0-9A-HJKMNP-TV-Z]{4}[ -]?){3}[0-9A-HJKMNP-TV-Z]{4}))", re.ASCII),  # a temporary passcode
)
#: Words alone are no code of ours.
_DIGIT: Final = re.compile(r"[0-9]", re.ASCII)
_ADDRESS: Final = re.compile(r"(?:authsim|otpauth)://[^\s\"'<>]+", re.ASCII)


def token_shapes(cleaned: Cleaned) -> Sequence[str]:
    """Return every text of a file that has the shape of one of our tokens, each once."""
    found: dict[str, None] = {}
    for value in dict.fromkeys(values_of(json.loads(cleaned.har))):  # most values of a recording stand there often
        for text in _find(value):
            found[text] = None
            if len(found) >= MOST_SHAPES:
                return tuple(found)
    return tuple(found)


def _find(value: str) -> Iterator[str]:
    for shape in _SHAPES:
        yield from (match[1] for match in shape.finditer(value) if _DIGIT.search(match[1]))
    yield from _ADDRESS.findall(value)
