"""What a person does with a virtual phone that has users: answers a challenge, reads requests, decides on one.

A decision whose reply is lost, or that meets a broken portal, is signed again with a new counter, as `mobile_cli` does;
then the request's own state tells whether the first one counted.
"""

import time
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from authsim.authenticator.approve import format_decision
from authsim.authenticator.device import Account
from authsim.authenticator.respond import Response
from authsim.authenticator.respond import respond as compute_response
from authsim.errors import MessageError, Reason, RefusalError
from authsim.lab.phones.fleet import Fleet, Opened, choose_account, choose_accounts
from authsim.lab.phones.handset import Handset, Policy, Seen, with_seen
from authsim.lab.phones.lines import API, Line
from authsim.lab.phones.wire import UnreachableError, read_json
from authsim.protocol.codes import RESPONSE_DIGITS, Purpose
from authsim.protocol.login_uri import LoginUri
from authsim.protocol.push import APPROVE, DECIDED, RequestInfo, parse_decision_reply
from authsim.secret import Secret

_TRIES: Final = 3
_SPACE: Final = 10**RESPONSE_DIGITS
_KEY_BYTES: Final = 32
#: A worker that died while it told that a request came holds nobody up for longer.
_LONGEST_TELLING_S: Final = 1.0
_AGAIN_S: Final = 0.002
# What a request that takes no decision any more is called.
_OVER: Final[Mapping[str, Reason]] = MappingProxyType(
    {
        "superseded": Reason.PUSH_SUPERSEDED,
        "expired": Reason.PUSH_EXPIRED,
        "consumed": Reason.PUSH_CLOSED,
        "failed": Reason.PUSH_CLOSED,
        "cancelled": Reason.PUSH_CLOSED,
    }
)


class Asked(NamedTuple):
    """A request, and the line of the account that it is for."""

    line: Line
    request: RequestInfo


class Wanted(NamedTuple):
    """Which request is meant, as far as it was said: of which user, by its id, or by a login's QR code."""

    user: str | None = None
    request_id: str | None = None
    scanned: LoginUri | None = None


def respond(
    fleet: Fleet, phone_id: str, challenge: str, *, user: str | None = None, purpose: Purpose | None = None
) -> Response:
    """Return the response to a challenge as typed; no network is needed. A wrong one, where that is its policy.

    Raises `MessageError` for a mistyped challenge, and when the phone has several users and none was named. Refuses
    with `NOT_ENROLLED`, `WRONG_PIN` (`attempts_remaining`) and `PHONE_WIPED`.
    """
    with fleet.telling(phone_id, user):
        opened = fleet.open(phone_id)
        account = choose_account(opened.phone, user)
        response = compute_response(account, challenge, purpose=purpose)
        if opened.policy is Policy.WRONG_RESPONSE:
            shift = 1 + fleet.entropy.randbelow(_SPACE - 1)
            response = response._replace(text=f"{(int(response.text) + shift) % _SPACE:0{RESPONSE_DIGITS}d}")
        fleet.tell(phone_id, "responded", user=account.label)
        return response


def list_requests(fleet: Fleet, phone_id: str, *, user: str | None = None) -> list[Asked]:
    """Return what waits for an answer on this phone, the newest first. Refuses as `Line.read_requests`."""
    with fleet.telling(phone_id, user):
        opened = fleet.open(phone_id)
        found = find_requests(fleet, opened, choose_accounts(opened.phone, user))
    for asked in found:
        hear(fleet, phone_id, asked)
    return found


def find_requests(fleet: Fleet, opened: Opened, accounts: tuple[Account, ...]) -> list[Asked]:
    """Return what waits for these accounts of an opened phone, the newest first."""
    lines = [Line(fleet, opened, account) for account in accounts]
    found = [Asked(line, request) for line in lines for request in line.read_requests().requests]
    return sorted(found, key=lambda asked: asked.request.iat, reverse=True)


def hear(fleet: Fleet, phone_id: str, asked: Asked, *, policy: Policy | None = None) -> bool:
    """Tell, once, that a request reached the phone; say whether it is news. It is told when this returns.

    So whoever goes on to answer the request tells of that later, also when somebody else heard it just now. With
    `policy`, as `claim`.
    """
    request_id = asked.request.request_id
    is_news = claim(fleet, phone_id, request_id, Seen.COMING, was=None, policy=policy)
    if is_news:
        fleet.tell(phone_id, "heard", user=asked.line.account.label)
    else:
        deadline = time.monotonic() + _LONGEST_TELLING_S
        while fleet.drawer.read(phone_id).seen.get(request_id) is Seen.COMING and time.monotonic() < deadline:
            time.sleep(_AGAIN_S)
    claim(fleet, phone_id, request_id, Seen.LEFT, was=Seen.COMING)
    return is_news


