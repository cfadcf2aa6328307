"""What the lab saw, as lines of its journal: requests as they were answered, what phones did, faults that struck.

Each line notes how far the portal's own record reached when it was written, and nobody else writes one meanwhile. So
the places never go back from line to line, whichever worker writes, and both ends can be told in one order (`story`)
although nobody but the portal writes the record. A request is told when it has been answered, so that what it wrote
stands before it; whatever makes others write (a phone that answers) is told before it happens.
"""

import json
import re
from typing import Final, final

from authsim import ports
from authsim.errors import MessageError
from authsim.lab.ports import Journal, Record

#: Who saw it: the portal's pages, a phone, or the lab itself. What the portal recorded is told by its record.
BROWSER: Final = "browser"
PHONE: Final = "phone"
LAB: Final = "lab"
#: What a client may call its own requests, to find them in the story again.
LABEL: Final = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)


def require_label(text: str) -> str:
    """Return a label. Raises `MessageError` for a text that is none."""
    if not LABEL.fullmatch(text):
        raise MessageError("a label has 1 to 64 letters, digits, '.', '_' and '-'")
    return text


@final
class Teller:
    """Writes lines of the journal, each with the instant and the place in the record."""

    __slots__ = ("_clock", "_journal", "_record")

    def __init__(self, journal: Journal, clock: ports.Clock, record: Record) -> None:
        self._journal = journal
        self._clock = clock
        self._record = record

    def tell(
        self,
        end: str,
        what: str,
        *,
        user: str | None = None,
        why: str | None = None,
        label: str | None = None,
        **facts: str | float,
    ) -> int:
        """Write a line; return its number.

        `user` is a name, `why` the reason of a refusal, `label` what the client calls the request. No secret and
        nothing that was typed for an unknown name may stand in `facts`.
        """
        line = {
            "at_ms": self._clock.now_ms(),
            "end": end,
            "what": what,
            "user": user,
            "why": why,
            "facts": facts,
            "label": label,
        }
        with self._journal.alone():
            placed = line | {"after": self._record.head().sequence}
            return self._journal.append(json.dumps(placed, ensure_ascii=False, separators=(",", ":")))
