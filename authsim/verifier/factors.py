"""What a user may answer a login with: the active phone and the active factors, in the order of the page.

What each kind is worth, and which stand beside which, is `factor_rules`. Getting one is `factor_devices`, asking one
`prompts`.
"""

from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from authsim import states
from authsim.errors import Reason, RefusalError, StoreConflictError
from authsim.events import Event, EventKind
from authsim.factor_rules import ORDER
from authsim.model import Device, Factor, FactorId, FactorKind, Reach, User
from authsim.policy import DAY, SECOND, Policy
from authsim.secret import Secret
from authsim.verifier import Verifier
from authsim.verifier.records import require_row
from authsim.verifier.sealing import open_factor

#: What a uniform second page takes: it must look the same for everybody.
UNIFORM: Final = frozenset({FactorKind.IB_KEY, FactorKind.TEMPORARY_PASSCODE})
OPEN: Final = frozenset({states.Factor.PENDING, states.Factor.ACTIVE})


def offered(verifier: Verifier, user: User, *, now_ms: int) -> tuple[Factor | Device, ...]:
    """Return what a login of this user may ask, in the order of the page; an expiry that is seen first is written.

    A texted code goes to a number that its user verified, and to no other.
    """
    device = verifier.store.devices.active_of(user.user_id)
    held: list[Factor | Device] = [] if device is None else [device]
    held += [
        factor
        for factor in list_held(verifier, user, now_ms=now_ms)
        if factor.state is states.Factor.ACTIVE
        and (factor.kind is not FactorKind.TEXT or (user.phone and user.phone_verified_ms is not None))
    ]
    taken = kinds_taken(verifier.policy)
    return tuple(sorted((one for one in held if kind_of(one) in taken), key=lambda one: ORDER.index(kind_of(one))))


def list_held(verifier: Verifier, user: User, *, now_ms: int) -> Sequence[Factor]:
    """Return the user's factors that are active or wait to be activated, newest first.

    A number that is being verified and a card that is being shared are none yet. An expiry seen first is written.
    """
    return [
        factor
        for factor in list_open(verifier, user, now_ms=now_ms)
        if factor.state is states.Factor.ACTIVE
        or (factor.kind is not FactorKind.TEXT and factor.shared_factor_id is None)
    ]


def list_open(verifier: Verifier, user: User, *, now_ms: int) -> Sequence[Factor]:
    """Return all that is pending or active, newest first; an expiry that is seen first is written."""
    rows = [factor for factor in verifier.store.factors.list_of(user.user_id) if factor.state in OPEN]
    for factor in rows:
        if _is_over(factor, verifier.policy, now_ms=now_ms):
            _expire(verifier, factor, now_ms=now_ms)
    return [factor for factor in rows if not _is_over(factor, verifier.policy, now_ms=now_ms)]


def require_own(verifier: Verifier, user: User, factor_id: FactorId, *, now_ms: int) -> Factor:
    """Return a factor of this user that is pending or active.

    Refuses with `FACTOR_UNKNOWN` (also when it is somebody else's, or closed) and `FACTOR_EXPIRED`.
    """
    factor = verifier.store.factors.get(factor_id)
    if factor is None or factor.user_id != user.user_id or factor.state not in OPEN:
        raise RefusalError(Reason.FACTOR_UNKNOWN)
    if _is_over(factor, verifier.policy, now_ms=now_ms):
        _expire(verifier, factor, now_ms=now_ms)
        raise RefusalError(Reason.FACTOR_EXPIRED)
    return factor


def kind_of(one: Factor | Device) -> FactorKind:
    """Return what kind of second factor it is."""
    return FactorKind.IB_KEY if isinstance(one, Device) else one.kind


def id_of(one: Factor | Device) -> str:
    """Return by which id the login page chooses it."""
    return one.device_id if isinstance(one, Device) else one.factor_id


def kinds_taken(policy: Policy) -> frozenset[FactorKind]:
    """Return the kinds that a login of this profile takes."""
    return UNIFORM if policy.uniform_login else frozenset(FactorKind)


def secret_of(verifier: Verifier, factor: Factor) -> Secret:
    """Return what a factor's answers are computed from; a shared card has its owner's."""
    if factor.shared_factor_id is None:
        return open_factor(verifier, factor)
    return open_factor(verifier, require_row(verifier.store.factors.get(factor.shared_factor_id)))


def reach_of(factor: Factor, policy: Policy, *, now_ms: int) -> Reach:
    """Return what a session may touch that this factor opens now: a passcode's grows narrower with time."""
    if factor.kind is not FactorKind.TEMPORARY_PASSCODE:
        return Reach.FULL
    if factor.full_until_ms is not None and factor.full_until_ms <= now_ms:
        return Reach.CARD_ONLY
    return Reach.RESTRICTED if policy.passcode_restricts else Reach.FULL


def waits_ms(factor: Factor, policy: Policy) -> int:
    """Return how long a factor of this kind may stay pending, in milliseconds."""
    if factor.shared_factor_id is not None:
        return policy.verification_seconds * SECOND
    if factor.kind is FactorKind.AUTHENTICATOR_APP:
        return policy.activation_ms
    if factor.kind is FactorKind.TEXT:
        return policy.sms_code_seconds * SECOND
    return policy.card_activation_days * DAY


def _is_over(factor: Factor, policy: Policy, *, now_ms: int) -> bool:
    if factor.state is states.Factor.PENDING and factor.made_ms + waits_ms(factor, policy) <= now_ms:
        return True
    return factor.expires_ms is not None and factor.expires_ms <= now_ms


def _expire(verifier: Verifier, factor: Factor, *, now_ms: int) -> None:
    event = Event(
        kind=EventKind.FACTOR_CLOSED,
        at_ms=now_ms,
        user_id=factor.user_id,
        reason=Reason.FACTOR_EXPIRED,
        facts={"kind": factor.kind.value},
    )
    with suppress(StoreConflictError):  # somebody else closed it meanwhile
        verifier.store.factors.change(factor.factor_id, states.FactorEvent.EXPIRE, now_ms=now_ms, event=event)
