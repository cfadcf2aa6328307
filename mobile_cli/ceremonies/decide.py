"""The person's decision on a request: approve, deny, or *It wasn't me*; and which request a scanned QR code names.

A reply that was lost is asked for again with a new counter. Whatever the portal says to that second try, the request's
own state tells whether the first one counted.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from authsim.authenticator.approve import format_decision
from authsim.errors import MessageError, Reason, RefusalError
from authsim.protocol.login_uri import LoginUri
from authsim.protocol.push import APPROVE, DECIDED, RequestInfo, parse_decision_reply
from mobile_cli.ceremonies.session import Line, read_request, read_requests
from mobile_cli.exits import Exit, PhoneError

_PUSH: Final = "/api/device/v1/push"
_TRIES: Final = 3
# What a request that takes no decision any more is called.
_OVER: Final = {
    "superseded": Reason.PUSH_SUPERSEDED,
    "expired": Reason.PUSH_EXPIRED,
    "consumed": Reason.PUSH_CLOSED,
    "failed": Reason.PUSH_CLOSED,
    "cancelled": Reason.PUSH_CLOSED,
}


class Asked(NamedTuple):
    """A request, and the line of the account that it is for."""

    line: Line
    request: RequestInfo


def find_requests(lines: Sequence[Line]) -> list[Asked]:
    """Return what waits for an answer on these lines, the newest first. Refuses with `NO_REQUEST` when nothing does."""
    found = [Asked(line, request) for line in lines for request in read_requests(line).requests]
    if not found:
        raise RefusalError(Reason.NO_REQUEST)
    return sorted(found, key=lambda asked: asked.request.iat, reverse=True)


def find_scanned(lines: Sequence[Line], uri: LoginUri) -> Asked:
    """Return the request that a QR code names. Nothing is approved by scanning.

    Raises `login_elsewhere` when no account of this phone is of that portal; refuses with `NO_REQUEST` when the request
    is for another phone.
    """
    ours = [line for line in lines if (line.account.instance_id, line.account.origin) == (uri.instance_id, uri.origin)]
    if not ours:
        raise PhoneError(Exit.REFUSED, "login_elsewhere")
    for line in ours:
        try:
            return Asked(line, read_request(line, uri.request_id))
        except RefusalError as refusal:
            if refusal.reason is not Reason.NO_REQUEST:
                raise
    raise RefusalError(Reason.NO_REQUEST)


def require_open(request: RequestInfo) -> RequestInfo:
    """Return a request that takes a decision; refuses with why it does not: expired, superseded, answered."""
    if request.state in _OVER:
        raise RefusalError(_OVER[request.state])
    return request


def decide(asked: Asked, decision: int, *, number: str = "") -> str:
    """Sign the decision and send it; return `approved`, `denied` or `reported`.

    Refuses as `require_open`, and with `WRONG_NUMBER` where a typed number was not the one on the page;
    `attempts_remaining` is 0 when the request is over.
    """
    require_open(asked.request)
    typed, is_lost = number if decision == APPROVE else "", False
    for _ in range(_TRIES - 1):
        try:
            return _send(asked, decision, typed, is_lost=is_lost)
        except PhoneError as error:
            if error.status is not Exit.UNREACHABLE:
                raise
            is_lost = True
    return _send(asked, decision, typed, is_lost=is_lost)


def _send(asked: Asked, decision: int, number: str, *, is_lost: bool) -> str:
    line, request = asked
    answer = line.send_signed(
        f"{_PUSH}/{request.request_id}", lambda account: format_decision(account, request, decision, number)
    )
    if answer.status == 200:
        try:
            return parse_decision_reply(line.judged(answer)).state
        except MessageError:
            raise PhoneError(Exit.MALFORMED, "not_a_portal", origin=line.account.origin) from None
    if answer.status == 404:
        raise RefusalError(Reason.NO_REQUEST)
    if answer.status not in {401, 409, 429}:
        line.judged(answer)
    now = read_request(line, request.request_id)
    if is_lost and now.state == ("consumed" if decision == APPROVE else "failed"):
        return DECIDED[decision]  # the reply was lost, not the decision: nobody else holds this key
    if answer.status == 401 and request.digits and decision == APPROVE:
        raise RefusalError(Reason.WRONG_NUMBER, attempts_remaining=None if now.state == "issued" else 0)
    require_open(now)
    raise RefusalError(Reason.DEVICE_MISMATCH)
