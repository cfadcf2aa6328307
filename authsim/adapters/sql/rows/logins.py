"""Logins, and what was asked to complete them, in their tables."""

from typing import TYPE_CHECKING

from authsim import states
from authsim.model import Challenge, Client, Decision, LoginTransaction, Mode, PushRequest

if TYPE_CHECKING:
    from authsim.adapters.sql.rows import AnyRow, Values


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
        "purpose": login.purpose,
        "subject": login.subject,
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
        purpose=row.purpose,
        subject=row.subject,
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


def format_push(push: PushRequest) -> "Values":
    """Return the columns of a request to a device."""
    return {
        "request_id": push.request_id,
        "login_id": push.login_id,
        "user_id": push.user_id,
        "device_id": push.device_id,
        "purpose": push.purpose,
        "number": push.number,
        "client_address": push.client.address,
        "client_agent": push.client.agent,
        "server_nonce": push.server_nonce,
        "is_notified": int(push.is_notified),
        "state": push.state.value,
        "decision": push.decision,
        "decision_digest": push.decision_digest,
        "operation": push.operation,
        "attempts": push.attempts,
        "attempts_allowed": push.attempts_allowed,
        "issued_ms": push.issued_ms,
        "expires_ms": push.expires_ms,
        "closed_ms": push.closed_ms,
    }


def parse_push(row: "AnyRow") -> PushRequest:
    """Return the request of a row."""
    return PushRequest(
        request_id=row.request_id,
        sequence=row.serial,
        login_id=row.login_id,
        user_id=row.user_id,
        device_id=row.device_id,
        purpose=row.purpose,
        number=row.number,
        client=Client(address=row.client_address, agent=row.client_agent),
        server_nonce=row.server_nonce,
        is_notified=bool(row.is_notified),
        state=states.OneShot(row.state),
        decision=None if row.decision is None else Decision(row.decision),
        decision_digest=row.decision_digest,
        operation=row.operation,
        attempts=row.attempts,
        attempts_allowed=row.attempts_allowed,
        issued_ms=row.issued_ms,
        expires_ms=row.expires_ms,
        closed_ms=row.closed_ms,
    )
