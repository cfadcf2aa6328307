"""What the second page of a uniform login shows, of a real login and of a decoy: both look alike.

Which of them a browser holds is looked up here, with the same work for either; what is typed there is `uniform_login`.
"""

from dataclasses import dataclass

from authsim import states
from authsim.errors import Reason, RefusalError
from authsim.model import Decoy, LoginTransaction, PendingLogin, UniformLogin
from authsim.policy import SECOND
from authsim.protocol.login_uri import LoginUri, format_login_uri
from authsim.secret import Secret
from authsim.verifier import Verifier
from authsim.verifier.decoys import look_like_waiting, require_waiting
from authsim.verifier.identity import require_origin
from authsim.verifier.pending import require_pending
from authsim.verifier.requests import is_approved
from authsim.verifier.tokens import hash_token


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a browser's token stands for: a decoy, a login, a decoy with a login behind it; `decoy` None: a real one."""

    token: Secret
    decoy: Decoy | None
    login: LoginTransaction | None


def show_uniform_login(verifier: Verifier, *, token: Secret) -> UniformLogin:
    """Return what the page shows, the same at each reload. Refuses as `find_pending` does, a decoy alike."""
    now_ms = verifier.clock.now_ms()
    found = find_uniform(verifier, token)
    if found.decoy is None:
        return describe_login(verifier, require_pending(verifier, token, now_ms=now_ms))
    look_like_waiting(verifier, found.decoy)
    require_waiting(found.decoy, now_ms=now_ms)
    return describe_decoy(verifier, token, found.decoy)


def find_uniform(verifier: Verifier, token: Secret) -> Found:
    """Return what a token stands for, after the same look-ups for all of them; refuses with `LOGIN_EXPIRED`."""
    token_hash = hash_token(token)
    decoy = verifier.store.decoys.find(token_hash)
    login = verifier.store.logins.find(token_hash)
    if decoy is None and login is None:
        raise RefusalError(Reason.LOGIN_EXPIRED)
    return Found(token=token, decoy=decoy, login=login)


def describe_login(verifier: Verifier, pending: PendingLogin) -> UniformLogin:
    """Return what the page shows of a real login; refuses with `LOGIN_CLOSED` one that asks no phone any more."""
    challenge, push = pending.challenge, pending.push
    if challenge is None or push is None:
        raise RefusalError(Reason.LOGIN_CLOSED)
    is_waiting = push.state is states.OneShot.ISSUED or is_approved(push)
    return UniformLogin(
        token=pending.token,
        question=challenge.question,
        number=push.number,
        uri=_format_uri(verifier, push.request_id, issued_ms=pending.login.started_ms),
        attempts_remaining=challenge.attempts_allowed - challenge.attempts,
        issued_ms=pending.login.started_ms,
        expires_ms=max(challenge.expires_ms, push.expires_ms) if is_waiting else challenge.expires_ms,
        is_approved=is_approved(push),
    )


def describe_decoy(verifier: Verifier, token: Secret, decoy: Decoy) -> UniformLogin:
    """Return what the page shows of a decoy."""
    return UniformLogin(
        token=token,
        question=decoy.question,
        number=decoy.number,
        uri=_format_uri(verifier, decoy.request_id, issued_ms=decoy.issued_ms),
        attempts_remaining=decoy.attempts_allowed - decoy.attempts,
        issued_ms=decoy.issued_ms,
        expires_ms=decoy.expires_ms,
    )


def _format_uri(verifier: Verifier, request_id: str, *, issued_ms: int) -> Secret:
    """Return what the QR code says; its end is that of the whole login, which is the same for all."""
    uri = LoginUri(
        instance_id=verifier.instance.instance_id,
        origin=require_origin(verifier),
        request_id=request_id,
        expires_s=(issued_ms + verifier.policy.login_ms) // SECOND,
    )
    return format_login_uri(uri)
