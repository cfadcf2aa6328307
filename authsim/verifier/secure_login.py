"""The secure login system's settings: whether a login sends a notification, and whether trading asks for a device.

Opting out is partial: the portal asks for a device all the same, the trading device does not any more
(`trading_entry`). The settings of an account are its primary users'; everybody else is told who they are. What weakens
a login takes two factors and a session that reaches everything; coming back takes no more than being signed in so.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final

from authsim.errors import Reason, RefusalError, StoreConflictError
from authsim.events import Event, EventKind
from authsim.factor_rules import WORTH
from authsim.model import Reach, Role, SecureLogin, User, UserId
from authsim.policy import SECOND
from authsim.protocol.codes import Purpose
from authsim.verifier import Verifier
from authsim.verifier.factors import kind_of, offered
from authsim.verifier.identity_proof import spend_verification
from authsim.verifier.records import client_facts, require_row
from authsim.verifier.sessions import SignedIn, require_reach

#: Where regulators allow no opting out: Hong Kong and India.
REGIONS_WITHOUT: Final = frozenset({"HK", "IN"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How one user of an account stands. `opts_out_ms`: when it takes effect, or took it; None while enrolled.

    `is_available` says whether this user may opt out where they live, `has_device` whether a lasting device is left to
    log in to the portal with.
    """

    user_id: UserId
    name: str
    role: Role
    secure_login: SecureLogin
    opts_out_ms: int | None
    is_available: bool
    has_device: bool


def set_seamless(verifier: Verifier, signed_in: SignedIn, is_seamless: bool) -> SignedIn:
    """Switch notifications at login on or off, and return the session with its user as changed.

    Without them a login still takes a QR code or a challenge; whoever may switch them off could hide a login that the
    user would have declined. Refuses with `SECOND_FACTOR_REQUIRED` and `OUT_OF_REACH`. Setting what is set already
    changes nothing.
    """
    now_ms = verifier.clock.now_ms()
    user = require_reach(signed_in, Reach.FULL).user
    if user.is_seamless is not is_seamless:
        event = Event(
            kind=EventKind.SEAMLESS_SET,
            at_ms=now_ms,
            user_id=user.user_id,
            facts={"by": "user", "seamless": "on" if is_seamless else "off"},
        )
        verifier.store.users.set_seamless(user.user_id, is_seamless, event=event)
    return replace(signed_in, user=replace(user, is_seamless=is_seamless))


def stands(user: User, *, now_ms: int) -> SecureLogin:
    """Return how a user stands: an opting out whose time has come is an opt-out."""
    if user.secure_login is SecureLogin.OPTING_OUT and user.opts_out_ms is not None and user.opts_out_ms <= now_ms:
        return SecureLogin.OPTED_OUT
    return user.secure_login


def stand(verifier: Verifier, user: User, *, now_ms: int) -> Standing:
    """Return how a user stands, as of one instant."""
    return Standing(
        user_id=user.user_id,
        name=user.name,
        role=user.role,
        secure_login=stands(user, now_ms=now_ms),
        opts_out_ms=user.opts_out_ms,
        is_available=user.region not in REGIONS_WITHOUT,
        has_device=holds_lasting_device(verifier, user, now_ms=now_ms),
    )


def has_right(user: User) -> bool:
    """Say whether a user may change the security settings of the account."""
    return user.role is Role.PRIMARY


def who_may(verifier: Verifier, user: User) -> Sequence[str]:
    """Return the names of those who may change the security settings of this user's account, ascending."""
    return [other.name for other in _users_of(verifier, user.account) if has_right(other)]


def list_standings(verifier: Verifier, signed_in: SignedIn) -> Sequence[Standing]:
    """Return the users whose settings this user may change, by name; whoever has no right sees their own alone.

    Refuses with `SECOND_FACTOR_REQUIRED` and `OUT_OF_REACH`.
    """
    now_ms = verifier.clock.now_ms()
    user = require_reach(signed_in, Reach.FULL, Reach.RESTRICTED).user
    users = _users_of(verifier, user.account) if has_right(user) else [user]
    return [stand(verifier, other, now_ms=now_ms) for other in users]


def opt_out(verifier: Verifier, signed_in: SignedIn, *, agreed: bool, target: UserId | None = None) -> Standing:
    """Let the trading device of a user ask for credentials only; at once, or after the policy's cooling.

    `target` is another user of the account, None oneself. `agreed`: that losses are the user's own. Refuses with
    `SECOND_FACTOR_REQUIRED`, `OUT_OF_REACH`, `NOT_PERMITTED`, `NOT_YOURS`, `NOT_AGREED`, `OPT_OUT_UNAVAILABLE`,
    `NO_ACTIVE_DEVICE` and `ALREADY_OPTED_OUT`; with `VERIFICATION_REQUIRED` where the profile asks for the user's proof
    (`identity_proof`) of that purpose.
    """
    # (0) one instant
    now_ms = verifier.clock.now_ms()
    # (1) whose settings? (2) whose right?
    user = _require_target(verifier, signed_in, target)
    # (3) the agreement, and the phone's own answer where the profile asks for one
    if not agreed:
        raise RefusalError(Reason.NOT_AGREED)
    if verifier.policy.opt_out_by_device:
        spend_verification(verifier, signed_in, Purpose.SECURE_LOGIN)
    return leave(
        verifier,
        user,
        by=signed_in.user.name,
        facts=client_facts(signed_in.session.client),
        cooling_ms=verifier.policy.opt_out_cooling_seconds * SECOND,
        now_ms=now_ms,
    )


