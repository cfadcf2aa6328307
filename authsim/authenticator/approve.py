"""Answering the portal's requests: the phone proves its key, reads what it is asked, and signs what its user decides.

Every signature carries a counter that none before had: raise it with `device.with_counter`, make that durable, then
sign; a retry raises it again. Asking the security element, and sending, are the shell's business.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from authsim.authenticator.device import Account
from authsim.errors import MessageError, Reason, RefusalError
from authsim.protocol import device_session, push
from authsim.protocol.device_session import SessionReply
from authsim.protocol.encodings import require_digits
from authsim.protocol.keys import require_signature, sign
from authsim.protocol.push import RequestInfo

#: What a portal's signed word on a device means for its phone.
_INACTIVE: Final[Mapping[str, Reason]] = MappingProxyType(
    {
        "pending": Reason.NO_ACTIVE_DEVICE,
        "suspended": Reason.DEVICE_SUSPENDED,
        "revoked": Reason.DEVICE_REVOKED,
        "replaced": Reason.DEVICE_REPLACED,
        "expired": Reason.DEVICE_REVOKED,
    }
)


def format_nonce_request(account: Account) -> bytes:
    """Return the question for a nonce to sign."""
    return device_session.format_nonce_request(device_session.NonceRequest(device_id=account.device_id)).encode()


def format_session_request(account: Account, sn: bytes, cn: bytes) -> bytes:
    """Return the signed question for a session: `sn` is the portal's nonce, `cn` this phone's own, 16 random bytes.

    The account's counter was raised for this signature, and is durable.
    """
    transcript = device_session.device_session_transcript(
        instance_id=account.instance_id,
        origin=account.origin,
        device_id=account.device_id,
        server_nonce=sn,
        client_nonce=cn,
        counter=account.ctr,
    )
    request = device_session.SessionRequest(
        device_id=account.device_id, sn=sn, cn=cn, ctr=account.ctr, sig=sign(account.dsk, transcript)
    )
    return device_session.format_session_request(request).encode()


def parse_session_answer(account: Account, body: bytes, sn: bytes, cn: bytes) -> SessionReply:
    """Return the session that the portal opened for these nonces.

    Refuses with what the portal says of this device, when it signed that: `DEVICE_REPLACED`, `DEVICE_REVOKED`,
    `DEVICE_SUSPENDED`, `NO_ACTIVE_DEVICE`; with `PORTAL_NOT_TRUSTED` when somebody else said so. Raises `MessageError`.
    """
    reply = device_session.parse_session_reply(body)
    if isinstance(reply, SessionReply):
        return reply
    transcript = device_session.device_state_transcript(
        instance_id=account.instance_id,
        origin=account.origin,
        device_id=account.device_id,
        server_nonce=sn,
        client_nonce=cn,
        state=reply.state,
    )
    try:
        require_signature(account.psk, transcript, reply.sig)
    except MessageError:
        raise RefusalError(Reason.PORTAL_NOT_TRUSTED) from None
    raise RefusalError(_INACTIVE[reply.state])


def format_decision(account: Account, request: RequestInfo, decision: int, number: str) -> bytes:
    """Return the signed decision on a request: `push.APPROVE`, `push.DENY` or `push.REPORT`.

    `number` is what the person typed; blanks and hyphens do not matter. An approval has as many digits as the request
    asks for, anything else has none; else `MessageError`. The account's counter was raised for this, and is durable.
    """
    if decision not in push.DECIDED:
        raise MessageError("a decision is 1, 2 or 3")
    digits = require_digits(number, length=request.digits if decision == push.APPROVE else 0)
    transcript = push.push_decision_transcript(
        instance_id=account.instance_id,
        origin=account.origin,
        user_id=account.user_id,
        device_id=account.device_id,
        request_id=request.request_id,
        purpose=request.purpose,
        server_nonce=request.sn,
        number=digits,
        decision=decision,
        context=request.context,
        iat=request.iat,
        exp=request.exp,
        counter=account.ctr,
        operation=request.op,
    )
    signed = push.DecisionRequest(decision=decision, number=digits, ctr=account.ctr, sig=sign(account.dsk, transcript))
    return push.format_decision_request(signed).encode()
