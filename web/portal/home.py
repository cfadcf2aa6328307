"""The page after both factors. Its one `<pre>` is what login programs wait for."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from flask import Blueprint, Response, render_template

from authsim.errors import RefusalError
from authsim.events import EventKind
from authsim.model import PortalSession
from authsim.verifier.activity import Activity, list_activity

from .. import look, scope
from ..answers import redirect_to
from ..sessions import is_full, require_signed_in

pages: Final = Blueprint("home", __name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class LastLogin:
    """The completed login before this one, if there was any, and the failures between the two."""

    login: Activity | None
    failures: int


@pages.get("/sso/Dispatcher")
def dispatcher() -> str | Response:
    """Show the portal's home; lead a browser with one factor, or none, to where it stands."""
    try:
        signed_in = require_signed_in()
    except RefusalError:
        return redirect_to("login.show", status=302)
    if not is_full(signed_in):
        return redirect_to("activation.show")
    look.prefer(signed_in.user.locale)
    verifier = scope.verifier()
    return render_template(
        "home.html",
        signed_in=signed_in,
        last=find_last_login(list_activity(verifier, signed_in.user.user_id), signed_in.session),
        device=verifier.store.devices.current_of(signed_in.user.user_id),
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
