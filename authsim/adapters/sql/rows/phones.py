"""Phones in their tables: keys, sessions, texts, and the two ways of getting a key onto one."""

from typing import TYPE_CHECKING

from authsim import states
from authsim.model import ActivationCode, Device, DeviceSession, Enrolment, Sealed, TextMessage

if TYPE_CHECKING:
    from authsim.adapters.sql.rows import AnyRow, Values
    from authsim.model import UserId


def format_device(device: Device) -> "Values":
    """Return the columns of a device."""
    return {
        "device_id": device.device_id,
        "user_id": device.user_id,
        "state": device.state.value,
        "label": device.label,
        "suite": device.suite,
        "sign_pk": device.sign_pk,
        "seed_key_id": device.seed.key_id,
        "seed_nonce": device.seed.nonce,
        "seed_ciphertext": device.seed.ciphertext,
        "activated_ms": device.activated_ms,
        "closed_ms": device.closed_ms,
        "last_used_ms": device.last_used_ms,
        "counter": device.counter,
        "alarms": device.alarms,
        "question": device.question,
        "confirmations": device.confirmations,
        "confirmations_allowed": device.confirmations_allowed,
        "expires_ms": device.expires_ms,
    }


def parse_device(row: "AnyRow") -> Device:
    """Return the device of a row."""
    return Device(
        device_id=row.device_id,
        user_id=row.user_id,
        state=states.Device(row.state),
        label=row.label,
        suite=row.suite,
        sign_pk=row.sign_pk,
        seed=Sealed(key_id=row.seed_key_id, nonce=row.seed_nonce, ciphertext=row.seed_ciphertext),
        activated_ms=row.activated_ms,
        closed_ms=row.closed_ms,
        last_used_ms=row.last_used_ms,
        counter=row.counter,
        alarms=row.alarms,
        question=row.question,
        confirmations=row.confirmations,
        confirmations_allowed=row.confirmations_allowed,
        expires_ms=row.expires_ms,
    )


def format_activation(code: ActivationCode) -> "Values":
    """Return the columns of an activation code."""
    return {
        "code_id": code.code_id,
        "user_id": code.user_id,
        "session_id": code.session_id,
        "state": code.state.value,
        "keys_key_id": code.keys.key_id,
        "keys_nonce": code.keys.nonce,
        "keys_ciphertext": code.keys.ciphertext,
        "display": code.display,
        "issued_ms": code.issued_ms,
        "expires_ms": code.expires_ms,
        "closed_ms": code.closed_ms,
        "device_id": code.device_id,
        "request_digest": code.request_digest,
        "reply": code.reply,
    }


def parse_activation(row: "AnyRow") -> ActivationCode:
    """Return the activation code of a row."""
    return ActivationCode(
        code_id=row.code_id,
        user_id=row.user_id,
        session_id=row.session_id,
        state=states.OneShot(row.state),
        keys=Sealed(key_id=row.keys_key_id, nonce=row.keys_nonce, ciphertext=row.keys_ciphertext),
        display=row.display,
        issued_ms=row.issued_ms,
        expires_ms=row.expires_ms,
        closed_ms=row.closed_ms,
        device_id=row.device_id,
        request_digest=row.request_digest,
        reply=row.reply,
    )


def format_device_session(session: DeviceSession) -> "Values":
    """Return the columns of a phone's session."""
    return {
        "token_hash": session.token_hash,
        "device_id": session.device_id,
        "user_id": session.user_id,
        "opened_ms": session.opened_ms,
        "expires_ms": session.expires_ms,
    }


def parse_device_session(row: "AnyRow") -> DeviceSession:
    """Return the phone's session of a row."""
    return DeviceSession(
        token_hash=row.token_hash,
        device_id=row.device_id,
        user_id=row.user_id,
        opened_ms=row.opened_ms,
        expires_ms=row.expires_ms,
    )


def format_enrolment(enrolment: Enrolment) -> "Values":
    """Return the columns of an enrolment."""
    return {
        "flow_id": enrolment.flow_id,
        "user_id": enrolment.user_id,
        "state": enrolment.state.value,
        "sign_pk": enrolment.sign_pk,
        "kx_pk": enrolment.kx_pk,
        "client_nonce": enrolment.client_nonce,
        "label": enrolment.label,
        "suite": enrolment.suite,
        "code_mac": enrolment.code_mac,
        "attempts": enrolment.attempts,
        "attempts_allowed": enrolment.attempts_allowed,
        "sends": enrolment.sends,
        "sent_ms": enrolment.sent_ms,
        "issued_ms": enrolment.issued_ms,
        "expires_ms": enrolment.expires_ms,
        "closed_ms": enrolment.closed_ms,
        "device_id": enrolment.device_id,
        "request_digest": enrolment.request_digest,
        "reply": enrolment.reply,
    }


def parse_enrolment(row: "AnyRow") -> Enrolment:
    """Return the enrolment of a row."""
    return Enrolment(
        flow_id=row.flow_id,
        user_id=row.user_id,
        state=states.OneShot(row.state),
        sign_pk=row.sign_pk,
        kx_pk=row.kx_pk,
        client_nonce=row.client_nonce,
        label=row.label,
        suite=row.suite,
        code_mac=row.code_mac,
        attempts=row.attempts,
        attempts_allowed=row.attempts_allowed,
        sends=row.sends,
        sent_ms=row.sent_ms,
        issued_ms=row.issued_ms,
        expires_ms=row.expires_ms,
        closed_ms=row.closed_ms,
        device_id=row.device_id,
        request_digest=row.request_digest,
        reply=row.reply,
    )


def format_text(text: TextMessage, *, user_id: "UserId") -> "Values":
    """Return the columns of a text, and with whom it goes."""
    return {
        "user_id": user_id,
        "number": text.number,
        "body_key_id": text.body.key_id,
        "body_nonce": text.body.nonce,
        "body_ciphertext": text.body.ciphertext,
        "sent_ms": text.sent_ms,
    }


def parse_text(row: "AnyRow") -> TextMessage:
    """Return the text of a row."""
    return TextMessage(
        sequence=row.serial,
        number=row.number,
        body=Sealed(key_id=row.body_key_id, nonce=row.body_nonce, ciphertext=row.body_ciphertext),
        sent_ms=row.sent_ms,
    )
