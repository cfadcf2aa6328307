"""The page after both factors. Its one `<pre>` is what login programs wait for."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from flask import Blueprint, Response, render_template

from authsim.errors import RefusalError
from authsim.events import EventKind
from authsim.model import FactorKind, PortalSession, Reach, SecureLogin
from authsim.verifier.activity import Activity, list_activity
from authsim.verifier.secure_login import stands
from authsim.verifier.sessions import SignedIn

from .. import look, scope
from ..answers import redirect_to
from ..factor_words import LEAST_WORTH, name_kind, say_limit
from ..sessions import is_full, require_signed_in

pages: Final = Blueprint("home", __name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class LastLogin:
    """The completed login before this one, if there was any, and the failures between the two."""

    login: Activity | None
    failures: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What opened the session beside the password: its name, and what it lets its user withdraw."""

    name: str
    limit: str


@pages.get("/sso/Dispatcher")
def dispatcher() -> str | Response:
    """Show the portal's home; lead a browser with one factor, or none, to where it stands."""
    try:
        signed_in = require_signed_in()
    except RefusalError:
        return redirect_to("login.show", status=302)
    if not is_full(signed_in):
        return redirect_to("activation.show")
    if signed_in.session.reach is Reach.CARD_ONLY:
        return redirect_to("online_card.show")
    look.prefer(signed_in.user.locale)
    verifier = scope.verifier()
    return render_template(
        "home.html",
        signed_in=signed_in,
        last=find_last_login(list_activity(verifier, signed_in.user.user_id), signed_in.session),
        device=verifier.store.devices.current_of(signed_in.user.user_id),
        proof=_find_proof(signed_in, now_ms=verifier.clock.now_ms()),
    )


def find_last_login(rows: Sequence[Activity], current: PortalSession) -> LastLogin:
    """Return the last login before the session `current` began. `rows`: newest first."""
    earlier = [row for row in rows if row.at_ms <= current.opened_ms]
    own = next((index for index, row in enumerate(earlier) if row.kind is EventKind.LOGIN_COMPLETED), len(earlier))
    failures = 0
    for row in earlier[own + 1 :]:
        if row.kind is EventKind.LOGIN_COMPLETED:
            return LastLogin(login=row, failures=failures)
        failures += row.kind is EventKind.LOGIN_REFUSED
    return LastLogin(login=None, failures=failures)


def _find_proof(signed_in: SignedIn, *, now_ms: int) -> Proof:
    """Return what a session's second factor is worth: the least, for a user who opted out of it for trading."""
    kind = signed_in.session.proof or FactorKind.IB_KEY
    is_enrolled = stands(signed_in.user, now_ms=now_ms) is not SecureLogin.OPTED_OUT
    return Proof(name=name_kind(kind), limit=say_limit(kind if is_enrolled else LEAST_WORTH))
