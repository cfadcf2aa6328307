"""Reading an OCRA suite (RFC 6287 section 6), and the two suites that this protocol uses.

The suite's text is itself part of what is computed, so one spelling is accepted and kept exactly. The computation is
not here.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Final, NamedTuple

from authsim.errors import MessageError

CLASSIC6: Final = "classic6"
STRICT10: Final = "strict10"

#: The suites of `authsim/1`: the name that messages, stores and URIs carry, and the text that transcripts carry.
SUITES: Final[Mapping[str, str]] = MappingProxyType(
    {CLASSIC6: "OCRA-1:HOTP-SHA256-8:QN06-S064", STRICT10: "OCRA-1:HOTP-SHA256-8:QN10"}
)

_SUITE: Final = re.compile(
    r"""
    OCRA-1
    : HOTP-(?P<algorithm>SHA1|SHA256|SHA512)-(?P<digits>0|[4-9]|10)
    : (?P<counter>C-)?
      Q(?P<form>[ANH])(?P<length>0[4-9]|[1-5][0-9]|6[0-4])
      (?P<pin>-P(?P<pin_algorithm>SHA1|SHA256|SHA512)?)?
      (?P<session>-S(?P<session_length>[0-9]{3})?)?
      (?P<time>-T(?:(?P<steps>[1-9]|[1-5][0-9])(?P<unit>[SM])|(?P<hours>[1-9]|[1-3][0-9]|4[0-8])H)?)?
    """,
    re.ASCII | re.VERBOSE,
)
_LONGEST: Final = 64  # the longest legal suite has 46 characters
_SECONDS: Final = MappingProxyType({"S": 1, "M": 60})


class OcraSuite(NamedTuple):
    """A suite, taken apart. A tuple and not a dataclass: a phone that computes one response imports little.

    `digits` is 0 (no truncation) or 4 to 10; `question_form` is A, N or H; `question_length` counts characters;
    `pin_algorithm`, `session_bytes` and `time_step_seconds` are None when the suite has no such input.
    """

    text: str
    algorithm: str
    digits: int
    has_counter: bool
    question_form: str
    question_length: int
    pin_algorithm: str | None
    session_bytes: int | None
    time_step_seconds: int | None


@lru_cache(maxsize=64)
def parse_suite(text: str) -> OcraSuite:
    """Return the suite that `text` spells, or raise `MessageError`.

    Omitted lengths take the defaults of RFC 6287 section 6.3: `P` is PSHA1, `S` is S064, `T` is T1M. A bare `Q` is
    refused, because its meaning would be guessed, and so is a time step of zero (`T0H`).
    """
    found = _SUITE.fullmatch(text) if len(text) <= _LONGEST else None
    if found is None:
        raise MessageError("not an OCRA suite of RFC 6287")
    session_bytes = int(found["session_length"] or 64) if found["session"] else None
    if session_bytes == 0:
        raise MessageError("a session of no bytes is not an input")
    return OcraSuite(
        text=text,
        algorithm=found["algorithm"],
        digits=int(found["digits"]),
        has_counter=found["counter"] is not None,
        question_form=found["form"],
        question_length=int(found["length"]),
        pin_algorithm=(found["pin_algorithm"] or "SHA1") if found["pin"] else None,
        session_bytes=session_bytes,
        time_step_seconds=_time_step_seconds(found) if found["time"] else None,
    )


def _time_step_seconds(found: re.Match[str]) -> int:
    if found["hours"]:
        return int(found["hours"]) * 3600
    if found["steps"]:
        return int(found["steps"]) * _SECONDS[found["unit"]]
    return 60


def require_suite_name(text: object) -> str:
    """Return the name of a suite of this protocol, from its name or from its OCRA text."""
    for name, ocra in SUITES.items():
        if text in (name, ocra):
            return name
    raise MessageError("the suite is classic6 or strict10")


def suite_text(name: str) -> str:
    """Return the OCRA text of a named suite; an unknown name is a `MessageError`."""
    return SUITES[require_suite_name(name)]
