"""Why a login, an activation by QR code, a session or an operator's wish was declined: a row for each reason.

What phones ask for beyond that has its rows in `refused_phones`.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from flask_babel import lazy_gettext as _l

from authsim.errors import Reason

from .entries import Entry, Next

_AGAIN: Final = _l("An error has occurred. Please try again.")
_FAILED: Final = _l("Authentication failed")
_WAIT: Final = _l("Too many failed login attempts. Please wait %(wait)s before attempting to re-login again.")
_FRESH_QR: Final = _l(
    "Every attempt uses a QR code up. Log out and log in again for a fresh one. "
    "If a challenge code is asked for instead, a phone is active already."
)
_NEW_LOGIN: Final = _l("Begin the login again for a new challenge code.")
_OPERATOR: Final = _l("The operator of this simulator can list its users and accounts.")

WRONG_CREDENTIALS: Final = Entry(
    status=401,
    code="auth_failed",
    what=_l("Invalid username password combination"),
    remedy=_l("Check both and try again. Usernames are in lower case; passwords are as the simulator printed them."),
)
USED_UP_QR: Final = Entry(status=401, code="auth_failed", what=_AGAIN, remedy=_FRESH_QR)
LOGIN_OVER: Final = Entry(status=409, code="state", what=_l("This login attempt is over."), remedy=_NEW_LOGIN)

LOGIN_REASONS: Final[Mapping[Reason, Entry]] = MappingProxyType(
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
                "and type the new challenge code into the phone exactly, for the same user."
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
    }
)

#: The mirror of WRONG_MODE, when the switch stood on paper.
WRONG_MODE_PAPER: Final = _l(
    "You have selected the Paper Trading Mode, but the specified user is a Live Account user. "
    "Please select the correct Login mode."
)