def cancel_opt_out(verifier: Verifier, signed_in: SignedIn, *, target: UserId | None = None) -> Standing:
    """Let the trading device of a user ask for a device again. Sessions that it opened without one end.

    Refuses with `SECOND_FACTOR_REQUIRED`, `OUT_OF_REACH`, `NOT_PERMITTED`, `NOT_YOURS` and `NOT_OPTED_OUT`.
    """
    now_ms = verifier.clock.now_ms()
    user = _require_target(verifier, signed_in, target)
    return come_back(
        verifier, user, by=signed_in.user.name, facts=client_facts(signed_in.session.client), now_ms=now_ms
    )


def leave(
    verifier: Verifier, user: User, *, by: str, facts: Mapping[str, str], cooling_ms: int, now_ms: int
) -> Standing:
    """Opt a user out, whoever asked (`by`): refuses as `opt_out` does from the region on."""
    if user.region in REGIONS_WITHOUT:
        raise RefusalError(Reason.OPT_OUT_UNAVAILABLE)
    if not holds_lasting_device(verifier, user, now_ms=now_ms):
        raise RefusalError(Reason.NO_ACTIVE_DEVICE)
    if user.secure_login is not SecureLogin.ENROLLED:
        raise RefusalError(Reason.ALREADY_OPTED_OUT)
    event = Event(
        kind=EventKind.OPT_OUT_BEGUN if cooling_ms else EventKind.OPTED_OUT,
        at_ms=now_ms,
        user_id=user.user_id,
        facts={"by": by} | dict(facts),
    )
    after = SecureLogin.OPTING_OUT if cooling_ms else SecureLogin.OPTED_OUT
    return _move(verifier, user, after, opts_out_ms=now_ms + cooling_ms, event=event, lost=Reason.ALREADY_OPTED_OUT)


def come_back(verifier: Verifier, user: User, *, by: str, facts: Mapping[str, str], now_ms: int) -> Standing:
    """Opt a user in again, whoever asked (`by`); refuses with `NOT_OPTED_OUT`."""
    if user.secure_login is SecureLogin.ENROLLED:
        raise RefusalError(Reason.NOT_OPTED_OUT)
    event = Event(kind=EventKind.OPTED_IN, at_ms=now_ms, user_id=user.user_id, facts={"by": by} | dict(facts))
    standing = _move(verifier, user, SecureLogin.ENROLLED, opts_out_ms=None, event=event, lost=Reason.NOT_OPTED_OUT)
    _end_trading(verifier, user, by=by, now_ms=now_ms)
    return standing


def holds_lasting_device(verifier: Verifier, user: User, *, now_ms: int) -> bool:
    """Say whether the user has a device of their own that logs in to the portal: texts and passcodes are none."""
    return any(WORTH[kind_of(held)].is_lasting for held in offered(verifier, user, now_ms=now_ms))


def _require_target(verifier: Verifier, signed_in: SignedIn, target: UserId | None) -> User:
    """Return the user whose settings are to change, as they stand now; only the account's primary users may."""
    acting = require_reach(signed_in, Reach.FULL).user
    if not has_right(acting):
        raise RefusalError(Reason.NOT_PERMITTED)
    user = verifier.store.users.get(target or acting.user_id)
    if user is None or user.account != acting.account or user.role is Role.HELP_DESK:
        raise RefusalError(Reason.NOT_YOURS)
    return user


def _move(
    verifier: Verifier, user: User, after: SecureLogin, *, opts_out_ms: int | None, event: Event, lost: Reason
) -> Standing:
    """Change the setting; who comes second is told so (`lost`)."""
    try:
        verifier.store.users.set_secure_login(
            user.user_id, before=user.secure_login, after=after, opts_out_ms=opts_out_ms, event=event
        )
    except StoreConflictError:
        require_row(verifier.store.users.get(user.user_id))
        raise RefusalError(lost) from None
    return stand(verifier, replace(user, secure_login=after, opts_out_ms=opts_out_ms), now_ms=event.at_ms)


def _end_trading(verifier: Verifier, user: User, *, by: str, now_ms: int) -> None:
    """End what credentials alone opened."""
    for session in verifier.store.sessions.list_open(user.user_id, now_ms=now_ms):
        if session.reach is Reach.TRADING:
            facts = {"by": by} | dict(client_facts(session.client))
            event = Event(kind=EventKind.SESSION_ENDED, at_ms=now_ms, user_id=user.user_id, facts=facts)
            with suppress(StoreConflictError):  # signed out meanwhile
                verifier.store.sessions.end(session.session_id, user.user_id, now_ms=now_ms, event=event)


def _users_of(verifier: Verifier, account: str) -> Sequence[User]:
    """Return the users of an account, by name."""
    return [
        user for user in verifier.store.users.list_all() if user.account == account and user.role is not Role.HELP_DESK
    ]
