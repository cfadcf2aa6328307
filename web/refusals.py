"""The one door through which every refusal leaves: an error becomes a status, a word for machines and words for people.

The public says less than the audit: several reasons share one sentence, and nothing that was typed comes back. How an
explanation reaches the reader (on the page it belongs to, as a page of its own, or as JSON) is `web/answers.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from flask_babel import lazy_gettext as _l
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from authsim.errors import MessageError, Reason, RefusalError, StoreError

from .entries import Entry, Next
from .refused_factors import FACTOR_REASONS, TYPED_REASONS
from .refused_limits import LIMIT_REASONS
from .refused_logins import LOGIN_REASONS, WRONG_MODE_PAPER
from .refused_phones import PHONE_REASONS
from .refused_tickets import TICKET_REASONS
from .wording import format_wait

BUSY_RETRY_MS: Final = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """One refusal in the reader's language. `retry_after_ms` is a duration or None."""

    name: str
    status: int
    code: str
    what: str
    remedy: str
    next: Next
    retry_after_ms: int | None = None


#: The whole table: a row for each reason, whoever hears it.
REASONS: Final[Mapping[Reason, Entry]] = MappingProxyType(
    {**LOGIN_REASONS, **PHONE_REASONS, **FACTOR_REASONS, **LIMIT_REASONS, **TICKET_REASONS}
)

MALFORMED: Final = Entry(
    status=400,
    code="malformed",
    what=_l("The request could not be read."),
    remedy=_l("Open the page again and send the form once more."),
)
BUSY: Final = Entry(
    status=503,
    code="busy",
    what=_l("The portal is busy."),
    remedy=_l("Wait a few seconds and try again."),
)
UNEXPECTED: Final = Entry(
    status=500,
    code="internal",
    what=_l("Something went wrong in the simulator."),
    remedy=_l("Try again. If it stays, tell the operator the reference below."),
    next=Next.HOME,
)

STATUSES: Final[Mapping[int, Entry]] = MappingProxyType(
    {
        400: MALFORMED,
        403: Entry(
            status=403,
            code="forbidden",
            what=_l("This form is too old, or was sent from another site."),
            remedy=_l("Open the page again and send the form once more."),
        ),
        404: Entry(
            status=404,
            code="not_found",
            what=_l("There is no such page."),
            remedy=_l("Check the address, or begin at the start page."),
            next=Next.HOME,
        ),
        405: Entry(
            status=405,
            code="method_not_allowed",
            what=_l("This page cannot be used in that way."),
            remedy=_l("Open it with a link or send its own form."),
            next=Next.HOME,
        ),
        413: Entry(
            status=413,
            code="too_large",
            what=_l("The request is too large."),
            remedy=_l(
                "Send less; a form holds at most 64 KiB, a file of evidence 10 MiB, a message of a device 16 KiB."
            ),
        ),
        415: Entry(
            status=415,
            code="unsupported_media_type",
            what=_l("The request has the wrong content type."),
            remedy=_l("Send the form as a browser does; a device sends application/json."),
        ),
        503: BUSY,
    }
)


def explain(error: Exception, *, paper: bool = False, typed: str = "") -> Explanation:
    """Return what may be said about any error. `paper`: the switch of the login form stood on paper.

    `typed`: the kind of second factor whose answer was declined, "" for any other matter.
    """
    if isinstance(error, RefusalError):
        entry = TYPED_REASONS.get((error.reason, typed), REASONS[error.reason])
        what = str(WRONG_MODE_PAPER if paper and error.reason is Reason.WRONG_MODE else entry.what)
        if error.retry_after_ms is not None:
            what = what % {"wait": format_wait(error.retry_after_ms)}
        return _explanation(entry, error.reason.value, what, error.retry_after_ms)
    if isinstance(error, MessageError):
        return _explanation(MALFORMED, "malformed", str(MALFORMED.what), None)
    if isinstance(error, StoreError):
        return _explanation(BUSY, "busy", str(BUSY.what), BUSY_RETRY_MS)
    if isinstance(error, CSRFError):  # a 400 to Flask-WTF; to us the request is well formed and not allowed
        return _explanation(STATUSES[403], "forbidden", str(STATUSES[403].what), None)
    if isinstance(error, HTTPException):
        entry = STATUSES.get(error.code or 500) or (MALFORMED if 400 <= (error.code or 500) < 500 else UNEXPECTED)
        return _explanation(entry, entry.code, str(entry.what), BUSY_RETRY_MS if entry is BUSY else None)
    return _explanation(UNEXPECTED, "internal", str(UNEXPECTED.what), None)


def _explanation(entry: Entry, name: str, what: str, retry_after_ms: int | None) -> Explanation:
    return Explanation(
        name=name,
        status=entry.status,
        code=entry.code,
        what=what,
        remedy=str(entry.remedy),
        next=entry.next,
        retry_after_ms=retry_after_ms,
    )
