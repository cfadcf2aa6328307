"""The browser's two cookies: the session of somebody who is signed in, and the login that waits for its second factor.

Both hold a random token and nothing else; what it opens is a row of the store. `sign_in` accepts only the proofs that
the core returns. Cookies ignore ports, so their names carry the portal they belong to.
"""

import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final, TypeAlias, cast

from flask import Flask, Response, current_app, g, request, session

from authsim.errors import Reason, RefusalError, StoreError
from authsim.model import Authenticated, Factors, Instance, LimitedEntry, PendingLogin, Reach
from authsim.secret import Secret
from authsim.verifier.sessions import SignedIn, end_session, require_reach, require_session

from . import scope

_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)
_SESSION: Final = "s"
_LOGIN: Final = "l"
_HEEDERS: Final = "authsim-login-heeders"
#: Hears of a login that both factors completed.
Heeder: TypeAlias = Callable[[Authenticated], None]


def cookie_name(kind: str, instance: Instance, *, tls: bool) -> str:
    """Return a cookie's name; under TLS the browser itself vouches for host and path (`__Host-`)."""
    prefix = "__Host-" if tls else ""
    return f"{prefix}authsim_{kind}_{instance.instance_id[:8]}"


def _name(kind: str) -> str:
    return cookie_name(kind, scope.verifier().instance, tls=scope.settings().tls)


def heed_logins(app: Flask, heed: Heeder) -> None:
    """Let `heed` hear of every login of `app` that both factors completed, while nothing of it has left yet.

    A login that it cannot heed (`StoreError`) is none: its session ends, and the error goes on.
    """
    app.extensions.setdefault(_HEEDERS, []).append(heed)


def sign_in(response: Response, proof: Authenticated | LimitedEntry) -> Response:
    """Give the browser the session that `proof` opened; whatever it held before is over."""
    if isinstance(proof, Authenticated):
        _tell(proof)
    with suppress(StoreError):  # the new session is open: its browser gets it, even if an old one stays for a while
        previous = _signed_in_or_none()
        if previous is not None and previous.session.session_id != proof.session.session_id:
            end_session(scope.verifier(), previous.session)
    session.clear()  # a fresh CSRF token for a fresh session
    _set_cookie(response, _SESSION, proof.token)
    forget_login(response)
    return response


def _tell(proof: Authenticated) -> None:
    """Let all who heed logins hear of this one, or end its session: nobody holds the token of a login that failed.

    It would be open with no browser to sign it out, and compete at a gateway. Should even ending it fail, it ends when
    it has been idle for long.
    """
    heeders: Sequence[Heeder] = current_app.extensions.get(_HEEDERS, ())
    try:
        for heed in heeders:
            heed(proof)
    except StoreError:
        with suppress(StoreError):
            end_session(scope.verifier(), proof.session)
        raise


def sign_out(response: Response) -> Response:
    """End the session of this browser and make it forget.

    `Clear-Site-Data` does not name cookies: they ignore ports, and those of other programs on this machine stay.
    """
    previous = _signed_in_or_none()
    if previous is not None:
        end_session(scope.verifier(), previous.session)
    session.clear()
    _delete_cookie(response, _SESSION)
    forget_login(response)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


def require_signed_in() -> SignedIn:
    """Return who is signed in, with one factor or two. Refuses with `SESSION_EXPIRED`."""
    if "signed_in" not in g:
        token = _read_cookie(_SESSION)
        if token is None:
            raise RefusalError(Reason.SESSION_EXPIRED)
        signed_in = require_session(scope.verifier(), token)
        if signed_in.session.reach is Reach.TRADING:  # the trading device's, which opens no page here
            raise RefusalError(Reason.SESSION_EXPIRED)
        g.signed_in, g.session_token = signed_in, token
    return cast("SignedIn", g.signed_in)


def require_full() -> SignedIn:
    """Return who is signed in with both factors, also by a passcode that restricts.

    Refuses with `SESSION_EXPIRED`, `SECOND_FACTOR_REQUIRED` and `OUT_OF_REACH`.
    """
    return require_reach(require_signed_in(), Reach.FULL, Reach.RESTRICTED)


def require_unrestricted() -> SignedIn:
    """Return who is signed in with both factors and reaches everything. Refuses as `require_full`."""
    return require_reach(require_signed_in(), Reach.FULL)


def is_full(signed_in: SignedIn) -> bool:
    """Say whether a session was opened by both factors."""
    return signed_in.session.factors is Factors.TWO


def has_both_factors() -> bool:
    """Say whether this browser is signed in with both factors, and refuse nothing."""
    signed_in = _signed_in_or_none()
    return signed_in is not None and is_full(signed_in)


def session_token() -> Secret:
    """Return the token of the session that is open. Refuses with `SESSION_EXPIRED`."""
    require_signed_in()
    return cast("Secret", g.session_token)


def remember_login(response: Response, pending: PendingLogin) -> Response:
    """Give the browser the token of its pending login."""
    return remember_continuation(response, pending.token)


def remember_continuation(response: Response, token: Secret) -> Response:
    """Give the browser the token with which it may correct the live/paper switch."""
    _set_cookie(response, _LOGIN, token)
    return response


def login_token() -> Secret | None:
    """Return the token of this browser's login attempt, if it has a well-formed one."""
    return _read_cookie(_LOGIN)


def forget_login(response: Response) -> Response:
    """Take the token of the login attempt away."""
    _delete_cookie(response, _LOGIN)
    return response


def keep_token(response: Response, kind: str, token: Secret) -> Response:
    """Give the browser a token of another kind than the two above: `kind` is the letter in the cookie's name."""
    _set_cookie(response, kind, token)
    return response


def read_token(kind: str) -> Secret | None:
    """Return the browser's token of that kind, if it has a well-formed one."""
    return _read_cookie(kind)


def drop_token(response: Response, kind: str) -> Response:
    """Take the token of that kind away."""
    _delete_cookie(response, kind)
    return response


def _signed_in_or_none() -> SignedIn | None:
    try:
        return require_signed_in()
    except RefusalError:
        return None


def _set_cookie(response: Response, kind: str, token: Secret) -> None:
    response.set_cookie(
        _name(kind),
        token.reveal_text(),
        path="/",
        secure=scope.settings().tls,
        httponly=True,
        samesite="Lax",
    )


def _delete_cookie(response: Response, kind: str) -> None:
    response.delete_cookie(_name(kind), path="/", secure=scope.settings().tls, httponly=True, samesite="Lax")


def _read_cookie(kind: str) -> Secret | None:
    text = request.cookies.get(_name(kind), "")
    return Secret(text) if _TOKEN.fullmatch(text) else None
