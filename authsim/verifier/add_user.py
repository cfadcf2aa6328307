"""Enrolment by credentials and a texted code, its first half: activation in the app, *Add User*, migration, recovery.

B1 passes the first factor and sends a code to the number on file. The phone signs it with the key that it offers, so
that nobody can finish or spoil what another phone began. A person may ask for another text: it carries a new code, and
keeps the count of tries. What the code is good for, B2, is `text_redemption`.
"""

from typing import Final

from authsim import states
from authsim.errors import MessageError, Reason, RefusalError, StoreConflictError, StoreStaleError
from authsim.events import Event, EventKind
from authsim.model import Client, Enrolment, FlowId, User
from authsim.policy import SECOND
from authsim.protocol.add_user import AddUserStart, AddUserStarted, add_user_start_transcript
from authsim.protocol.keys import require_signature
from authsim.secret import Secret
from authsim.verifier import Verifier, limits
from authsim.verifier.enrolment import draft_device, require_keys
from authsim.verifier.identity import require_origin
from authsim.verifier.passwords import require_password
from authsim.verifier.records import client_facts, refuse_login, require_row
from authsim.verifier.text_redemption import (
    complete_add_user,
    compute_code_mac,
    refuse_enrolment,
    require_no_stop,
    require_open,
)
from authsim.verifier.texting import write_text
from authsim.verifier.tokens import draw_id
from authsim.verifier.topics import inbox_topic, publish

__all__: Final = ["begin_add_user", "complete_add_user", "resend_code"]

#: What is refused aloud also where logins are uniform: it says nothing about any user.
_SAID: Final = frozenset({Reason.ENROLMENT_MISMATCH, Reason.SLOW_DOWN})


def begin_add_user(verifier: Verifier, request: AddUserStart, *, client: Client) -> AddUserStarted:
    """Judge B1, and send the code that B2 has to bring.

    Raises `MessageError` for keys that the protocol refuses. Refuses with `ENROLMENT_MISMATCH` (signature or suite),
    before the password is looked at; then as `require_password` does, which counts; and after a right password with
    `NO_PHONE_NUMBER`, and `TEXT_TOO_SOON` (`retry_after_ms`), across all enrolments of the user; where the profile says
    so also with `TEXTS_SPENT`, `HOLD_NOT_OVER` (both with `retry_after_ms`) and `DEVICE_SUSPENDED`. Where logins are
    uniform, whatever depends on who asks is refused in silence: the answer names a flow that no code fits.
    """
    flow_id = FlowId(draw_id(verifier.entropy))
    try:
        return _begin(verifier, request, flow_id, client=client)
    except RefusalError as refusal:
        if not verifier.policy.uniform_login or refusal.reason in _SAID:
            raise
        return AddUserStarted(flow_id=flow_id, expires_in=verifier.policy.sms_code_seconds)


def _begin(verifier: Verifier, request: AddUserStart, flow_id: FlowId, *, client: Client) -> AddUserStarted:
    # (0) one instant, until the first factor brings its own
    now_ms = verifier.clock.now_ms()
    code = _draw_code(verifier)
    require_keys(draft_device(verifier, now_ms=now_ms), sign_pk=request.dsk, kx_pk=request.dkx)
    # (6) recompute and (7) compare: only who holds the offered key asks
    if request.suite != verifier.instance.suite or not _is_genuine(verifier, request):
        raise refuse_enrolment(verifier, Reason.ENROLMENT_MISMATCH, now_ms=now_ms, client=client)
    # the first factor: (1) known? (2) counted (3) limits (7) compared
    first = require_password(verifier, name=request.username, password=request.password, client=client)
    user, now_ms = first.user, first.at_ms
    if user.phone is None:
        raise refuse_enrolment(verifier, Reason.NO_PHONE_NUMBER, now_ms=now_ms, client=client, user_id=user.user_id)
    enrolment = Enrolment(
        flow_id=flow_id,
        user_id=user.user_id,
        state=states.OneShot.ISSUED,
        sign_pk=request.dsk,
        kx_pk=request.dkx,
        client_nonce=request.cn,
        label=request.label,
        suite=request.suite,
        code_mac=compute_code_mac(verifier, user.user_id, flow_id, code),
        attempts=0,
        attempts_allowed=verifier.policy.sms_code_tries,
        sends=1,
        sent_ms=now_ms,
        issued_ms=now_ms,
        expires_ms=min(now_ms + verifier.policy.sms_code_seconds * SECOND, user.expires_ms),
    )
    # (8) keep and send, once in a while, and (9) record
    _keep(verifier, user, enrolment, user.phone, code, client=client)
    return _started(verifier, enrolment, now_ms=now_ms)


def resend_code(verifier: Verifier, flow_id: str) -> AddUserStarted:
    """Send another code for an enrolment, which keeps its end and its count of tries.

    Refuses with `ENROLMENT_UNKNOWN`, `ENROLMENT_USED`, `ENROLMENT_EXPIRED` and `CODE_TRIES_SPENT`; with `TEXTS_SPENT`,
    and with `TEXT_TOO_SOON` (`retry_after_ms`). Where logins are uniform all of it is refused in silence.
    """
    # (0) one instant
    now_ms = verifier.clock.now_ms()
    code = _draw_code(verifier)
    try:
        try:
            return _resend(verifier, FlowId(flow_id), code, now_ms=now_ms)
        except StoreConflictError:
            # Another request was faster: judge once more, by what it left behind.
            return _resend(verifier, FlowId(flow_id), code, now_ms=now_ms)
    except RefusalError:
        if not verifier.policy.uniform_login:
            raise
        return AddUserStarted(flow_id=flow_id, expires_in=verifier.policy.sms_code_seconds)


