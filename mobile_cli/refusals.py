"""The one door through which a command that failed leaves: which exit status, which sentence.

Whatever is not expected becomes a short reference made of where it happened, never of what was in it.
"""

import hashlib
import traceback
from typing import TYPE_CHECKING

from authsim.errors import MessageError, Reason, RefusalError
from mobile_cli.exits import Exit, PhoneError

if TYPE_CHECKING:
    from mobile_cli.console import Console

_SENTENCES = {
    Reason.PHONE_WIPED: "wiped",
    Reason.PORTAL_NOT_TRUSTED: "not_trusted",
    Reason.NOT_ENROLLED: "nothing_pending",
    Reason.PIN_UNSUITABLE: "pin_too_weak",
    Reason.PHONE_OFFLINE: "phone_offline",
    Reason.APP_NOT_INSTALLED: "app_not_installed",
    Reason.RECOVERY_NEEDED: "recovery_needed",
    Reason.BIOMETRICS_LOCKED: "biometrics_locked",
    Reason.WRONG_PASSWORD: "wrong_credentials",
    Reason.ACCOUNT_EXPIRED: "portal_refuses",
    Reason.NO_PHONE_NUMBER: "no_phone_number",
    Reason.ENROLMENT_USED: "enrolment_over",
    Reason.TEXT_TOO_SOON: "too_soon",
    Reason.TEXTS_SPENT: "texts_spent",
    Reason.THROTTLED: "slow_down",
    Reason.NO_REQUEST: "no_request",
    Reason.PUSH_EXPIRED: "push_expired",
    Reason.PUSH_SUPERSEDED: "push_superseded",
    Reason.PUSH_CLOSED: "push_closed",
    Reason.WRONG_NUMBER: "wrong_number",
    Reason.DEVICE_REPLACED: "device_replaced",
    Reason.DEVICE_REVOKED: "device_revoked",
    Reason.DEVICE_SUSPENDED: "device_suspended",
    Reason.DEVICE_MISMATCH: "device_mismatch",
    Reason.MALFORMED_RESPONSE: "malformed_response",
    Reason.WRONG_RESPONSE: "wrong_response",
    Reason.LOGIN_CLOSED: "login_closed",
    Reason.NO_ACTIVE_DEVICE: "no_active_device",
}


def explain(error: Exception, console: "Console", *, element: str = "PIN") -> tuple[Exit, str]:
    """Return how the command ends, and what is said about it; `element` is what this phone calls its PIN."""
    match error:
        case PhoneError():
            lines = [error.key, f"{error.key}_why"] if error.key == "auth_failed" else [error.key]
            return error.status, "\n".join(console.say(key, **{"element": element, **error.facts}) for key in lines)
        case RefusalError():
            return Exit.REFUSED, _explain_refusal(error, console, element)
        case MessageError():
            return Exit.MALFORMED, console.say("malformed", rule=error)
        case OSError() if error.filename is not None:
            return Exit.IO, console.say("cannot_use", path=error.filename, why=error.strerror or "")
        case OSError():
            return Exit.IO, console.say("io", why=error.strerror or type(error).__name__)
    return Exit.BUG, console.say("bug", reference=compute_reference(error))


def compute_reference(error: BaseException) -> str:
    """Return 8 hexadecimal digits that name the place of an error: its type, and the functions and lines it crossed."""
    frames = traceback.extract_tb(error.__traceback__)
    place = "\n".join([type(error).__name__, *(f"{frame.name}:{frame.lineno}" for frame in frames)])
    return hashlib.sha256(place.encode()).hexdigest()[:8]


def _explain_refusal(error: RefusalError, console: "Console", element: str) -> str:
    if error.reason is Reason.WRONG_PIN:
        left = error.attempts_remaining or 0
        return console.say("wrong_pin_one" if left == 1 else "wrong_pin", element=element, left=left)
    if error.reason is Reason.WRONG_NUMBER and error.attempts_remaining == 0:
        return console.say("wrong_number_none")
    if error.reason is Reason.BIOMETRIC_MISMATCH:
        left = error.attempts_remaining or 0
        return console.say("biometric_mismatch_one" if left == 1 else "biometric_mismatch", left=left)
    if error.reason is Reason.WRONG_CODE:
        counted = {0: "wrong_code_none", 1: "wrong_code_one", None: "wrong_code_uncounted"}
        tries = error.attempts_remaining
        return console.say(counted.get(tries, "wrong_code"), left=tries)
    if error.reason is Reason.ALREADY_ENROLLED:
        return "\n".join(console.say(key) for key in ("auth_failed", "already_here_why"))
    seconds = -(-(error.retry_after_ms or 0) // 1000)
    return console.say(
        _SENTENCES.get(error.reason, "refused"), reason=error.reason.value, seconds=seconds, element=element
    )
