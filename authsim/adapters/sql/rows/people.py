"""Users and their browsers in their tables."""

import json
from typing import TYPE_CHECKING

from authsim.model import Client, FactorKind, Factors, Lockout, Mode, PortalSession, Reach, Role, SecureLogin, User

if TYPE_CHECKING:
    from authsim.adapters.sql.rows import AnyRow, Values


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
        "is_seamless": int(user.is_seamless),
        "secure_login": user.secure_login.value,
        "opts_out_ms": user.opts_out_ms,
        "region": user.region,
        "phone_verified_ms": user.phone_verified_ms,
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
        is_seamless=bool(row.is_seamless),
        secure_login=SecureLogin(row.secure_login),
        opts_out_ms=row.opts_out_ms,
        region=row.region,
        phone_verified_ms=row.phone_verified_ms,
        created_ms=row.created_ms,
        expires_ms=row.expires_ms,
    )


def format_session(session: PortalSession) -> "Values":
    """Return the columns of a session."""
    return {
        "session_id": session.session_id,
        "token_hash": session.token_hash,
        "user_id": session.user_id,
        "factors": session.factors.value,
        "proof": None if session.proof is None else session.proof.value,
        "reach": session.reach.value,
        "verified_purpose": session.verified_purpose,
        "verified_ms": session.verified_ms,
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
        proof=None if row.proof is None else FactorKind(row.proof),
        reach=Reach(row.reach),
        verified_purpose=row.verified_purpose,
        verified_ms=row.verified_ms,
        client=Client(address=row.client_address, agent=row.client_agent),
        opened_ms=row.opened_ms,
        last_seen_ms=row.last_seen_ms,
        expires_ms=row.expires_ms,
        ended_ms=row.ended_ms,
    )
