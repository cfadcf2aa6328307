"""What an operator does to users: add, show, lock, unlock, set a password, stop a phone, read texts, remove.

Accounts exist only because an operator made them, with fictional telephone numbers. Activation on an operator's word is
`activation.operator_activation`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from authsim import states
from authsim.errors import MessageError, Reason, RefusalError, StoreConflictError
from authsim.events import Event, EventKind
from authsim.model import Device, Lockout, Mode, PortalSession, Role, SecureLogin, User, UserId
from authsim.policy import DAY
from authsim.secret import Secret
from authsim.verifier import Verifier, limits, lockout, secure_login
from authsim.verifier.device_changes import change_device, topics_of_user
from authsim.verifier.device_changes import suspend as suspend_device
from authsim.verifier.inbox import Received, list_texts
from authsim.verifier.number_rules import require_phone
from authsim.verifier.password_rules import require_strength
from authsim.verifier.passwords import USER_NAME, find_user
from authsim.verifier.secure_login import Standing
from authsim.verifier.sessions import list_sessions
from authsim.verifier.tokens import draw_id
from authsim.verifier.topics import publish

LOCALES = ("en", "ja")
#: Who did it, as the record says.
OPERATOR = "operator"

_REGION = re.compile(r"[A-Z]{2}", re.ASCII)

# Proquints (D. S. Wilkerson, arXiv:0901.4016): 16 bits as five letters that can be read aloud.
_CONSONANTS = "bdfghjklmnprstvz"
_VOWELS = "aiou"
_PASSWORD_WORDS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class UserFacts:
    """What an operator sees of one user. `device` is active or suspended; `locked_for_ms` a duration, 0: not locked."""

    user: User
    device: Device | None
    sessions: Sequence[PortalSession]
    failures: int
    locked_for_ms: int
    is_expired: bool


def add_user(
    verifier: Verifier,
    *,
    name: str,
    password: Secret,
    role: Role = Role.PRIMARY,
    account: str | None = None,
    mode: Mode = Mode.LIVE,
    phone: str | None = None,
    locale: str = "en",
    region: str = "US",
    is_opted_out: bool = False,
) -> User:
    """Add a user. An account is named after a primary user: a primary opens an own one unless `account` names another.

    A secondary user belongs to `account`, or to that of the first primary; a help-desk user to none but themself.
    `is_opted_out`: of the secure login system for trading, from the start.
    Raises `MessageError` for a malformed name, password, number, locale or region; refuses with `NO_SUCH_ACCOUNT`,
    `NAME_TAKEN` and `OPT_OUT_UNAVAILABLE`.
    """
    now_ms = verifier.clock.now_ms()
    user_id = UserId(draw_id(verifier.entropy))
    if not USER_NAME.fullmatch(name):
        raise MessageError("a user name is 3 to 32 of a-z, 0-9 and '-', and begins with a letter")
    if locale not in LOCALES:
        raise MessageError(f"a locale is one of: {', '.join(LOCALES)}")
    if not _REGION.fullmatch(region):
        raise MessageError("a region is an ISO 3166-1 code of two capital letters, such as US, HK or IN")
    if is_opted_out and region in secure_login.REGIONS_WITHOUT:
        raise RefusalError(Reason.OPT_OUT_UNAVAILABLE)
    number = None if phone is None else require_phone(phone)
    require_strength(verifier, password, name=name)
    user = User(
        user_id=user_id,
        name=name,
        role=role,
        account=_require_account(verifier, name, role, account),
        mode=mode,
        phone=number,
        locale=locale,
        region=region,
        secure_login=SecureLogin.OPTED_OUT if is_opted_out else SecureLogin.ENROLLED,
        opts_out_ms=now_ms if is_opted_out else None,
        password_hash=verifier.passwords.hash(password),
        created_ms=now_ms,
        expires_ms=now_ms + verifier.policy.account_days * DAY,
    )
    event = Event(kind=EventKind.USER_ADDED, at_ms=now_ms, user_id=user_id, facts={"name": name, "role": role.value})
    try:
        verifier.store.users.add(user, event=event)
    except StoreConflictError:
        raise RefusalError(Reason.NAME_TAKEN) from None
    return user


def require_user(verifier: Verifier, name: str) -> User:
    """Return the user of that name, or refuse with `NO_SUCH_USER`."""
    user = find_user(verifier, name)
    if user is None:
        raise RefusalError(Reason.NO_SUCH_USER)
    return user


def show_user(verifier: Verifier, user: User) -> UserFacts:
    """Return what an operator sees of a user, at one instant."""
    now_ms = verifier.clock.now_ms()
    settled = lockout.settle(user.lockout, now_ms=now_ms)
    return UserFacts(
        user=user,
        device=verifier.store.devices.current_of(user.user_id),
        sessions=list_sessions(verifier, user.user_id),
        failures=lockout.count_failures(settled, verifier.policy, now_ms=now_ms),
        locked_for_ms=lockout.locked_for_ms(settled, now_ms=now_ms),
        is_expired=user.expires_ms <= now_ms,
    )


def list_users(verifier: Verifier) -> Sequence[UserFacts]:
    """Return all users, by name, each as `show_user` does."""
    return [show_user(verifier, user) for user in verifier.store.users.list_all()]


def set_password(verifier: Verifier, user: User, password: Secret) -> None:
    """Replace a password; every session of the user ends. Raises `MessageError` when the password is unsuitable."""
    now_ms = verifier.clock.now_ms()
    require_strength(verifier, password, name=user.name)
    password_hash = verifier.passwords.hash(password)
    event = Event(kind=EventKind.PASSWORD_SET, at_ms=now_ms, user_id=user.user_id)
    verifier.store.users.set_password(user.user_id, password_hash, event=event)


def unlock(verifier: Verifier, user: User) -> None:
    """Lift a lock, and forget the failures that led to it and wrong answers. Unlocking an unlocked user is no error."""
    now_ms = verifier.clock.now_ms()
    event = Event(kind=EventKind.USER_UNLOCKED, at_ms=now_ms, user_id=user.user_id)
    verifier.store.users.change_lockout(user.user_id, lambda _: Lockout(), event=event)
    forgive(verifier, user)


def forgive(verifier: Verifier, user: User) -> None:
    """Take the second factor's answers again, where a profile blocks them after wrong ones."""
    device = verifier.store.devices.current_of(user.user_id)
    limits.forgive_answers(verifier, user_id=user.user_id, device_id=None if device is None else device.device_id)


