"""Rows and nouns: how the values of `authsim.model` that several ports write lie in their tables."""

import json
from typing import TYPE_CHECKING, Any

from authsim import states
from authsim.model import (
    ActivationCode,
    Challenge,
    Client,
    Device,
    Factors,
    Lockout,
    LoginTransaction,
    Mode,
    PortalSession,
    Role,
    Sealed,
    User,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Row

    AnyRow = Row[*tuple[Any, ...]]
    Values = Mapping[str, str | int | bytes | None]


def format_lockout(lockout: Lockout) -> "Values":
    """Return the columns of a lock-out."""
    return {
        "failures_ms": json.dumps(lockout.failures_ms, separators=(",", ":")),
        "locked_until_ms": lockout.locked_until_ms,
    }


def parse_lockout(row: "AnyRow") -> Lockout:
    """Return the lock-out in a user's row."""
    return Lockout(failures_ms=tuple(json.loads(row.failures_ms)), locked_until_ms=row.locked_until_ms)


def format_user(user: User) -> "Values":
    """Return the columns of a user."""
    return {
        "user_id": user.user_id,
        "name": user.name,
        "role": user.role.value,
        "account": user.account,
        "mode": user.mode.value,
        "phone": user.phone,
        "locale": user.locale,
        "password_hash": user.password_hash,
        "created_ms": user.created_ms,
        "expires_ms": user.expires_ms,
        **format_lockout(user.lockout),
    }


def parse_user(row: "AnyRow") -> User:
    """Return the user of a row."""
    return User(
        user_id=row.user_id,
        name=row.name,
        role=Role(row.role),
        account=row.account,
        mode=Mode(row.mode),
        phone=row.phone,
        locale=row.locale,
        password_hash=row.password_hash,
        lockout=parse_lockout(row),
        created_ms=row.created_ms,
        expires_ms=row.expires_ms,
    )


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


def format_login(login: LoginTransaction) -> "Values":
    """Return the columns of a login transaction."""
    return {
        "login_id": login.login_id,
        "token_hash": login.token_hash,
        "user_id": login.user_id,
        "state": login.state.value,
        "mode": login.mode.value,
        "session_id": login.session_id,
        "client_address": login.client.address,
        "client_agent": login.client.agent,
        "started_ms": login.started_ms,
        "expires_ms": login.expires_ms,
        "closed_ms": login.closed_ms,
        "reason": login.reason,
    }


def parse_login(row: "AnyRow") -> LoginTransaction:
    """Return the login transaction of a row."""
    return LoginTransaction(
        login_id=row.login_id,
        token_hash=row.token_hash,
        user_id=row.user_id,
        state=states.Login(row.state),
        mode=Mode(row.mode),
        session_id=row.session_id,
        client=Client(address=row.client_address, agent=row.client_agent),
        started_ms=row.started_ms,
        expires_ms=row.expires_ms,
        closed_ms=row.closed_ms,
        reason=row.reason,
    )


def format_challenge(challenge: Challenge) -> "Values":
    """Return the columns of a challenge."""
    return {
        "challenge_id": challenge.challenge_id,
        "login_id": challenge.login_id,
        "user_id": challenge.user_id,
        "device_id": challenge.device_id,
        "question": challenge.question,
        "purpose": challenge.purpose,
        "suite": challenge.suite,
        "state": challenge.state.value,
        "attempts": challenge.attempts,
        "attempts_allowed": challenge.attempts_allowed,
        "issued_ms": challenge.issued_ms,
        "expires_ms": challenge.expires_ms,
        "closed_ms": challenge.closed_ms,
    }


def parse_challenge(row: "AnyRow") -> Challenge:
    """Return the challenge of a row."""
    return Challenge(
        challenge_id=row.challenge_id,
        login_id=row.login_id,
        user_id=row.user_id,
        device_id=row.device_id,
        question=row.question,
        purpose=row.purpose,
        suite=row.suite,
        state=states.OneShot(row.state),
        attempts=row.attempts,
        attempts_allowed=row.attempts_allowed,
        issued_ms=row.issued_ms,
        expires_ms=row.expires_ms,
        closed_ms=row.closed_ms,
    )


def format_session(session: PortalSession) -> "Values":
    """Return the columns of a session."""
    return {
        "session_id": session.session_id,
        "token_hash": session.token_hash,
        "user_id": session.user_id,
        "factors": session.factors.value,
        "client_address": session.client.address,
        "client_agent": session.client.agent,
        "opened_ms": session.opened_ms,
        "last_seen_ms": session.last_seen_ms,
        "expires_ms": session.expires_ms,
        "ended_ms": session.ended_ms,
    }


def parse_session(row: "AnyRow") -> PortalSession:
    """Return the session of a row."""
    return PortalSession(
        session_id=row.session_id,
        token_hash=row.token_hash,
        user_id=row.user_id,
        factors=Factors(row.factors),
        client=Client(address=row.client_address, agent=row.client_agent),
        opened_ms=row.opened_ms,
        last_seen_ms=row.last_seen_ms,
        expires_ms=row.expires_ms,
        ended_ms=row.ended_ms,
    )
