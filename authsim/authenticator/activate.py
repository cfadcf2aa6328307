"""Activating a user on this phone with a one-time code from the portal's screen (`docs/protocol.md`, Activation).

`begin_activation` makes the keys and the record that must be on disk before anything is sent; `complete_activation`
judges the reply and turns the record into an account. The same record always makes the same request, byte for byte, so
a lost reply is asked for again. Sending is not known here.
"""

from dataclasses import dataclass

from authsim.authenticator.device import (
    MOST_ACCOUNTS,
    Account,
    Pending,
    PendingEnrolment,
    Phone,
    Portal,
    require_trusted,
    with_account,
    with_portal,
)
from authsim.authenticator.pin import PinPolicy
from authsim.errors import MessageError, Reason, RefusalError
from authsim.ports import Entropy
from authsim.protocol.activation_uri import ActivationUri
from authsim.protocol.codes import Purpose, compute_challenge_response
from authsim.protocol.encodings import require_text
from authsim.protocol.keys import (
    agreement_public_key,
    compute_mac,
    compute_shared,
    derive_activation_keys,
    derive_confirmation,
    derive_seed,
    require_signature,
    require_signing_key,
    sign,
    signing_public_key,
)
from authsim.protocol.members import MOST_LABEL_BYTES
from authsim.protocol.messages import (
    ActivateReply,
    ActivateRequest,
    activate_reply_transcript,
    activate_request_transcript,
    format_activate_request,
    parse_activate_reply,
)
from authsim.protocol.suite import STRICT10
from authsim.secret import Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Activated:
    """The phone with its new account. `confirmation` is what the person types into the page (strict10), 8 digits."""

    phone: Phone
    account: Account
    confirmation: str | None


def begin_activation(phone: Phone, uri: ActivationUri, *, label: str, address: str, entropy: Entropy) -> Phone:
    """Return the phone with a pending record for this code; it must be durable before the request leaves.

    `label` names this phone to the portal's page, at most 64 bytes; `address` is the origin to send to. The record of
    the same code is kept as it is, that of another is put aside. Raises `MessageError` for an unacceptable key, and
    refuses with `PORTAL_NOT_TRUSTED` a portal known by another key, with `PIN_UNSUITABLE` a classic PIN at a portal of
    the hardened profile.
    """
    require_place(phone, Portal(uri.instance_id, uri.origin, uri.psk), suite=uri.suite)
    if phone.pending is not None and phone.pending.code == uri.code and phone.pending.psk == uri.psk:
        return phone._replace(pending=phone.pending._replace(address=address))
    pending = Pending(
        instance_id=uri.instance_id,
        origin=uri.origin,
        psk=uri.psk,
        suite=uri.suite,
        code=uri.code,
        address=address,
        dsk=Secret(entropy.token_bytes(32)),
        dkx=Secret(entropy.token_bytes(32)),
        cn=entropy.token_bytes(16),
        label=require_text(label, most_bytes=MOST_LABEL_BYTES),
    )
    return phone._replace(pending=pending)


def require_place(phone: Phone, portal: Portal, *, suite: str) -> None:
    """Return when this phone may hold one user more of that portal; else raise as `begin_activation` does."""
    if len(phone.accounts) >= MOST_ACCOUNTS:
        raise MessageError(f"a phone answers for at most {MOST_ACCOUNTS} users")
    require_signing_key(portal.psk)
    require_trusted(phone, portal)
    if suite == STRICT10 and phone.pin_policy is PinPolicy.CLASSIC:
        raise RefusalError(Reason.PIN_UNSUITABLE)


def require_pending(phone: Phone) -> Pending:
    """Return the activation under way, or refuse with `NOT_ENROLLED`: there is nothing to resume."""
    if phone.pending is None:
        raise RefusalError(Reason.NOT_ENROLLED)
    return phone.pending


def format_request(pending: Pending) -> bytes:
    """Return the request A1. Signature and MAC are deterministic, so it is the same each time."""
    keys = derive_activation_keys(pending.code)
    dsk, dkx = signing_public_key(pending.dsk), agreement_public_key(pending.dkx)
    transcript = activate_request_transcript(
        instance_id=pending.instance_id,
        origin=pending.origin,
        code_id=keys.code_id,
        client_nonce=pending.cn,
        dsk=dsk,
        dkx=dkx,
        psk=pending.psk,
        suite=pending.suite,
        label=pending.label,
    )
    request = ActivateRequest(
        code_id=keys.code_id,
        dsk=dsk,
        dkx=dkx,
        cn=pending.cn,
        label=pending.label,
        suite=pending.suite,
        mac=compute_mac(keys.mac, transcript),
        sig=sign(pending.dsk, transcript),
    )
    return format_activate_request(request).encode()


def complete_activation(phone: Phone, pending: Pending, body: bytes) -> Activated:
    """Return the phone with the account that the reply A2 makes of `pending`; its code and `dkx` are gone.

    Raises `MessageError` for a malformed reply, and refuses with `PORTAL_NOT_TRUSTED` one that the portal of the QR
    code did not sign. `phone` may have changed meanwhile: another activation under way stays.
    """
    keys = derive_activation_keys(pending.code)
    return accept_reply(abandon_activation(phone, pending), pending, body, code_id=keys.code_id, psk=keys.psk)


def accept_reply(
    phone: Phone, record: Pending | PendingEnrolment, body: bytes, *, code_id: str, psk: Secret
) -> Activated:
    """Return `phone` with the account that the reply A2 makes of a record; errors as in `complete_activation`.

    `code_id` and the pre-shared `psk` are what request and reply have in common, besides the keys in the record.
    """
    reply = parse_activate_reply(body)
    transcript = _reply_transcript(record, reply, code_id)
    try:
        require_signature(record.psk, transcript, reply.sig)
    except MessageError:
        raise RefusalError(Reason.PORTAL_NOT_TRUSTED) from None
    shared = compute_shared(record.dkx, reply.pkx)
    account = Account(
        instance_id=record.instance_id,
        origin=record.origin,
        psk=record.psk,
        user_id=reply.user_id,
        device_id=reply.device_id,
        dsk=record.dsk,
        seed=derive_seed(psk, shared, transcript),
        ctr=0,
        suite=record.suite,
        label=reply.user_label,
    )
    return Activated(
        phone=with_account(with_portal(phone, Portal(record.instance_id, record.origin, record.psk)), account),
        account=account,
        confirmation=_confirmation(account, derive_confirmation(record.suite, psk, shared, transcript)),
    )


def abandon_activation(phone: Phone, pending: Pending) -> Phone:
    """Return the phone without that pending record; another one stays."""
    return phone._replace(pending=None) if phone.pending == pending else phone


def _confirmation(account: Account, challenge: str) -> str | None:
    if account.suite != STRICT10:
        return None
    return compute_challenge_response(account.suite, account.seed, challenge=challenge, purpose=Purpose.ACTIVATION)


def _reply_transcript(record: Pending | PendingEnrolment, reply: ActivateReply, code_id: str) -> bytes:
    return activate_reply_transcript(
        instance_id=record.instance_id,
        origin=record.origin,
        user_id=reply.user_id,
        device_id=reply.device_id,
        code_id=code_id,
        server_nonce=reply.sn,
        client_nonce=record.cn,
        iat=reply.iat,
        exp=reply.exp,
        dsk=signing_public_key(record.dsk),
        dkx=agreement_public_key(record.dkx),
        psk=record.psk,
        pkx=reply.pkx,
        suite=record.suite,
        label=record.label,
        user_label=reply.user_label,
    )