def lock(verifier: Verifier, user: User) -> None:
    """Lock a user for `lockout_seconds`, as ten failures would, and end the sessions that are open."""
    now_ms = verifier.clock.now_ms()
    event = Event(kind=EventKind.USER_LOCKED, at_ms=now_ms, user_id=user.user_id, facts={"by": OPERATOR})
    verifier.store.users.change_lockout(
        user.user_id, lambda current: lockout.lock(current, verifier.policy, now_ms=now_ms), event=event
    )
    topics = topics_of_user(verifier, user.user_id, None, now_ms=now_ms)
    ended = Event(kind=EventKind.SESSION_ENDED, at_ms=now_ms, user_id=user.user_id, facts={"by": OPERATOR})
    verifier.store.sessions.end_all(user.user_id, now_ms=now_ms, event=ended)
    publish(verifier.bus, *topics)


def suspend(verifier: Verifier, user: User, *, by: str = OPERATOR) -> Device:
    """Suspend the user's device and return it; refuses with `NO_ACTIVE_DEVICE`. Twice is no error."""
    return suspend_device(verifier, user.user_id, now_ms=verifier.clock.now_ms(), by=by)


def resume(verifier: Verifier, user: User, *, by: str = OPERATOR) -> Device:
    """Let the user's suspended device answer again, and return it. Twice is no error.

    Refuses with `NO_ACTIVE_DEVICE`.
    """
    device = _require_device(verifier, user)
    if device.state is states.Device.ACTIVE:
        return device
    now_ms = verifier.clock.now_ms()
    return change_device(verifier, device, states.DeviceEvent.RESUME, now_ms=now_ms, by=by)


