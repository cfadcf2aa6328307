"""Adding a user to this phone by credentials and a texted code (`docs/protocol.md`, Add user).

Activation in the app, *Add User*, migration and recovery on Android are all this ceremony. Each step returns the phone
with the record that must be on disk before the next request leaves; the same record always makes the same last
request, byte for byte, so a lost reply is asked for again. The password stays with whoever typed it. Sending is not
known here.
"""

import unicodedata

from authsim.authenticator.activate import Activated, accept_reply, require_place
from authsim.authenticator.device import PendingEnrolment, Phone, Portal
from authsim.errors import MessageError, Reason, RefusalError
from authsim.ports import Entropy
from authsim.protocol.add_user import (
    AddUserFinish,
    AddUserResend,
    AddUserStart,
    AddUserStarted,
    add_user_finish_transcript,
    add_user_start_transcript,
    derive_text_psk,
    format_add_user_finish,
    format_add_user_resend,
    format_add_user_start,
)
from authsim.protocol.encodings import normalise_digits, require_text, require_texted_code
from authsim.protocol.keys import agreement_public_key, sign, signing_public_key
from authsim.protocol.members import MOST_LABEL_BYTES
from authsim.secret import Secret


def begin_add_user(
    phone: Phone,
    portal: Portal,
    *,
    suite: str,
    username: str,
    label: str,
    address: str,
    entropy: Entropy,
    is_renewal: bool = False,
) -> Phone:
    """Return the phone with a new record for this user; it must be durable before the first request leaves.

    `portal` was trusted before: scanned, or its fingerprint compared. `label` names this phone to the portal's page, at
    most 64 bytes; `address` is the origin to send to. `is_renewal` says that a user of this phone is recovered.
    Refuses with `ALREADY_ENROLLED` a user whom this phone holds otherwise, and as `begin_activation` does.
    """
    name = require_text(unicodedata.normalize("NFC", username), most_bytes=MOST_LABEL_BYTES)
    held = any((item.instance_id, item.label) == (portal.instance_id, name) for item in phone.accounts)
    if held and not is_renewal:
        raise RefusalError(Reason.ALREADY_ENROLLED)
    require_place(phone, portal, suite=suite)
    enrolment = PendingEnrolment(
        instance_id=portal.instance_id,
        origin=portal.origin,
        psk=portal.psk,
        suite=suite,
        address=address,
        username=name,
        dsk=Secret(entropy.token_bytes(32)),
        dkx=Secret(entropy.token_bytes(32)),
        cn=entropy.token_bytes(16),
        label=require_text(label, most_bytes=MOST_LABEL_BYTES),
    )
    return phone._replace(enrolment=enrolment)


def require_enrolment(phone: Phone) -> PendingEnrolment:
    """Return the user who is being added, or refuse with `NOT_ENROLLED`: there is nothing to go on with."""
    if phone.enrolment is None:
        raise RefusalError(Reason.NOT_ENROLLED)
    return phone.enrolment


def format_start(pending: PendingEnrolment, password: Secret) -> bytes:
    """Return the request B1."""
    dsk, dkx = signing_public_key(pending.dsk), agreement_public_key(pending.dkx)
    transcript = add_user_start_transcript(
        instance_id=pending.instance_id,
        origin=pending.origin,
        client_nonce=pending.cn,
        dsk=dsk,
        dkx=dkx,
        psk=pending.psk,
        suite=pending.suite,
        label=pending.label,
        username=pending.username,
    )
    start = AddUserStart(
        username=pending.username,
        password=password,
        dsk=dsk,
        dkx=dkx,
        cn=pending.cn,
        label=pending.label,
        suite=pending.suite,
        sig=sign(pending.dsk, transcript),
    )
    return format_add_user_start(start).encode()


def with_flow(phone: Phone, pending: PendingEnrolment, reply: AddUserStarted) -> Phone:
    """Return the phone that knows which flow the portal texted a code for; a resend answers with the same one."""
    _require_current(phone, pending)
    if pending.flow_id not in (None, reply.flow_id):
        raise MessageError("a resend answers for the flow that it was asked for")
    return phone._replace(enrolment=pending._replace(flow_id=reply.flow_id))


def format_resend(pending: PendingEnrolment) -> bytes:
    """Return the request for another code; refuses with `NOT_ENROLLED` before there was a first one."""
    return format_add_user_resend(AddUserResend(flow_id=_require_flow(pending))).encode()


def with_code(phone: Phone, pending: PendingEnrolment, code: Secret) -> Phone:
    """Return the phone with the code as it was typed; it must be durable before the request that carries it leaves.

    Raises `MessageError` when it cannot be one: 4 to 10 digits, blanks and hyphens do not matter.
    """
    _require_current(phone, pending)
    digits = require_texted_code(normalise_digits(code.reveal_text()))
    return phone._replace(enrolment=pending._replace(code=digits))


def without_code(phone: Phone, pending: PendingEnrolment) -> Phone:
    """Return the phone that forgot a code which was wrong: sent again, it would cost another try."""
    _require_current(phone, pending)
    return phone._replace(enrolment=pending._replace(code=None))


def format_finish(pending: PendingEnrolment) -> bytes:
    """Return the request B2; deterministic, so it is the same each time. Refuses with `NOT_ENROLLED` without a code."""
    flow_id, code = _require_flow(pending), _require_code(pending)
    transcript = add_user_finish_transcript(
        instance_id=pending.instance_id,
        origin=pending.origin,
        client_nonce=pending.cn,
        dsk=signing_public_key(pending.dsk),
        dkx=agreement_public_key(pending.dkx),
        psk=pending.psk,
        suite=pending.suite,
        label=pending.label,
        username=pending.username,
        flow_id=flow_id,
        code=code,
    )
    finish = AddUserFinish(flow_id=flow_id, code=code, sig=sign(pending.dsk, transcript))
    return format_add_user_finish(finish).encode()


def complete_add_user(phone: Phone, pending: PendingEnrolment, body: bytes) -> Activated:
    """Return the phone with the account that the reply makes of `pending`; its code and `dkx` are gone.

    Errors as in `complete_activation`. `phone` may have changed meanwhile: another record stays.
    """
    flow_id, code = _require_flow(pending), _require_code(pending)
    psk = derive_text_psk(code, flow_id)
    return accept_reply(abandon_add_user(phone, pending), pending, body, code_id=flow_id, psk=psk)


def abandon_add_user(phone: Phone, pending: PendingEnrolment) -> Phone:
    """Return the phone without that record; another one stays."""
    return phone._replace(enrolment=None) if phone.enrolment == pending else phone


def _require_current(phone: Phone, pending: PendingEnrolment) -> None:
    if phone.enrolment != pending:
        raise RefusalError(Reason.NOT_ENROLLED)


def _require_flow(pending: PendingEnrolment) -> str:
    if pending.flow_id is None:
        raise RefusalError(Reason.NOT_ENROLLED)
    return pending.flow_id


def _require_code(pending: PendingEnrolment) -> Secret:
    if pending.code is None:
        raise RefusalError(Reason.NOT_ENROLLED)
    return pending.code
