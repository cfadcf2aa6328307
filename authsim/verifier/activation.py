"""Activation, the portal's side of the screen: issuing a one-time code, showing it, and taking it back.

A password alone opens a limited session, and that session shows one code. The code is not kept: the store has its
look-up id, what checks it, and a ciphertext for the one browser that shows it. The phone's side is `redemption`.
"""

from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from authsim import states
from authsim.errors import Reason, RefusalError, StoreConflictError, StoreError, StoreStaleError
from authsim.events import Event, EventKind
from authsim.model import (
    ActivationCode,
    ActivationOffer,
    CodeId,
    Device,
    Factors,
    FirstFactorPassed,
    LimitedEntry,
    PortalSession,
    User,
    UserId,
)
from authsim.policy import SECOND
from authsim.protocol.activation_uri import ActivationUri, format_activation_uri, format_session_id
from authsim.protocol.keys import CODE_BYTES, derive_activation_keys, fingerprint
from authsim.secret import Secret
from authsim.verifier import Verifier
from authsim.verifier.confirmation import end_pending
from authsim.verifier.device_changes import change_device
from authsim.verifier.factors import offered
from authsim.verifier.identity import require_origin
from authsim.verifier.records import client_facts, refuse_login, require_row
from authsim.verifier.redemption import redeem
from authsim.verifier.sealing import open_display, seal_display, seal_keys
from authsim.verifier.sessions import draw_session
from authsim.verifier.tokens import draw_token