def revoke_device(verifier: Verifier, user: User) -> Device:
    """Take the user's device, active or suspended, out of use for good, and return it as it was.

    Refuses with `NO_ACTIVE_DEVICE`.
    """
    device = _require_device(verifier, user)
    now_ms = verifier.clock.now_ms()
    change_device(verifier, device, states.DeviceEvent.REVOKE, now_ms=now_ms, by=OPERATOR)
    return device


def set_seamless(verifier: Verifier, user: User, is_seamless: bool) -> None:
    """Switch notifications at login on or off for a user, who may do it too (`secure_login`)."""
    now_ms = verifier.clock.now_ms()
    facts = {"by": OPERATOR, "seamless": "on" if is_seamless else "off"}
    event = Event(kind=EventKind.SEAMLESS_SET, at_ms=now_ms, user_id=user.user_id, facts=facts)
    verifier.store.users.set_seamless(user.user_id, is_seamless, event=event)


def set_secure_login(verifier: Verifier, user: User, *, is_needed: bool) -> Standing:
    """Opt a user in or out of the secure login system for the trading device, at once whatever the profile waits.

    Refuses with `NOT_OPTED_OUT`; with `OPT_OUT_UNAVAILABLE`, `NO_ACTIVE_DEVICE` and `ALREADY_OPTED_OUT`.
    """
    now_ms = verifier.clock.now_ms()
    if is_needed:
        return secure_login.come_back(verifier, user, by=OPERATOR, facts={}, now_ms=now_ms)
    return secure_login.leave(verifier, user, by=OPERATOR, facts={}, cooling_ms=0, now_ms=now_ms)


def texts(verifier: Verifier, user: User) -> Sequence[Received]:
    """Return the newest texts to the user's number, oldest first: codes and all. None without a number."""
    return [] if user.phone is None else list_texts(verifier, user.phone)


def remove_user(verifier: Verifier, user: User) -> None:
    """Delete a user and all that is theirs; the record keeps what happened."""
    now_ms = verifier.clock.now_ms()
    event = Event(kind=EventKind.USER_REMOVED, at_ms=now_ms, user_id=user.user_id, facts={"name": user.name})
    verifier.store.users.remove(user.user_id, event=event)


def generate_password(verifier: Verifier) -> Secret:
    """Return a password of 80 random bits: five words that can be read aloud, joined by hyphens, 29 characters."""
    bits = int.from_bytes(verifier.entropy.token_bytes(2 * _PASSWORD_WORDS), "big")
    words = [_format_proquint(bits >> 16 * place & 0xFFFF) for place in range(_PASSWORD_WORDS)]
    return Secret("-".join(words))


def _require_device(verifier: Verifier, user: User) -> Device:
    device = verifier.store.devices.current_of(user.user_id)
    if device is None:
        raise RefusalError(Reason.NO_ACTIVE_DEVICE)
    return device


def _require_account(verifier: Verifier, name: str, role: Role, account: str | None) -> str:
    """Return the account that a new user belongs to."""
    if role is not Role.SECONDARY and account in (None, name):
        return name
    if role is Role.HELP_DESK:
        raise RefusalError(Reason.NO_SUCH_ACCOUNT)
    primaries = [user for user in verifier.store.users.list_all() if user.role is Role.PRIMARY]
    if account is None and primaries:
        return min(primaries, key=lambda user: user.created_ms).account
    if account is None or account not in {user.account for user in primaries}:
        raise RefusalError(Reason.NO_SUCH_ACCOUNT)
    return account


def _format_proquint(value: int) -> str:
    """Return 16 bits as consonant, vowel, consonant, vowel, consonant."""
    return (
        _CONSONANTS[value >> 12 & 15]
        + _VOWELS[value >> 10 & 3]
        + _CONSONANTS[value >> 6 & 15]
        + _VOWELS[value >> 4 & 3]
        + _CONSONANTS[value & 15]
    )
