"""Why the hardened profile declined something: its limits, its confirmations, and the one word of its logins.

The limits say how long, never for whom: they are the same for a name that nobody has.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from flask_babel import lazy_gettext as _l

from authsim.errors import Reason

from .entries import Entry, Next

_FRESH_CODE: Final = _l("Begin again with a fresh code, or ask the operator of this simulator for one.")

LIMIT_REASONS: Final[Mapping[Reason, Entry]] = MappingProxyType(
    {
        Reason.LOGIN_FAILED: Entry(
            status=401,
            code="auth_failed",
            what=_l("Login failed."),
            remedy=_l(
                "Check username, password and the live/paper switch, and answer with the phone that is active for this "
                "user. The page says the same whatever was wrong; the operator can read the cause."
            ),
        ),
        Reason.SLOW_DOWN: Entry(
            status=429,
            code="slow_down",
            what=_l("There were too many attempts. Please wait a while."),
            remedy=_l("Nothing was judged. Try again in a few minutes; right passwords do not count."),
        ),
        Reason.CONFIRMATION_REQUIRED: Entry(
            status=409,
            code="state",
            what=_l("This phone waits for its confirmation."),
            remedy=_l(
                "Type the code that it shows into the page that showed the QR code, or as the next login's answer."
            ),
        ),
        Reason.WRONG_CONFIRMATION: Entry(
            status=401,
            code="auth_failed",
            what=_l("The confirmation code is wrong."),
            remedy=_l("Type the 8 digits that your own phone shows. After a few wrong ones that phone is out of use."),
        ),
        Reason.CONFIRMATION_TRIES_SPENT: Entry(
            status=409,
            code="state",
            what=_l("There were too many wrong confirmation codes."),
            remedy=_FRESH_CODE,
        ),
        Reason.SECOND_FACTOR_BLOCKED: Entry(
            status=429,
            code="slow_down",
            what=_l("There were too many wrong answers in a row."),
            remedy=_l("Nothing is judged for a while, longer after each wrong answer. Wait, then answer with care."),
        ),
        Reason.TYPED_MODE_LOCKED: Entry(
            status=409,
            code="state",
            what=_l("Typed responses of this phone are not taken any more."),
            remedy=_l("Approve on the phone instead, or activate it anew."),
        ),
        Reason.CHALLENGES_SPENT: Entry(
            status=429,
            code="slow_down",
            what=_l("Too many challenges were asked of this phone lately."),
            remedy=_l("Answer the one that is asked, or wait a while before the next login."),
        ),
        Reason.HOLD_NOT_OVER: Entry(
            status=409,
            code="state",
            what=_l("A phone was revoked a short while ago."),
            remedy=_l("A texted code alone brings in another one only after a day. The operator can activate one."),
            next=Next.HOME,
        ),
    }
)