def claim(
    fleet: Fleet, phone_id: str, request_id: str, seen: Seen, *, was: Seen | None, policy: Policy | None = None
) -> bool:
    """Remember how far the phone is with a request, if it was as far as `was`; say so. One caller wins.

    With `policy`, only while that is still what the phone's person does.
    """
    if fleet.drawer.read(phone_id).seen.get(request_id) is not was:
        return False
    won: list[bool] = []

    def change(handset: Handset) -> Handset:
        won.append(handset.seen.get(request_id) is was and policy in (None, handset.policy))
        return with_seen(handset, request_id, seen) if won[-1] else handset

    fleet.drawer.change(phone_id, change)
    return won[-1]


def decide(fleet: Fleet, phone_id: str, decision: int, wanted: Wanted, *, number: str | None = None) -> str:
    """Decide on the request that is meant, or on the newest that waits; return `approved`, `denied` or `reported`.

    Raises `MessageError` when the request asks for a number and none was given, and `UnreachableError`. Refuses with
    `NO_REQUEST`; with why the request takes no decision; with `WRONG_NUMBER` (`attempts_remaining`), `DEVICE_MISMATCH`,
    and as `Line.read_requests`.
    """
    with fleet.telling(phone_id, wanted.user):
        opened = fleet.open(phone_id)
        asked = _find(fleet, opened, wanted)
    hear(fleet, phone_id, asked)
    fleet.drawer.change(phone_id, lambda handset: with_seen(handset, asked.request.request_id, Seen.ANSWERED))
    return decide_on(fleet, opened, asked, decision, number=number)


def decide_on(fleet: Fleet, opened: Opened, asked: Asked, decision: int, *, number: str | None) -> str:
    """Sign the decision and send it, otherwise as `decide`. Where that is the policy, another key signs."""
    user = asked.line.account.label
    with fleet.telling(opened.phone_id, user):
        require_open(asked.request)
        typed = _require_typed(asked.request, number) if decision == APPROVE else ""
        fleet.tell(opened.phone_id, DECIDED[decision], user=user)
        forged = Secret(fleet.entropy.token_bytes(_KEY_BYTES)) if opened.policy is Policy.WRONG_RESPONSE else None
        is_lost = False
        for _ in range(_TRIES - 1):
            try:
                return _send(asked, decision, typed, forged=forged, is_lost=is_lost)
            except UnreachableError:
                is_lost = True
        return _send(asked, decision, typed, forged=forged, is_lost=is_lost)


def require_open(request: RequestInfo) -> None:
    """Return for a request that takes a decision; refuses with why it does not: expired, superseded, answered."""
    if request.state in _OVER:
        raise RefusalError(_OVER[request.state])


def _find(fleet: Fleet, opened: Opened, wanted: Wanted) -> Asked:
    accounts = choose_accounts(opened.phone, wanted.user)
    request_id = wanted.request_id
    if wanted.scanned is not None:
        place = (wanted.scanned.instance_id, wanted.scanned.origin)
        accounts = tuple(account for account in accounts if (account.instance_id, account.origin) == place)
        request_id = wanted.scanned.request_id
    if request_id is None:
        found = find_requests(fleet, opened, accounts)
        if not found:
            raise RefusalError(Reason.NO_REQUEST)
        return found[0]
    for line in [Line(fleet, opened, account) for account in accounts]:
        try:
            return Asked(line, line.read_request(request_id))
        except RefusalError as refusal:
            if refusal.reason is not Reason.NO_REQUEST:
                raise
    raise RefusalError(Reason.NO_REQUEST)


def _require_typed(request: RequestInfo, number: str | None) -> str:
    if request.digits and number is None:
        raise MessageError(f"the page shows a number of {request.digits} digits: send it as the member number")
    return number if request.digits and number is not None else ""


def _send(asked: Asked, decision: int, number: str, *, forged: Secret | None, is_lost: bool) -> str:
    line, request = asked

    def sign(account: Account) -> bytes:
        signing = account if forged is None else account._replace(dsk=forged)
        return format_decision(signing, request, decision, number)

    answer = line.send_signed(f"{API}/push/{request.request_id}", sign)
    if answer.status == 200:
        return parse_decision_reply(read_json(answer)).state
    if answer.status == 404:
        raise RefusalError(Reason.NO_REQUEST)
    if answer.status not in {401, 409, 429}:
        raise UnreachableError(answer.status)
    if forged is not None:
        raise RefusalError(Reason.DEVICE_MISMATCH)
    now = line.read_request(request.request_id)
    if is_lost and now.state == ("consumed" if decision == APPROVE else "failed"):
        return DECIDED[decision]  # the reply was lost, not the decision: nobody else holds this key
    if answer.status == 401 and request.digits and decision == APPROVE:
        raise RefusalError(Reason.WRONG_NUMBER, attempts_remaining=None if now.state == "issued" else 0)
    require_open(now)
    raise RefusalError(Reason.DEVICE_MISMATCH)
