"""What happened to this user: logins, failures, phones. One factor is enough to read it."""

from typing import Final

from flask import Blueprint, render_template

from authsim.verifier.activity import list_activity

from .. import look, scope
from ..activity_words import describe
from ..sessions import require_signed_in

pages: Final = Blueprint("activity", __name__)


@pages.get("/portal/activity")
def show() -> str:
    """Show the newest rows, newest first."""
    signed_in = require_signed_in()
    look.prefer(signed_in.user.locale)
    rows = [describe(row) for row in list_activity(scope.verifier(), signed_in.user.user_id)]
    return render_template("activity.html", signed_in=signed_in, rows=rows)
