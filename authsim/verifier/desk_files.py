"""What the help desk is shown of a user: plain facts, so that no secret can be among them, hashed or sealed as it be.

Who may look, and what is written down of it, is `help_desk`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from authsim import states
from authsim.events import AuditRow
from authsim.model import (
    Client,
    Device,
    Factor,
    FactorKind,
    Factors,
    Mode,
    PortalSession,
    Reach,
    Role,
    SecureLogin,
    User,
    UserId,
)
from authsim.verifier import Verifier, lockout
from authsim.verifier.secure_login import stands
from authsim.verifier.sessions import list_sessions

#: As much of the story as fits a conversation.
MOST_ROWS: Final = 50
MOST_THINGS: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskPhone:
    """A phone of the user, whatever became of it."""

    label: str
    state: states.Device
    activated_ms: int
    last_used_ms: int | None
    closed_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskFactor:
    """A second factor that is no phone. `serial` stands on a card; `is_shared`: the card is another user's."""

    kind: FactorKind
    state: states.Factor
    serial: str
    is_shared: bool
    made_ms: int
    activated_ms: int | None
    full_until_ms: int | None
    expires_ms: int | None
    closed_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskSession:
    """A browser that is signed in."""

    factors: Factors
    proof: FactorKind | None
    reach: Reach
    client: Client
    opened_ms: int
    last_seen_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskFile:
    """One user, as of one instant. Durations are 0 where nothing is to be waited for.

    `also` names the other users of the same number. `phones` and `factors` are newest first; `story` are the newest
    rows of the record with their true reasons, newest first.
    """

    user_id: UserId
    name: str
    role: Role
    account: str
    mode: Mode
    locale: str
    region: str
    number: str | None
    is_number_verified: bool
    secure_login: SecureLogin
    opts_out_ms: int | None
    is_seamless: bool
    created_ms: int
    expires_ms: int
    is_expired: bool
    failures: int
    locked_for_ms: int
    throttled_for_ms: int
    also: Sequence[str]
    phones: Sequence[DeskPhone]
    factors: Sequence[DeskFactor]
    sessions: Sequence[DeskSession]
    story: Sequence[AuditRow]


def read_file(verifier: Verifier, user: User, *, now_ms: int) -> DeskFile:
    """Return what the help desk is shown of a user."""
    settled = lockout.settle(user.lockout, now_ms=now_ms)
    return DeskFile(
        user_id=user.user_id,
        name=user.name,
        role=user.role,
        account=user.account,
        mode=user.mode,
        locale=user.locale,
        region=user.region,
        number=user.phone,
        is_number_verified=user.phone_verified_ms is not None,
        secure_login=stands(user, now_ms=now_ms),
        opts_out_ms=user.opts_out_ms,
        is_seamless=user.is_seamless,
        created_ms=user.created_ms,
        expires_ms=user.expires_ms,
        is_expired=user.expires_ms <= now_ms,
        failures=lockout.count_failures(settled, verifier.policy, now_ms=now_ms),
        locked_for_ms=lockout.locked_for_ms(settled, now_ms=now_ms),
        throttled_for_ms=lockout.throttled_for_ms(settled, verifier.policy, now_ms=now_ms),
        also=_others(verifier, user),
        phones=[_phone(device) for device in verifier.store.devices.list_of(user.user_id)[:MOST_THINGS]],
        factors=[_factor(factor) for factor in verifier.store.factors.list_of(user.user_id)[:MOST_THINGS]],
        sessions=[_session(session) for session in list_sessions(verifier, user.user_id)],
        story=verifier.store.audit.list_of(user.user_id, most=MOST_ROWS),
    )


def _others(verifier: Verifier, user: User) -> Sequence[str]:
    if user.phone is None:
        return []
    return [other.name for other in verifier.store.users.list_all() if other.phone == user.phone and other != user]


def _phone(device: Device) -> DeskPhone:
    return DeskPhone(
        label=device.label,
        state=device.state,
        activated_ms=device.activated_ms,
        last_used_ms=device.last_used_ms,
        closed_ms=device.closed_ms,
    )


def _factor(factor: Factor) -> DeskFactor:
    return DeskFactor(
        kind=factor.kind,
        state=factor.state,
        serial=factor.serial,
        is_shared=factor.shared_factor_id is not None,
        made_ms=factor.made_ms,
        activated_ms=factor.activated_ms,
        full_until_ms=factor.full_until_ms,
        expires_ms=factor.expires_ms,
        closed_ms=factor.closed_ms,
    )


def _session(session: PortalSession) -> DeskSession:
    return DeskSession(
        factors=session.factors,
        proof=session.proof,
        reach=session.reach,
        client=session.client,
        opened_ms=session.opened_ms,
        last_seen_ms=session.last_seen_ms,
    )
