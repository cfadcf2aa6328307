"""What the lab saw, as lines of its journal: requests as they were answered, what phones did, faults that struck.

Each line notes how far the portal's own record reached when it was written. So both ends can be told in one order
(`story`) although nobody but the portal writes the record.
"""

import json
from typing import Final, final

from authsim import ports
from authsim.lab.ports import Journal, Record

#: Who saw it: the portal's pages, a phone, or the lab itself. What the portal recorded is told by its record.
BROWSER: Final = "browser"
PHONE: Final = "phone"
LAB: Final = "lab"


@final
class Teller:
    """Writes lines of the journal, each with the instant and the place in the record."""

    __slots__ = ("_clock", "_journal", "_record")

    def __init__(self, journal: Journal, clock: ports.Clock, record: Record) -> None:
        self._journal = journal
        self._clock = clock
        self._record = record

    def tell(self, end: str, what: str, *, user: str | None = None, why: str | None = None, **facts: str | int) -> int:
        """Write a line; return its number. `why` is the reason of a refusal. No secret may stand in `facts`."""
        line = {
            "at_ms": self._clock.now_ms(),
            "end": end,
            "what": what,
            "user": user,
            "why": why,
            "facts": facts,
            "after": self._record.head().sequence,
        }
        return self._journal.append(json.dumps(line, ensure_ascii=False, separators=(",", ":")))
