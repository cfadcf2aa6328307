"""One row of the table of refusals: what a refusal is to a machine, and what it says to a person.

The rows are `refused_logins` and `refused_phones`; who looks them up is `refusals`.
"""

import enum
from dataclasses import dataclass

from flask_babel.speaklater import LazyString


class Next(enum.Enum):
    """What the reader is offered on a page that holds nothing but the refusal."""

    LOG_IN = "log_in"
    HOME = "home"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One row: HTTP status, the device API's word, what happened, what to do, and where to go."""

    status: int
    code: str
    what: LazyString
    remedy: LazyString
    next: Next = Next.LOG_IN
