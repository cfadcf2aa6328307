"""Why something about a second factor, the secure login system or the reach of a session was declined.

The rows of phones stand in `refused_phones`, those of passwords and sessions in `refused_logins`.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from flask_babel import lazy_gettext as _l

from authsim.errors import Reason
from authsim.model import FactorKind

from .entries import Entry, Next

_CHOOSE_AGAIN: Final = _l("Choose a device again, or begin the login again.")
_SEE_DEVICES: Final = _l("The page Secure Login System lists the devices of this user and what can be done with each.")

FACTOR_REASONS: Final[Mapping[Reason, Entry]] = MappingProxyType(
    {
        Reason.CODE_USED: Entry(
            status=401,
            code="auth_failed",
            what=_l("Incorrect security code"),
            remedy=_l("This code was used already. Wait for the next one: the app shows a new code every 30 seconds."),
        ),
        Reason.PROMPT_EXPIRED: Entry(
            status=401, code="auth_failed", what=_l("The time to answer is over."), remedy=_CHOOSE_AGAIN
        ),
        Reason.PROMPT_CLOSED: Entry(
            status=409, code="state", what=_l("This question was answered already."), remedy=_CHOOSE_AGAIN
        ),
        Reason.PROMPT_SUPERSEDED: Entry(
            status=409,
            code="state",
            what=_l("A newer question took this one's place."),
            remedy=_l("Answer the newer one."),
        ),
        Reason.FACTOR_UNKNOWN: Entry(
            status=404,
            code="not_found",
            what=_l("There is no such device."),
            remedy=_SEE_DEVICES,
            next=Next.HOME,
        ),
        Reason.FACTOR_EXPIRED: Entry(
            status=409,
            code="state",
            what=_l("This device has expired."),
            remedy=_l("Request a new one on the page Secure Login System."),
            next=Next.HOME,
        ),
        Reason.FACTOR_CLASH: Entry(
            status=409,
            code="state",
            what=_l("This device cannot stand beside one that you have."),
            remedy=_l("A stronger or lasting device takes the weaker one's place. Remove that one first, or keep it."),
            next=Next.HOME,
        ),
        Reason.FACTOR_NOT_CONFIRMED: Entry(
            status=409,
            code="state",
            what=_l("This device is not activated yet."),
            remedy=_l("Activate it on the page Secure Login System."),
            next=Next.HOME,
        ),
        Reason.FACTOR_NOT_SHAREABLE: Entry(
            status=409,
            code="state",
            what=_l("This device cannot be shared."),
            remedy=_l(
                "Only a Digital Security Card+ or a Security Code Card can be shared, between users of one account, "
                "and not while one of them holds a temporary device. For IB Key, add the user on the phone: "
                "Authenticate, then Add User."
            ),
            next=Next.HOME,
        ),
        Reason.LESS_SECURE_DEVICE: Entry(
            status=409,
            code="state",
            what=_l("Less secure device"),
            remedy=_l("The stronger device is the one to share: log in as the other user and share yours with them."),
            next=Next.HOME,
        ),
        Reason.PASSCODE_STILL_VALID: Entry(
            status=409,
            code="state",
            what=_l("A temporary passcode is still valid."),
            remedy=_l("Use that one: it is in the newest text to your number that holds a passcode."),
            next=Next.HOME,
        ),
        Reason.PASSCODE_NOT_AGAIN: Entry(
            status=409,
            code="state",
            what=_l("No temporary passcode may follow another one."),
            remedy=_l("Activate a lasting device first: IB Key, an authenticator app or a card."),
            next=Next.HOME,
        ),
        Reason.NOT_PERMITTED: Entry(
            status=403,
            code="forbidden",
            what=_l("You do not have the right to change this."),
            remedy=_l("The primary user of the account may change its security settings."),
            next=Next.HOME,
        ),
        Reason.OPT_OUT_UNAVAILABLE: Entry(
            status=409,
            code="state",
            what=_l("Opting out is not available in your region."),
            remedy=_l("Regulators there require two factors at every login. The secure login system stays on."),
            next=Next.HOME,
        ),
        Reason.ALREADY_OPTED_OUT: Entry(
            status=409,
            code="state",
            what=_l("This user has opted out already."),
            remedy=_l("There is nothing to do. Secure Login Settings is where the opt-out is cancelled."),
            next=Next.HOME,
        ),
        Reason.NOT_OPTED_OUT: Entry(
            status=409,
            code="state",
            what=_l("This user has not opted out."),
            remedy=_l("There is nothing to cancel: the secure login system is on."),
            next=Next.HOME,
        ),
        Reason.NOT_AGREED: Entry(
            status=400,
            code="malformed",
            what=_l("The agreement is not accepted yet."),
            remedy=_l("Read it and tick the box, or leave the secure login system on."),
        ),
        Reason.VERIFICATION_REQUIRED: Entry(
            status=403,
            code="forbidden",
            what=_l("This takes a fresh proof of who you are."),
            remedy=_l("Give your password and your second factor once more. The proof serves once, for a few minutes."),
            next=Next.HOME,
        ),
        Reason.OUT_OF_REACH: Entry(
            status=403,
            code="forbidden",
            what=_l("This page is out of reach with the device that you logged in with."),
            remedy=_l(
                "A temporary passcode opens only part of the portal. "
                "Activate IB Key or another lasting device and log in with it."
            ),
            next=Next.HOME,
        ),
        Reason.RESENT_TOO_SOON: Entry(
            status=429,
            code="slow_down",
            what=_l("It was sent a moment ago."),
            remedy=_l("Look at the phone first. It can be sent again in a few seconds."),
        ),
    }
)

_LOGIN_FAILED: Final = _l("Login failed")
_CARD_VALUES: Final = Entry(
    status=401,
    code="auth_failed",
    what=_LOGIN_FAILED,
    remedy=_l("Look up both index numbers again, and type both values together, without blanks."),
)
_CODE_FORM: Final = Entry(
    status=400,
    code="malformed",
    what=_l("A security code has 6 digits."),
    remedy=_l("Type the digits that you see. Nothing was counted."),
)
_VALUES_FORM: Final = Entry(
    status=400,
    code="malformed",
    what=_l("Two card values together have 6 letters and digits."),
    remedy=_l("Type both, in the order of the index numbers. Nothing was counted."),
)

_TRIES_SPENT: Final = Entry(
    status=409,
    code="state",
    what=_l("There were too many wrong answers."),
    remedy=_l("Begin again: request the device once more, or have another code sent."),
)

#: Where a device is activated by its first answer, no login failed.
ACTIVATION: Final = "activation"
#: What is said instead where another device than the phone was asked; the kind is that of the model.
TYPED_REASONS: Final[Mapping[tuple[Reason, str], Entry]] = MappingProxyType(
    {
        (Reason.WRONG_RESPONSE, FactorKind.CODE_CARD.value): _CARD_VALUES,
        (Reason.WRONG_RESPONSE, FactorKind.ONLINE_CARD.value): _CARD_VALUES,
        (Reason.WRONG_RESPONSE, FactorKind.TEMPORARY_PASSCODE.value): Entry(
            status=401,
            code="auth_failed",
            what=_LOGIN_FAILED,
            remedy=_l("Letters of a temporary passcode are in upper case. Type it as it stands in the text."),
        ),
        (Reason.WRONG_RESPONSE, FactorKind.SECURITY_CARD.value): Entry(
            status=401,
            code="auth_failed",
            what=_l("Authentication failed"),
            remedy=_l("The response did not fit. Type the challenge code into the card exactly."),
        ),
        (Reason.WRONG_RESPONSE, ACTIVATION): Entry(
            status=401,
            code="auth_failed",
            what=_l("The answer does not fit."),
            remedy=_l("Look once more, and type it exactly. After a few wrong answers the activation begins anew."),
        ),
        (Reason.CODE_TRIES_SPENT, ACTIVATION): _TRIES_SPENT,
        (Reason.PROMPT_EXPIRED, ACTIVATION): Entry(
            status=409,
            code="state",
            what=_l("The code has expired."),
            remedy=_l("Have another one sent, and type it within a few minutes."),
        ),
        (Reason.TEXTS_SPENT, FactorKind.TEXT.value): Entry(
            status=409,
            code="state",
            what=_l("No more texts are sent for this login."),
            remedy=_l("Use the newest code, choose another device, or begin the login again."),
        ),
        (Reason.MALFORMED_RESPONSE, FactorKind.TEXT.value): _CODE_FORM,
        (Reason.MALFORMED_RESPONSE, FactorKind.AUTHENTICATOR_APP.value): _CODE_FORM,
        (Reason.MALFORMED_RESPONSE, FactorKind.CODE_CARD.value): _VALUES_FORM,
        (Reason.MALFORMED_RESPONSE, FactorKind.ONLINE_CARD.value): _VALUES_FORM,
        (Reason.MALFORMED_RESPONSE, FactorKind.TEMPORARY_PASSCODE.value): Entry(
            status=400,
            code="malformed",
            what=_l("A temporary passcode has 16 letters and digits, in upper case."),
            remedy=_l("Type it as it stands in the text. Nothing was counted."),
        ),
    }
)
