"""What a login asks first: its one factor at once, or the person which of several; and how a phone is asked.

A phone is asked twice in one change: a question to type, and a request to approve. Opening a login is `login` and
`identity_proof`, choosing another factor `choosing`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from authsim import states
from authsim.errors import Reason, RefusalError, StoreConflictError, StoreStaleError
from authsim.events import Event, EventKind
from authsim.model import (
    Challenge,
    Client,
    Device,
    Factor,
    FactorKind,
    LoginId,
    LoginTransaction,
    Mode,
    PendingLogin,
    PushRequest,
    SessionId,
    User,
)
from authsim.policy import SECOND
from authsim.protocol.codes import Purpose
from authsim.secret import Secret
from authsim.verifier import Verifier
from authsim.verifier.challenges import issue_challenge
from authsim.verifier.device_changes import require_active
from authsim.verifier.factors import kind_of
from authsim.verifier.prompts import issue_prompt, require_text
from authsim.verifier.records import client_facts, require_row
from authsim.verifier.requests import draw_request, sent_event
from authsim.verifier.tokens import draw_id, hash_token
from authsim.verifier.topics import device_topic, publish


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """A login that is about to ask for its first time; `remembered` is the transaction it goes on from, if any."""

    user: User
    token: Secret
    login: LoginTransaction
    remembered: LoginTransaction | None


def draw_login(
    verifier: Verifier, user: User, token: Secret, *, mode: Mode, client: Client, now_ms: int
) -> LoginTransaction:
    """Return a transaction at its first state, which lasts only as long as a first factor is remembered."""
    remembered_ms = verifier.policy.remember_first_factor_seconds * SECOND
    return LoginTransaction(
        login_id=LoginId(draw_id(verifier.entropy)),
        token_hash=hash_token(token),
        user_id=user.user_id,
        state=states.Login.STARTED,
        mode=mode,
        session_id=None,
        client=client,
        started_ms=now_ms,
        expires_ms=min(now_ms + remembered_ms, user.expires_ms),
    )


def open_login(
    verifier: Verifier,
    started: LoginTransaction,
    *,
    user: User,
    token: Secret,
    now_ms: int,
    remembered: LoginTransaction | None = None,
    session_id: SessionId | None = None,
    purpose: Purpose = Purpose.LOG_IN,
) -> Opening:
    """Return the transaction at its second state, in the user's own mode; no login outlives its account."""
    login = replace(
        started,
        token_hash=hash_token(token),
        state=states.next_state(states.LOGIN, started.state, states.LoginEvent.AWAIT_SECOND_FACTOR),
        mode=user.mode,
        session_id=session_id,
        purpose=purpose,
        expires_ms=min(now_ms + verifier.policy.login_ms, user.expires_ms),
    )
    return Opening(user=user, token=token, login=login, remembered=remembered)


def ask_first(
    verifier: Verifier,
    opening: Opening,
    offers: Sequence[Factor | Device],
    *,
    notify: bool,
    now_ms: int,
) -> PendingLogin:
    """Keep the login and ask the one factor that is offered; of several the person chooses.

    Where every second page looks the same, the phone is asked at once. `StoreStaleError` when the password was replaced
    meanwhile. Refuses with `LOGIN_CLOSED` when the remembered transaction was used elsewhere, with
    `CHALLENGES_EXHAUSTED`, and as `prompts.issue_prompt`.
    """
    first = offers[0]
    if isinstance(first, Device) and (len(offers) == 1 or verifier.policy.uniform_login):
        return replace(_open_with_phone(verifier, opening, first, notify=notify, now_ms=now_ms), offered=tuple(offers))
    user, login = opening.user, opening.login
    if len(offers) == 1 and kind_of(first) is FactorKind.TEXT:
        require_text(verifier, user, None, now_ms=now_ms)
    try:
        events = [] if opening.remembered else [_started(login)]
        verifier.store.logins.offer(login, judged=user.password_hash, events=events)
    except StoreStaleError:
        raise
    except StoreConflictError:  # the remembered transaction went on elsewhere
        raise RefusalError(Reason.LOGIN_CLOSED) from None
    pending = PendingLogin(token=opening.token, login=login, challenge=None, offered=tuple(offers))
    if len(offers) == 1 and isinstance(first, Factor):
        return replace(pending, prompt=issue_prompt(verifier, login, user=user, factor=first, now_ms=now_ms))
    return pending


