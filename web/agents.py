"""Names a program from what it says of itself, for the user's own pages: `Firefox 128 · Windows`.

A `User-Agent` is anybody's text: it names, it proves nothing. Where no name is known, its first word is shown.
"""

import re
from typing import Final

_PROGRAMS: Final = (
    ("Edge", re.compile(r"\bEdg(?:A|iOS)?/([0-9]{1,4})", re.ASCII)),
    ("Opera", re.compile(r"\bOPR/([0-9]{1,4})", re.ASCII)),
    ("Firefox", re.compile(r"\b(?:Firefox|FxiOS)/([0-9]{1,4})", re.ASCII)),
    ("Chrome", re.compile(r"\b(?:Headless)?(?:Chrome|CriOS)/([0-9]{1,4})", re.ASCII)),
    ("Safari", re.compile(r"\bVersion/([0-9]{1,4})[0-9.]* (?:Mobile/\w+ )?Safari/", re.ASCII)),
)
_SYSTEMS: Final = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)
_FIRST_WORD: Final = re.compile(r"[!-~]{1,40}", re.ASCII)


def name_agent(agent: str) -> str:
    """Return a short name, empty when the program said nothing."""
    for program, pattern in _PROGRAMS:
        match = pattern.search(agent)
        if match is not None:
            system = next((name for mark, name in _SYSTEMS if mark in agent), "")
            return f"{program} {match[1]} · {system}" if system else f"{program} {match[1]}"
    first = _FIRST_WORD.match(agent)
    return "" if first is None else first[0]
