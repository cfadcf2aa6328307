"""The trading device: a second device that logs in with a password and the response of the authentication device.

It holds no keys and signs nothing; what it is given lives in memory and ends with the session.
"""

from typing import Final, NamedTuple

from authsim.errors import MessageError, Reason, RefusalError
from authsim.protocol.trading import (
    TradingChallenge,
    TradingEntry,
    TradingLogin,
    TradingResponse,
    TradingSignOut,
    format_trading_login,
    format_trading_response,
    format_trading_sign_out,
    parse_trading_answer,
    parse_trading_entry,
)
from authsim.secret import Secret
from mobile_cli.ceremonies.credentials import require_credentials
from mobile_cli.exits import Exit, PhoneError
from mobile_cli.transport import Answer, fetch

_LOGIN: Final = "/api/trading/v1/login"
_RESPOND: Final = "/api/trading/v1/respond"
_SIGN_OUT: Final = "/api/trading/v1/sign-out"


class Desk(NamedTuple):
    """Where the trading device logs in: the portal's address, and the certificate that was trusted for it, if any."""

    address: str
    certificate: str | None


def log_in(desk: Desk, username: str, password: Secret) -> TradingChallenge | TradingEntry:
    """Send the credentials; return the challenge that the authentication device is to answer.

    A user who has opted out of the secure login system is logged in by them.

    Refuses with `WRONG_PASSWORD`, with `NO_ACTIVE_DEVICE` when no phone can answer (or the user only practises), with
    `ACCOUNT_EXPIRED`, and with `THROTTLED` and how long to wait.
    """
    require_credentials(username, password)
    answer = _post(desk, _LOGIN, format_trading_login(TradingLogin(username=username, password=password)))
    refusals = {401: Reason.WRONG_PASSWORD, 403: Reason.ACCOUNT_EXPIRED, 409: Reason.NO_ACTIVE_DEVICE}
    try:
        return parse_trading_answer(_judged(desk, answer, refusals))
    except MessageError:
        raise PhoneError(Exit.MALFORMED, "not_a_portal", origin=desk.address) from None


def send_response(desk: Desk, challenge: TradingChallenge, response: str) -> TradingEntry:
    """Send what was typed; return who is logged in, and the session.

    Refuses with `MALFORMED_RESPONSE` what is not 8 digits, which costs nothing; with `WRONG_RESPONSE`, and with
    `LOGIN_CLOSED` when the login is over.
    """
    given = TradingResponse(token=challenge.token, response=response)
    answer = _post(desk, _RESPOND, format_trading_response(given))
    refusals = {400: Reason.MALFORMED_RESPONSE, 401: Reason.WRONG_RESPONSE, 409: Reason.LOGIN_CLOSED}
    try:
        return parse_trading_entry(_judged(desk, answer, refusals))
    except MessageError:
        raise PhoneError(Exit.MALFORMED, "not_a_portal", origin=desk.address) from None


def sign_out(desk: Desk, entry: TradingEntry) -> None:
    """End the session. One that is over already is no matter."""
    answer = _post(desk, _SIGN_OUT, format_trading_sign_out(TradingSignOut(session=entry.session)))
    if answer.status != 401:
        _judged(desk, answer, {})


def _post(desk: Desk, path: str, body: str) -> Answer:
    return fetch(desk.address, "POST", path, body=body.encode(), certificate=desk.certificate)


def _judged(desk: Desk, answer: Answer, refusals: dict[int, Reason]) -> bytes:
    if answer.status == 429 and answer.retry_after_s is not None:
        raise RefusalError(Reason.THROTTLED, retry_after_ms=answer.retry_after_s * 1000)
    if answer.status >= 500 or answer.status == 429:
        raise PhoneError(Exit.UNREACHABLE, "unreachable", origin=desk.address)
    if answer.status in refusals:
        raise RefusalError(refusals[answer.status])
    if answer.status != 200 or not answer.is_json:
        raise PhoneError(Exit.MALFORMED, "not_a_portal", origin=desk.address)
    return answer.body