def ask_phone(
    verifier: Verifier, login: LoginTransaction, *, user: User, device: Device, notify: bool, now_ms: int
) -> tuple[Challenge, PushRequest]:
    """Ask the phone in a login that is open; whatever the login asked before is superseded.

    Refuses with `CHALLENGES_EXHAUSTED`; with `LOGIN_CLOSED` and as `require_active` for what was closed this moment.
    """
    push = draw_request(verifier, login, user=user, device=device, notify=notify, now_ms=now_ms)

    def keep(challenge: Challenge) -> None:
        events = [issued_event(login, challenge), sent_event(push)]
        try:
            verifier.store.logins.ask(login.login_id, challenge=challenge, push=push, now_ms=now_ms, events=events)
        except StoreConflictError:
            _require_askable(verifier, login, device)
            raise

    return _ask(verifier, login, push, device=device, now_ms=now_ms, keep=keep)


def issued_event(login: LoginTransaction, challenge: Challenge) -> Event:
    """Return the row that goes with a new challenge."""
    return Event(
        kind=EventKind.CHALLENGE_ISSUED,
        at_ms=challenge.issued_ms,
        user_id=login.user_id,
        facts=client_facts(login.client),
    )


def _open_with_phone(
    verifier: Verifier, opening: Opening, device: Device, *, notify: bool, now_ms: int
) -> PendingLogin:
    """Keep a login with its challenge and its request, in one change, and wake the phone."""
    login, remembered = opening.login, opening.remembered
    push = draw_request(verifier, login, user=opening.user, device=device, notify=notify, now_ms=now_ms)

    def keep(challenge: Challenge) -> None:
        asked = [issued_event(login, challenge), sent_event(push)]
        if remembered is None:
            verifier.store.logins.begin(
                login,
                challenge=challenge,
                push=push,
                judged=opening.user.password_hash,
                events=[_started(login), *asked],
            )
            return
        try:
            verifier.store.logins.advance(login, challenge=challenge, push=push, events=asked)
        except StoreConflictError as conflict:
            raise _refuse_used(verifier, remembered, conflict) from None

    challenge, kept = _ask(verifier, login, push, device=device, now_ms=now_ms, keep=keep)
    return PendingLogin(token=opening.token, login=login, challenge=challenge, push=kept)


def _ask(
    verifier: Verifier,
    login: LoginTransaction,
    push: PushRequest,
    *,
    device: Device,
    now_ms: int,
    keep: Callable[[Challenge], None],
) -> tuple[Challenge, PushRequest]:
    """Keep a question that was never asked with the request, and wake the phone."""
    challenge = issue_challenge(verifier, login, device=device, now_ms=now_ms, keep=keep)
    publish(verifier.bus, device_topic(device.device_id))
    return challenge, require_row(verifier.store.pushes.get(push.request_id))


def _require_askable(verifier: Verifier, login: LoginTransaction, device: Device) -> None:
    """Return when a question was refused only because it had been asked before."""
    current = require_row(verifier.store.logins.get(login.login_id))
    if current.state is not states.Login.SECOND_FACTOR:
        raise RefusalError(Reason.LOGIN_CLOSED)
    require_active(require_row(verifier.store.devices.get(device.device_id)))


def _refuse_used(verifier: Verifier, remembered: LoginTransaction, conflict: StoreConflictError) -> Exception:
    """Return the refusal for a remembered transaction that went on elsewhere; any other conflict as it was."""
    current = verifier.store.logins.find(remembered.token_hash)
    if current is None or current.state is not states.Login.STARTED:
        return RefusalError(Reason.LOGIN_CLOSED)
    return conflict


def _started(login: LoginTransaction) -> Event:
    return Event(
        kind=EventKind.LOGIN_STARTED, at_ms=login.started_ms, user_id=login.user_id, facts=client_facts(login.client)
    )
