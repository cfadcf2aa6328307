"""What the phone asks a portal to add a user by credentials and a texted code.

Bodies come from `authsim.authenticator` and go back to it. An HTTP status becomes the refusal that it stands for.
`certificate` is always the PEM text of the one that the person trusted for this portal, or None.
"""

from typing import Final

from authsim.errors import Reason, RefusalError
from mobile_cli.exits import Exit, PhoneError
from mobile_cli.transport import Answer, fetch

_START: Final = "/api/device/v1/adduser/start"
_RESEND: Final = "/api/device/v1/adduser/resend"
_FINISH: Final = "/api/device/v1/adduser/finish"


def send_start(address: str, body: bytes, *, certificate: str | None) -> bytes:
    """Send B1; return the body of its reply.

    Refuses with `WRONG_PASSWORD`, with `NO_PHONE_NUMBER`, or with `TEXT_TOO_SOON` and how long to wait.
    """
    answer = _post(address, _START, body, certificate)
    refusals = {401: Reason.WRONG_PASSWORD, 403: Reason.ACCOUNT_EXPIRED, 409: Reason.NO_PHONE_NUMBER}
    return _judge(answer, address, 202, refusals, busy=Reason.THROTTLED)


def send_resend(address: str, body: bytes, *, certificate: str | None) -> bytes:
    """Ask for another text; refuses with `TEXT_TOO_SOON`, or with `TEXTS_SPENT` when no more are sent.

    The portal does not say whether the activation is over as well: the next code that is tried tells.
    """
    answer = _post(address, _RESEND, body, certificate)
    refusals = {404: Reason.ENROLMENT_USED, 409: Reason.TEXTS_SPENT}
    return _judge(answer, address, 202, refusals, busy=Reason.TEXT_TOO_SOON)


def send_finish(address: str, body: bytes, *, certificate: str | None) -> bytes:
    """Send B2; return the body of its reply. Refuses with `WRONG_CODE`, or `ENROLMENT_USED` when all is over.

    No reply at all, or a portal that is busy, is `UNREACHABLE`: the same request may be sent again.
    """
    try:
        answer = _post(address, _FINISH, body, certificate)
    except PhoneError as error:
        if error.status is not Exit.UNREACHABLE:
            raise
        raise PhoneError(Exit.UNREACHABLE, "no_reply_code", origin=address) from None
    if answer.status >= 500:
        raise PhoneError(Exit.UNREACHABLE, "no_reply_code", origin=address)
    if answer.status == 401:
        raise RefusalError(Reason.WRONG_CODE, attempts_remaining=answer.tries_left)
    return _judge(answer, address, 200, _OVER, busy=Reason.THROTTLED)


_OVER: Final = {404: Reason.ENROLMENT_USED, 409: Reason.ENROLMENT_USED}


def _post(address: str, path: str, body: bytes, certificate: str | None) -> Answer:
    return fetch(address, "POST", path, body=body, certificate=certificate)


def _judge(answer: Answer, address: str, expected: int, refusals: dict[int, Reason], *, busy: Reason) -> bytes:
    if answer.status == 429 and answer.retry_after_s is not None:
        raise RefusalError(busy, retry_after_ms=answer.retry_after_s * 1000)
    if answer.status >= 500 or answer.status == 429:
        raise PhoneError(Exit.UNREACHABLE, "unreachable", origin=address)
    if answer.status in refusals:
        raise RefusalError(refusals[answer.status])
    if answer.status != expected or not answer.is_json:
        raise PhoneError(Exit.MALFORMED, "not_a_portal", origin=address)
    return answer.body
