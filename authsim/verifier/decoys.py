"""Logins that nobody can complete: what the second page shows where the first factor did not pass.

A decoy has what the page of a real login has and lives as long; the same is written for it, and it is judged with the
same work. It holds nothing that was typed. Which login gets one is told by `uniform_login`.
"""

from typing import Final

from authsim import states
from authsim.errors import Reason, RefusalError, StoreConflictError
from authsim.events import Event, EventKind
from authsim.model import Client, Decoy, DecoyId, Device, DeviceId, LoginId, RequestId, Sealed, User, UserId
from authsim.protocol.codes import Purpose, challenge_space, format_challenge
from authsim.secret import Secret
from authsim.verifier import Verifier, limits
from authsim.verifier.records import client_facts
from authsim.verifier.requests import find_limit
from authsim.verifier.tokens import draw_id, hash_token

_NOBODYS_SEED: Final = Sealed(key_id="", nonce=b"", ciphertext=b"")


def begin_decoy(
    verifier: Verifier,
    token: Secret,
    *,
    reason: Reason,
    user: User | None,
    client: Client,
    now_ms: int,
    has_looked: bool = False,
) -> Decoy:
    """Keep a decoy for the browser that is given `token`; the record says why, and to whom, the public never does.

    `has_looked`: what the user holds was looked up already, as a real login does.
    """
    _look_like_asking(verifier, has_looked=has_looked, now_ms=now_ms)
    digits = verifier.policy.push_number_digits
    suite = verifier.instance.suite
    draw = verifier.entropy.randbelow(challenge_space(suite))
    decoy = Decoy(
        decoy_id=DecoyId(draw_id(verifier.entropy)),
        token_hash=hash_token(token),
        question=format_challenge(suite, purpose=Purpose.LOG_IN, draw=draw),
        number=draw_number(verifier, digits),
        request_id=draw_id(verifier.entropy),
        attempts=0,
        attempts_allowed=verifier.policy.responses_per_challenge,
        is_open=True,
        issued_ms=now_ms,
        expires_ms=now_ms + verifier.policy.challenge_ms,
    )
    event = Event(
        kind=EventKind.DECOY_ISSUED,
        at_ms=now_ms,
        user_id=None if user is None else user.user_id,
        reason=reason,
        facts=client_facts(client),
    )
    verifier.store.decoys.begin(decoy, events=[event])
    verifier.store.pushes.get(RequestId(decoy.request_id))
    return decoy


def count_decoy(verifier: Verifier, decoy: Decoy, *, client: Client, now_ms: int) -> Decoy:
    """Count an answer, as it is counted on a challenge; refuses with `CHALLENGE_CONSUMED` when no more is taken."""
    verifier.store.devices.get(DeviceId(decoy.decoy_id))
    event = Event(kind=EventKind.DECOY_COUNTED, at_ms=now_ms, facts=client_facts(client))
    try:
        return verifier.store.decoys.count(decoy.decoy_id, now_ms=now_ms, event=event)
    except StoreConflictError:
        raise RefusalError(Reason.CHALLENGE_CONSUMED) from None


def renew_decoy(verifier: Verifier, decoy: Decoy, *, client: Client, now_ms: int) -> Decoy:
    """Show what another request would show; refuses with `LOGIN_CLOSED` when it is over."""
    policy = verifier.policy
    device = _nobodys_device(verifier, now_ms=now_ms)
    verifier.store.users.get(device.user_id)
    verifier.store.devices.get(device.device_id)
    verifier.store.pushes.latest_of_login(LoginId(decoy.decoy_id))
    for _ in range(2):  # once to refuse, once to decide whether it is announced
        find_limit(verifier, device, now_ms=now_ms)
    request_ends_ms = min(now_ms + policy.push_ms, decoy.issued_ms + policy.login_ms)
    event = Event(kind=EventKind.DECOY_ISSUED, at_ms=now_ms, facts=client_facts(client))
    try:
        return verifier.store.decoys.renew(
            decoy.decoy_id,
            number=draw_number(verifier, policy.push_number_digits),
            request_id=draw_id(verifier.entropy),
            expires_ms=max(decoy.issued_ms + policy.challenge_ms, request_ends_ms),
            event=event,
        )
    except StoreConflictError:
        raise RefusalError(Reason.LOGIN_CLOSED) from None


def require_waiting(decoy: Decoy, *, now_ms: int) -> None:
    """Return when a decoy is what a login looks like that still waits; else refuse as for one that does not."""
    if not decoy.is_open:
        raise RefusalError(Reason.LOGIN_CLOSED)
    if decoy.expires_ms <= now_ms:
        raise RefusalError(Reason.LOGIN_EXPIRED)


def require_answerable(verifier: Verifier, decoy: Decoy, *, now_ms: int) -> None:
    """Return when a typed answer would be in time; refuses as `require_waiting`, and with `CHALLENGE_EXPIRED`."""
    require_waiting(decoy, now_ms=now_ms)
    if decoy.issued_ms + verifier.policy.challenge_ms <= now_ms:
        raise RefusalError(Reason.CHALLENGE_EXPIRED)


def draw_number(verifier: Verifier, digits: int) -> str:
    """Return a number as a request has it."""
    return f"{verifier.entropy.randbelow(10**digits):0{digits}d}" if digits else ""


def look_like_waiting(verifier: Verifier, decoy: Decoy) -> None:
    """Ask the store what `pending.require_pending` asks it about a login, about the decoy: it knows nothing of it."""
    login_id, nobody = LoginId(decoy.decoy_id), UserId(decoy.decoy_id)
    verifier.store.logins.find(decoy.token_hash)
    verifier.store.logins.challenge_of(login_id)
    verifier.store.prompts.latest_of_login(login_id)
    verifier.store.pushes.latest_of_login(login_id)
    verifier.store.users.get(nobody)
    verifier.store.devices.active_of(nobody)
    verifier.store.factors.list_of(nobody)


def _look_like_asking(verifier: Verifier, *, has_looked: bool, now_ms: int) -> None:
    """Ask the store what asking a phone asks it, about nobody: who counts the work learns nothing."""
    device = _nobodys_device(verifier, now_ms=now_ms)
    if not has_looked:
        verifier.store.devices.current_of(device.user_id)
        verifier.store.devices.pending_of(device.user_id, now_ms=now_ms)
        verifier.store.devices.active_of(device.user_id)
        verifier.store.factors.list_of(device.user_id)
    find_limit(verifier, device, now_ms=now_ms)
    limits.require_challenge(verifier, device.user_id, now_ms=now_ms)
    verifier.store.logins.count_questions(device.device_id)


def _nobodys_device(verifier: Verifier, *, now_ms: int) -> Device:
    """Return a device that nobody has."""
    return Device(
        device_id=DeviceId(draw_id(verifier.entropy)),
        user_id=UserId(draw_id(verifier.entropy)),
        state=states.Device.ACTIVE,
        label="",
        suite=verifier.instance.suite,
        sign_pk=b"",
        seed=_NOBODYS_SEED,
        activated_ms=now_ms,
    )
