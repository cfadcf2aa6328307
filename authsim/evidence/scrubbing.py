"""What the walk through one file carries along: marks, findings, known secrets, and what was secret elsewhere in it.

A word that stood as a password in one place is no plain word in another.
"""

from collections.abc import Collection
from typing import Final, final

from authsim.evidence.marks import Marker
from authsim.evidence.needles import Needles
from authsim.evidence.report import Finding, Kind, Ledger

#: A shorter value is in every file by chance.
FEWEST_CHARACTERS: Final = 4


@final
class Scrubber:
    """One file's marks and findings. `secrets`: what its sensitive places hold, in small letters."""

    __slots__ = ("_ledger", "_marker", "_needles", "_secrets")

    def __init__(self, *, marker: Marker, needles: Needles, secrets: Collection[str]) -> None:
        self._marker = marker
        self._needles = needles
        self._secrets = secrets
        self._ledger = Ledger()

    def mark(self, value: object) -> str:
        """Return what stands in place of a value."""
        return self._marker.mark(value if isinstance(value, str) else repr(value))

    def tag(self, value: str) -> str:
        """Return letters that are the same for the same value."""
        return self._marker.tag(value)

    def note(self, kind: Kind, place: str, count: int = 1) -> None:
        """Count a finding."""
        self._ledger.note(kind, place, count)

    def begin_entry(self, number: int) -> None:
        """Let what is found from here on belong to an entry."""
        self._ledger.begin_entry(number)

    def findings(self) -> tuple[Finding, ...]:
        """Return what was found."""
        return self._ledger.findings()

    def holds_known(self, text: str) -> bool:
        """Say whether a text holds a known secret."""
        return self._needles.is_in(text)

    def was_secret(self, word: str) -> bool:
        """Say whether a word is known as a secret, from outside or from elsewhere in the file."""
        return word.lower() in self._secrets or self._needles.is_in(word)

    def keep(self, text: str) -> str:
        """Return a text that is on a list, unless it holds a known secret: then its mark."""
        return self.mark(text) if self._needles.is_in(text) else text
