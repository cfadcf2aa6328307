"""What happened to this user: logins, failures, phones. One factor is enough to read it."""

from typing import Final

from flask import Blueprint, render_template

from authsim.verifier.activity_groups import list_groups

from .. import look, scope
from ..activity_words import describe_group
from ..sessions import require_signed_in

pages: Final = Blueprint("activity", __name__)


@pages.get("/portal/activity")
def show() -> str:
    """Show the newest rows, newest first; refusals that belong together as one."""
    signed_in = require_signed_in()
    look.prefer(signed_in.user.locale)
    rows = [describe_group(group) for group in list_groups(scope.verifier(), signed_in.user.user_id)]
    return render_template("activity.html", signed_in=signed_in, rows=rows)
