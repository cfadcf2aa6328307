"""Finding the translation of a sentence whose blanks are filled already.

The English sentence is the key, its blanks in braces. A translation is found for the text that is about to be written;
so whoever makes a sentence need not know that there are languages.
"""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Final, NamedTuple, final

_BLANK: Final = re.compile(r"\{(\w+)\}")


class _Pattern(NamedTuple):
    pattern: re.Pattern[str]
    target: str


@final
class Sentences:
    """What is said in another language. `plain` has no blanks; of two patterns that fit, the longer one is meant."""

    __slots__ = ("_patterns", "_plain")

    def __init__(self, table: Mapping[str, str]) -> None:
        self._plain = {key: target for key, target in table.items() if not _BLANK.search(key)}
        with_blanks = sorted((key for key in table if _BLANK.search(key)), key=_weight, reverse=True)
        self._patterns = [_Pattern(_compile(key), table[key]) for key in with_blanks]

    def translate(self, text: str) -> str:
        """Return the sentence in that language; what is not known stays as it is.

        What fills a blank is translated too when it is more than one word: a name is never mistaken for a sentence.
        """
        return self._find(" ".join(text.split())) or text

    def _find(self, text: str) -> str | None:
        if text in self._plain:
            return self._plain[text]
        for pattern, target in self._patterns:
            found = pattern.fullmatch(text)
            if found is not None:
                return target.format(**{name: self._fill(value) for name, value in found.groupdict().items()})
        return None

    def _fill(self, value: str) -> str:
        return (self._find(value) or value) if " " in value else value


def _weight(key: str) -> int:
    return len(_BLANK.sub("", key))


def _compile(key: str) -> re.Pattern[str]:
    parts = _BLANK.split(key)
    seen: set[str] = set()
    pieces = []
    for place, part in enumerate(parts):
        if place % 2 == 0:
            pieces.append(re.escape(part))
        elif part in seen:
            pieces.append(f"(?P={part})")
        else:
            seen.add(part)
            pieces.append(f"(?P<{part}>.+?)")
    return re.compile("".join(pieces), re.DOTALL)


def cached(load: Callable[[], Mapping[str, str]]) -> Callable[[], Sentences]:
    """Return what reads a table once, when it is first needed."""
    return lru_cache(maxsize=1)(lambda: Sentences(load()))