__all__: Final = [
    "ActivationView",
    "disown",
    "fresh_activation",
    "open_limited_session",
    "operator_activation",
    "redeem",
    "show_activation",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivationView:
    """What the page says of a session's newest code.

    `offer` is there while the code is `issued`; `device` when it is `consumed`, as that device is now. `expires_ms` is
    an instant, `remaining_seconds` a duration, rounded up, 0 when there is no offer.
    """

    state: states.OneShot
    offer: ActivationOffer | None
    device: Device | None
    expires_ms: int
    remaining_seconds: int


def open_limited_session(verifier: Verifier, first: FirstFactorPassed) -> LimitedEntry:
    """Open a session of one factor, and issue its activation code.

    Refuses with `DEVICE_ALREADY_ACTIVE`, and with `WRONG_PASSWORD` when the password was replaced meanwhile. A user
    whose device is suspended gets the session without a code: a password alone must not take that device's place.
    """
    # (0) one instant
    now_ms = verifier.clock.now_ms()
    token = draw_token(verifier.entropy)
    code = _draw_code(verifier)
    user = first.user
    device = verifier.store.devices.current_of(user.user_id)
    if device is not None and device.state is states.Device.ACTIVE:
        raise RefusalError(Reason.DEVICE_ALREADY_ACTIVE)
    session = draw_session(verifier, user, token, factors=Factors.ONE, client=first.client, now_ms=now_ms)
    event = Event(kind=EventKind.SESSION_OPENED, at_ms=now_ms, user_id=user.user_id, facts=client_facts(first.client))
    try:
        verifier.store.sessions.open(
            session, judged=user.password_hash, sessions_allowed=verifier.policy.sessions_per_user, event=event
        )
    except StoreStaleError:
        raise refuse_login(
            verifier, Reason.WRONG_PASSWORD, now_ms=now_ms, user_id=user.user_id, client=first.client
        ) from None
    if device is None:
        _issue(verifier, user, code, session=session, token=token, now_ms=now_ms)
    return LimitedEntry(token=token, session=session, user=user)


def show_activation(verifier: Verifier, *, session: PortalSession, token: Secret) -> ActivationView:
    """Return the session's newest code as a page shows it: the same at each reload, gone when used or expired.

    `token` is the browser's own. An expiry that is seen first is written. Refuses with `DEVICE_SUSPENDED` when no code
    was shown in this session because the user's device is suspended: an operator resumes it, or the phone (or another)
    is enrolled by texted code. Refuses with `ACTIVATION_UNKNOWN` when no code was shown for another reason.
    """
    now_ms = verifier.clock.now_ms()
    code = _find_code(verifier, session)
    if code.state is states.OneShot.ISSUED and code.expires_ms <= now_ms:
        _expire(verifier, code, now_ms=now_ms)
        code = _find_code(verifier, session)
    if code.state is states.OneShot.ISSUED:
        return ActivationView(
            state=code.state,
            offer=_offer(verifier, code, _open_code(code, token)),
            device=None,
            expires_ms=code.expires_ms,
            remaining_seconds=-(-(code.expires_ms - now_ms) // SECOND),
        )
    device = None if code.device_id is None else verifier.store.devices.get(code.device_id)
    return ActivationView(state=code.state, offer=None, device=device, expires_ms=code.expires_ms, remaining_seconds=0)


def disown(verifier: Verifier, *, session: PortalSession, token: Secret) -> ActivationOffer:
    """*This was not me*: revoke the device that this session's own code enrolled, and offer a fresh code.

    Refuses with `NOT_YOURS` unless the session's newest code was consumed, and with `DEVICE_ALREADY_ACTIVE` when the
    user has another active device by now, `DEVICE_SUSPENDED` when it is suspended, `SECOND_FACTOR_REQUIRED` when the
    user holds something else to log in with.
    """
    now_ms = verifier.clock.now_ms()
    code = _find_code(verifier, session)
    if code.state is not states.OneShot.CONSUMED or code.device_id is None:
        raise RefusalError(Reason.NOT_YOURS)
    device = verifier.store.devices.get(code.device_id)
    if device is not None and device.state is states.Device.PENDING:
        end_pending(verifier, device.device_id, now_ms=now_ms, by="user")
    elif device is not None and not states.is_terminal(states.DEVICE, device.state):
        with suppress(StoreConflictError):  # pressed twice
            change_device(verifier, device, states.DeviceEvent.REVOKE, now_ms=now_ms, by="user")
    return fresh_activation(verifier, session=session, token=token)


def fresh_activation(verifier: Verifier, *, session: PortalSession, token: Secret) -> ActivationOffer:
    """Issue a fresh code in an open, limited session; any other issued code of the user is superseded.

    Refuses with `DEVICE_ALREADY_ACTIVE` and `DEVICE_SUSPENDED`; with `SECOND_FACTOR_REQUIRED` when a password alone
    opened the session, and its user holds by now what a login would ask for.
    """
    now_ms = verifier.clock.now_ms()
    secret = _draw_code(verifier)
    user = require_row(verifier.store.users.get(session.user_id))
    _require_no_device(verifier, user.user_id)
    if session.factors is Factors.ONE and offered(verifier, user, now_ms=now_ms):
        raise RefusalError(Reason.SECOND_FACTOR_REQUIRED)
    code = _issue(verifier, user, secret, session=session, token=token, now_ms=now_ms)
    return _offer(verifier, code, secret)


def operator_activation(verifier: Verifier, user_id: UserId, *, replace: bool) -> ActivationOffer:
    """Issue a code on the operator's word. No page can show it again: the offer is all there is.

    Refuses with `NO_SUCH_USER` and `ACCOUNT_EXPIRED`; with `DEVICE_ALREADY_ACTIVE` or `DEVICE_SUSPENDED` unless
    `replace`, which revokes that device first.
    """
    now_ms = verifier.clock.now_ms()
    secret = _draw_code(verifier)
    user = verifier.store.users.get(user_id)
    if user is None:
        raise RefusalError(Reason.NO_SUCH_USER)
    if user.expires_ms <= now_ms:
        raise RefusalError(Reason.ACCOUNT_EXPIRED)
    device = verifier.store.devices.current_of(user_id) if replace else None
    if device is not None:
        change_device(verifier, device, states.DeviceEvent.REVOKE, now_ms=now_ms, by="operator")
    _require_no_device(verifier, user_id)
    code = _issue(verifier, user, secret, session=None, token=None, now_ms=now_ms)
    return _offer(verifier, code, secret)


def _draw_code(verifier: Verifier) -> Secret:
    return Secret(verifier.entropy.token_bytes(CODE_BYTES))


def _require_no_device(verifier: Verifier, user_id: UserId) -> None:
    device = verifier.store.devices.current_of(user_id)
    if device is not None:
        is_active = device.state is states.Device.ACTIVE
        raise RefusalError(Reason.DEVICE_ALREADY_ACTIVE if is_active else Reason.DEVICE_SUSPENDED)


def _find_code(verifier: Verifier, session: PortalSession) -> ActivationCode:
    code = verifier.store.activations.latest_of_session(session.session_id)
    if code is None:
        device = verifier.store.devices.current_of(session.user_id)
        is_suspended = device is not None and device.state is states.Device.SUSPENDED
        raise RefusalError(Reason.DEVICE_SUSPENDED if is_suspended else Reason.ACTIVATION_UNKNOWN)
    return code


def _issue(
    verifier: Verifier,
    user: User,
    secret: Secret,
    *,
    session: PortalSession | None,
    token: Secret | None,
    now_ms: int,
) -> ActivationCode:
    """Keep a code that lives `activation_seconds`, but not longer than its account."""
    keys = derive_activation_keys(secret)
    code_id = CodeId(keys.code_id)
    code = ActivationCode(
        code_id=code_id,
        user_id=user.user_id,
        session_id=None if session is None else session.session_id,
        state=states.OneShot.ISSUED,
        keys=seal_keys(verifier, keys, user_id=user.user_id),
        display=None if token is None else seal_display(secret, code_id=code_id, token=token),
        issued_ms=now_ms,
        expires_ms=min(now_ms + verifier.policy.activation_ms, user.expires_ms),
    )
    event = Event(
        kind=EventKind.ACTIVATION_ISSUED,
        at_ms=now_ms,
        user_id=user.user_id,
        facts={"by": "operator" if session is None else "user"},
    )
    verifier.store.activations.issue(code, event=event)
    return code


def _expire(verifier: Verifier, code: ActivationCode, *, now_ms: int) -> None:
    event = Event(kind=EventKind.ACTIVATION_EXPIRED, at_ms=now_ms, user_id=code.user_id)
    try:
        verifier.store.activations.close(code.code_id, states.OneShot.EXPIRED, now_ms=now_ms, event=event)
    except StoreConflictError:
        return  # somebody else closed it meanwhile; the caller reads it again


def _open_code(code: ActivationCode, token: Secret) -> Secret:
    if code.display is None:
        raise StoreError("a code of a session has a display")
    return open_display(code.display, code_id=code.code_id, token=token)


def _offer(verifier: Verifier, code: ActivationCode, secret: Secret) -> ActivationOffer:
    """Return the code in both its spellings, with the fingerprint that a person compares when typing it."""
    psk = verifier.vault.signing_public_key()
    uri = ActivationUri(
        instance_id=verifier.instance.instance_id,
        origin=require_origin(verifier),
        psk=psk,
        code=secret,
        expires_s=code.expires_ms // SECOND,
        suite=verifier.instance.suite,
    )
    return ActivationOffer(
        code=code, uri=format_activation_uri(uri), typed=format_session_id(secret), fingerprint=fingerprint(psk)
    )
