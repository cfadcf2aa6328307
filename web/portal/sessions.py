"""The browsers in which this user is signed in, the button that ends one, and the user's phones, old ones too."""

from typing import Final

from flask import Blueprint, Response, render_template

from authsim.errors import MessageError, Reason, RefusalError
from authsim.model import SessionId
from authsim.protocol.encodings import require_id
from authsim.verifier.sessions import end_other_session, list_sessions

from .. import look, scope
from ..answers import leave_notice, redirect_to, take_notice
from ..forms import read_form
from ..sessions import require_full

pages: Final = Blueprint("sessions", __name__)


@pages.get("/portal/sessions")
def show() -> str:
    """Show the open sessions and all phones, newest first."""
    signed_in = require_full()
    look.prefer(signed_in.user.locale)
    verifier, user_id = scope.verifier(), signed_in.user.user_id
    return render_template(
        "sessions.html",
        signed_in=signed_in,
        rows=list_sessions(verifier, user_id),
        devices=verifier.store.devices.list_of(user_id),
        notice=take_notice(),
    )


@pages.post("/portal/sessions/<session_id>/end")
def end(session_id: str) -> Response:
    """End one session of this user; ids of others do not exist here."""
    read_form()
    signed_in = require_full()
    try:
        wanted = SessionId(require_id(session_id))
    except MessageError:
        raise RefusalError(Reason.NOT_YOURS) from None
    end_other_session(scope.verifier(), signed_in, wanted)
    leave_notice("session_ended")
    return redirect_to("sessions.show")
