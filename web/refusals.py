"""The one door through which every refusal leaves: an error becomes a status, a word for machines and words for people.

The public says less than the audit: several reasons share one sentence, and nothing that was typed comes back. How an
explanation reaches the reader (on the page it belongs to, as a page of its own, or as JSON) is `web/answers.py`.
"""

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from authsim.errors import MessageError, Reason, RefusalError, StoreError

from .wording import format_wait

BUSY_RETRY_MS: Final = 5_000


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


_AGAIN: Final = _l("An error has occurred. Please try again.")
_FAILED: Final = _l("Authentication failed")
_WAIT: Final = _l("Too many failed login attempts. Please wait %(wait)s before attempting to re-login again.")
_FRESH_QR: Final = _l(
    "Every attempt uses a QR code up. Log out and log in again for a fresh one. "
    "If a challenge code is asked for instead, a phone is active already."
)
_NEW_LOGIN: Final = _l("Begin the login again for a new challenge code.")
_ON_THE_PHONE: Final = _l("This happens on the phone, not in the portal.")
_OPERATOR: Final = _l("The operator of this simulator can list its users and accounts.")

WRONG_CREDENTIALS: Final = Entry(
    status=401,
    code="auth_failed",
    what=_l("Invalid username password combination"),
    remedy=_l("Check both and try again. Usernames are in lower case; passwords are as the simulator printed them."),
)
USED_UP_QR: Final = Entry(status=401, code="auth_failed", what=_AGAIN, remedy=_FRESH_QR)
LOGIN_OVER: Final = Entry(status=409, code="state", what=_l("This login attempt is over."), remedy=_NEW_LOGIN)
PHONE_MATTER: Final = Entry(status=400, code="malformed", what=_AGAIN, remedy=_ON_THE_PHONE)

REASONS: Final[Mapping[Reason, Entry]] = MappingProxyType(
    {
        Reason.WRONG_PASSWORD: WRONG_CREDENTIALS,
        Reason.UNKNOWN_USER: WRONG_CREDENTIALS,
        Reason.USER_LOCKED: Entry(
            status=429,
            code="slow_down",
            what=_WAIT,
            remedy=_l(
                "Until then the user is locked, even with the right password, and each attempt begins the wait anew. "
                "The operator can unlock it."
            ),
        ),
        Reason.THROTTLED: Entry(
            status=429,
            code="slow_down",
            what=_WAIT,
            remedy=_l("Wait that long, then log in with care: the wait doubles with each further failure."),
        ),
        Reason.ACCOUNT_EXPIRED: Entry(
            status=403,
            code="auth_failed",
            what=_l("This practice account has expired."),
            remedy=_l("Practice accounts live for a few days. Ask the operator of this simulator for a new one."),
        ),
        Reason.WRONG_MODE: Entry(
            status=409,
            code="state",
            what=_l(
                "You have selected the Live Account Mode, but the specified user is a Paper Trading user. "
                "Please select the correct Login mode."
            ),
            remedy=_l("Change the switch and press Login within a minute; the password is still remembered."),
        ),
        Reason.LOGIN_EXPIRED: Entry(
            status=401,
            code="auth_failed",
            what=_l("The login attempt has expired."),
            remedy=_l("Log in again; nothing was counted against the user."),
        ),
        Reason.LOGIN_CLOSED: LOGIN_OVER,
        Reason.NO_ACTIVE_DEVICE: Entry(
            status=409,
            code="state",
            what=_FAILED,
            remedy=_l("No phone is active for this user any more. Log in again to activate one."),
        ),
        Reason.DEVICE_ALREADY_ACTIVE: USED_UP_QR,
        Reason.CHALLENGE_EXPIRED: Entry(
            status=401, code="auth_failed", what=_l("The challenge code has expired."), remedy=_NEW_LOGIN
        ),
        Reason.CHALLENGE_CONSUMED: LOGIN_OVER,
        Reason.CHALLENGE_SUPERSEDED: LOGIN_OVER,
        Reason.CHALLENGES_EXHAUSTED: Entry(
            status=409,
            code="state",
            what=_FAILED,
            remedy=_l("This phone has used up its challenge codes. The operator can revoke it; then activate it anew."),
        ),
        Reason.MALFORMED_RESPONSE: Entry(
            status=400,
            code="malformed",
            what=_l("A response code has 8 digits."),
            remedy=_l("Type the digits that the phone shows. Nothing was counted; the challenge code is still good."),
        ),
        Reason.WRONG_RESPONSE: Entry(
            status=401,
            code="auth_failed",
            what=_FAILED,
            remedy=_l(
                "The response code did not fit. Begin the login again, "
                "and type the new challenge code into the phone exactly."
            ),
        ),
        Reason.ACTIVATION_UNKNOWN: USED_UP_QR,
        Reason.ACTIVATION_USED: USED_UP_QR,
        Reason.ACTIVATION_EXPIRED: USED_UP_QR,
        Reason.ACTIVATION_MISMATCH: USED_UP_QR,
        Reason.SESSION_EXPIRED: Entry(
            status=401,
            code="auth_failed",
            what=_l("Your session has ended."),
            remedy=_l("Sessions end after a while without use, at sign-out, or from another browser. Log in to go on."),
        ),
        Reason.SECOND_FACTOR_REQUIRED: Entry(
            status=403,
            code="forbidden",
            what=_l("This page opens only after both factors."),
            remedy=_l("Activate a phone first, then sign in with it."),
            next=Next.HOME,
        ),
        Reason.NOT_YOURS: Entry(
            status=404,
            code="not_found",
            what=_l("There is no such session."),
            remedy=_l("It may have ended meanwhile. The list shows those that are open."),
            next=Next.HOME,
        ),
        Reason.NAME_TAKEN: Entry(status=409, code="state", what=_l("That username is taken."), remedy=_OPERATOR),
        Reason.NO_SUCH_USER: Entry(status=404, code="not_found", what=_l("There is no such user."), remedy=_OPERATOR),
        Reason.NO_SUCH_ACCOUNT: Entry(
            status=404, code="not_found", what=_l("There is no such account."), remedy=_OPERATOR
        ),
        Reason.WRONG_PIN: PHONE_MATTER,
        Reason.PHONE_WIPED: PHONE_MATTER,
        Reason.PORTAL_NOT_TRUSTED: PHONE_MATTER,
        Reason.NOT_ENROLLED: PHONE_MATTER,
        Reason.PIN_UNSUITABLE: PHONE_MATTER,
        Reason.SUITE_MISMATCH: PHONE_MATTER,
    }
)

#: The mirror of WRONG_MODE, when the switch stood on paper.
WRONG_MODE_PAPER: Final = _l(
    "You have selected the Paper Trading Mode, but the specified user is a Live Account user. "
    "Please select the correct Login mode."
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
            remedy=_l("Send less; a form holds at most 64 KiB, a message of a device 16 KiB."),
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


def explain(error: Exception, *, paper: bool = False) -> Explanation:
    """Return what may be said about any error. `paper`: the switch of the login form stood on paper."""
    if isinstance(error, RefusalError):
        entry = REASONS[error.reason]
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