def _keep(verifier: Verifier, user: User, enrolment: Enrolment, number: str, code: Secret, *, client: Client) -> None:
    now_ms = enrolment.issued_ms
    event = Event(
        kind=EventKind.ENROLMENT_STARTED,
        at_ms=now_ms,
        user_id=user.user_id,
        facts={"label": enrolment.label} | dict(client_facts(client)),
    )
    _require_quiet(verifier, user, now_ms=now_ms, client=client)
    _require_allowed(verifier, user, now_ms=now_ms, client=client)
    try:
        verifier.store.enrolments.begin(
            enrolment,
            text=write_text(verifier, user, number, label=enrolment.label, code=code, now_ms=now_ms),
            judged=user.password_hash,
            not_since_ms=now_ms - verifier.policy.sms_resend_seconds * SECOND,
            event=event,
        )
    except StoreStaleError:
        raise refuse_login(
            verifier, Reason.WRONG_PASSWORD, now_ms=now_ms, user_id=user.user_id, client=client
        ) from None
    except StoreConflictError:
        _require_quiet(verifier, user, now_ms=now_ms, client=client)
        raise
    publish(verifier.bus, inbox_topic(number))


def _resend(verifier: Verifier, flow_id: FlowId, code: Secret, *, now_ms: int) -> AddUserStarted:
    """Replace the code and send it; a lost race is a `StoreConflictError`."""
    client = Client()
    # (1) known? (4) still issued? (5) fresh?
    enrolment = require_open(verifier, flow_id, now_ms=now_ms, client=client)
    user = require_row(verifier.store.users.get(enrolment.user_id))
    number = require_row(user.phone)
    # (3) limits
    if enrolment.sends >= verifier.policy.sms_sends:
        raise refuse_enrolment(verifier, Reason.TEXTS_SPENT, now_ms=now_ms, client=client, user_id=user.user_id)
    _require_quiet(verifier, user, now_ms=now_ms, client=client)
    _require_allowed(verifier, user, now_ms=now_ms, client=client)
    # (8) replace and send, and (9) record
    sent = verifier.store.enrolments.resend(
        flow_id,
        code_mac=compute_code_mac(verifier, user.user_id, flow_id, code),
        text=write_text(verifier, user, number, label=enrolment.label, code=code, now_ms=now_ms),
        sends_allowed=verifier.policy.sms_sends,
        not_since_ms=now_ms - verifier.policy.sms_resend_seconds * SECOND,
        now_ms=now_ms,
        event=Event(
            kind=EventKind.ENROLMENT_RESENT, at_ms=now_ms, user_id=user.user_id, facts={"label": enrolment.label}
        ),
    )
    publish(verifier.bus, inbox_topic(number))
    return _started(verifier, sent, now_ms=now_ms)


def _require_allowed(verifier: Verifier, user: User, *, now_ms: int, client: Client) -> None:
    """Refuse what the profile does not let a text do, and count the text that it does."""
    try:
        require_no_stop(verifier, user.user_id, now_ms=now_ms)
        limits.take_text(verifier, user.user_id, now_ms=now_ms)
    except RefusalError as refusal:
        raise refuse_enrolment(
            verifier,
            refusal.reason,
            now_ms=now_ms,
            client=client,
            user_id=user.user_id,
            retry_after_ms=refusal.retry_after_ms,
        ) from None


def _require_quiet(verifier: Verifier, user: User, *, now_ms: int, client: Client) -> None:
    """Refuse while the user's last text, of whichever enrolment, is too young."""
    last_ms = verifier.store.enrolments.last_sent_ms(user.user_id)
    wait_ms = 0 if last_ms is None else last_ms + verifier.policy.sms_resend_seconds * SECOND - now_ms
    if wait_ms > 0:
        raise refuse_enrolment(
            verifier,
            Reason.TEXT_TOO_SOON,
            now_ms=now_ms,
            client=client,
            user_id=user.user_id,
            retry_after_ms=wait_ms,
        )


def _draw_code(verifier: Verifier) -> Secret:
    digits = verifier.policy.sms_code_digits
    return Secret(f"{verifier.entropy.randbelow(10**digits):0{digits}d}")


def _is_genuine(verifier: Verifier, request: AddUserStart) -> bool:
    transcript = add_user_start_transcript(
        instance_id=verifier.instance.instance_id,
        origin=require_origin(verifier),
        client_nonce=request.cn,
        dsk=request.dsk,
        dkx=request.dkx,
        psk=verifier.vault.signing_public_key(),
        suite=request.suite,
        label=request.label,
        username=request.username,
    )
    try:
        require_signature(request.dsk, transcript, request.sig)
    except MessageError:
        return False
    return True


def _started(verifier: Verifier, enrolment: Enrolment, *, now_ms: int) -> AddUserStarted:
    """Return the answer; where logins are uniform, with the same seconds as for a flow that does not exist."""
    is_uniform = verifier.policy.uniform_login
    seconds = verifier.policy.sms_code_seconds if is_uniform else (enrolment.expires_ms - now_ms) // SECOND
    return AddUserStarted(flow_id=enrolment.flow_id, expires_in=seconds)
