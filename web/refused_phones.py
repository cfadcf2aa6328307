"""Why something that a phone asked for was declined: enrolment by text message, requests to a phone, the phone itself.

Several reasons share one row where the difference would help only somebody who tries things out.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from flask_babel import lazy_gettext as _l

from authsim.errors import Reason

from .entries import Entry, Next

_AGAIN: Final = _l("An error has occurred. Please try again.")
_BEGIN_ON_PHONE: Final = _l("Begin again on the phone with username and password.")
_NEW_REQUEST: Final = _l("Begin the login again for a new request.")
_OTHER_WAYS: Final = _l("Log in with the QR code, or with Challenge/Response.")

PHONE_NOT_ACCEPTED: Final = Entry(
    status=401,
    code="auth_failed",
    what=_l("The phone was not accepted."),
    remedy=_l("Try again. A phone that is a copy of another one is never accepted for long; activate it anew."),
)
PHONE_MATTER: Final = Entry(
    status=400, code="malformed", what=_AGAIN, remedy=_l("This happens on the phone, not in the portal.")
)

PHONE_REASONS: Final[Mapping[Reason, Entry]] = MappingProxyType(
    {
        Reason.ENROLMENT_UNKNOWN: Entry(
            status=404,
            code="not_found",
            what=_l("There is no such activation."),
            remedy=_BEGIN_ON_PHONE,
        ),
        Reason.ENROLMENT_USED: Entry(
            status=409,
            code="state",
            what=_l("This activation is over."),
            remedy=_l(
                "If the phone says that it is active, there is nothing to do. "
                "Otherwise begin again on the phone with username and password."
            ),
        ),
        Reason.ENROLMENT_EXPIRED: Entry(
            status=409, code="state", what=_l("The activation code has expired."), remedy=_BEGIN_ON_PHONE
        ),
        Reason.ENROLMENT_MISMATCH: Entry(status=401, code="auth_failed", what=_AGAIN, remedy=_BEGIN_ON_PHONE),
        Reason.WRONG_CODE: Entry(
            status=401,
            code="auth_failed",
            what=_l("Incorrect security code"),
            remedy=_l(
                "Type the newest code: of the last text message, or what the app shows now. "
                "After a few wrong ones begin again."
            ),
        ),
        Reason.CODE_TRIES_SPENT: Entry(
            status=409, code="state", what=_l("There were too many wrong activation codes."), remedy=_BEGIN_ON_PHONE
        ),
        Reason.NO_PHONE_NUMBER: Entry(
            status=409,
            code="state",
            what=_l("There is no mobile number on file for this user."),
            remedy=_l("Activate with the QR code that the portal shows after the login instead."),
        ),
        Reason.TEXT_TOO_SOON: Entry(
            status=429,
            code="slow_down",
            what=_l("A text message was sent a moment ago."),
            remedy=_l("Look for it first. Another one can be sent a little later."),
        ),
        Reason.TEXTS_SPENT: Entry(
            status=409,
            code="state",
            what=_l("No more text messages are sent for this activation."),
            remedy=_l("Use the newest code, or begin again on the phone with username and password."),
        ),
        Reason.PUSH_UNKNOWN: Entry(
            status=404,
            code="not_found",
            what=_l("There is no such request."),
            remedy=_NEW_REQUEST,
        ),
        Reason.PUSH_EXPIRED: Entry(
            status=409, code="state", what=_l("The request is no longer valid."), remedy=_NEW_REQUEST
        ),
        Reason.PUSH_CLOSED: Entry(
            status=409,
            code="state",
            what=_l("The request was answered already, or its login is over."),
            remedy=_NEW_REQUEST,
        ),
        Reason.PUSH_SUPERSEDED: Entry(
            status=409,
            code="state",
            what=_l("A newer request took this one's place."),
            remedy=_l("Answer the newer one."),
        ),
        Reason.PUSH_DENIED: Entry(
            status=409,
            code="state",
            what=_l("The login was denied on the phone."),
            remedy=_l("If you did not mean that, log in again and answer the new request."),
        ),
        Reason.PUSH_REPORTED: Entry(
            status=409,
            code="state",
            what=_l("The phone said about this login: it wasn't me."),
            remedy=_l("Nobody was signed in. If it was you after all, log in again; if not, ask for a new password."),
        ),
        Reason.PUSH_NOT_APPROVED: Entry(
            status=409,
            code="state",
            what=_l("The phone has not approved the login yet."),
            remedy=_l("Open the notification on the phone and approve it, then press Continue."),
        ),
        Reason.PUSHES_SPENT: Entry(
            status=429, code="slow_down", what=_l("No more notifications are sent for now."), remedy=_OTHER_WAYS
        ),
        Reason.PUSHES_BLOCKED: Entry(
            status=409,
            code="state",
            what=_l("No notifications are sent, because the phone reported one."),
            remedy=_l("Log in with Challenge/Response once; after that they are sent again."),
        ),
        Reason.WRONG_NUMBER: Entry(
            status=401,
            code="auth_failed",
            what=_l("The number on the phone was not the one on the screen."),
            remedy=_NEW_REQUEST,
        ),
        Reason.DEVICE_UNKNOWN: PHONE_NOT_ACCEPTED,
        Reason.DEVICE_MISMATCH: PHONE_NOT_ACCEPTED,
        Reason.DEVICE_SUSPENDED: Entry(
            status=409,
            code="state",
            what=_l("The phone is suspended."),
            remedy=_l(
                "The help desk resumes it: here, the operator of this simulator. "
                "A new phone takes its place with Migrate IB Key and a text message."
            ),
        ),
        Reason.DEVICE_REVOKED: Entry(
            status=409,
            code="state",
            what=_l("The phone was taken out of use."),
            remedy=_l("Log in with username and password, and activate a phone."),
        ),
        Reason.DEVICE_REPLACED: Entry(
            status=409,
            code="state",
            what=_l("Another phone has taken this one's place."),
            remedy=_l("Use the other phone, or add the user to this one again."),
        ),
        Reason.DEVICE_SESSION_EXPIRED: Entry(
            status=401,
            code="auth_failed",
            what=_l("The phone has to prove its key again."),
            remedy=_l("The app does that by itself when it is opened."),
            next=Next.HOME,
        ),
        Reason.CLONE_SUSPECTED: PHONE_NOT_ACCEPTED,
        Reason.WRONG_PIN: PHONE_MATTER,
        Reason.PHONE_WIPED: PHONE_MATTER,
        Reason.PORTAL_NOT_TRUSTED: PHONE_MATTER,
        Reason.NOT_ENROLLED: PHONE_MATTER,
        Reason.PIN_UNSUITABLE: PHONE_MATTER,
        Reason.SUITE_MISMATCH: PHONE_MATTER,
        Reason.ALREADY_ENROLLED: PHONE_MATTER,
        Reason.NO_REQUEST: PHONE_MATTER,
        Reason.PHONE_OFFLINE: PHONE_MATTER,
        Reason.APP_NOT_INSTALLED: PHONE_MATTER,
        Reason.RECOVERY_NEEDED: PHONE_MATTER,
        Reason.BIOMETRIC_MISMATCH: PHONE_MATTER,
        Reason.BIOMETRICS_LOCKED: PHONE_MATTER,
    }
)
