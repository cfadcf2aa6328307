"""A user's file: factors, phones, sessions, lock-out, and the story of what was refused and why."""

from typing import Final

from flask import Blueprint, render_template

from authsim import states

from .. import scope
from ..answers import take_carried, take_notice
from ..factor_words import NAMES
from .entry import open_file, require_desk
from .story import tell_story
from .words import explain_carried

pages: Final = Blueprint("desk_users", __name__)


@pages.get("/desk/users/<user_id>")
def show(user_id: str) -> str:
    """Show the file of a user whom this desk user looked up in this session."""
    signed_in = require_desk()
    verifier = scope.verifier()
    file = open_file(signed_in, user_id)
    phone = next((one for one in file.phones if one.state in (states.Device.ACTIVE, states.Device.SUSPENDED)), None)
    carried = take_carried()
    return render_template(
        "desk_user.html",
        file=file,
        phone=phone,
        story=tell_story(file.story, is_uniform=bool(verifier.policy.uniform_login)),
        kinds=NAMES,
        refused=None if carried is None else explain_carried(carried),
        notice=take_notice(),
        now_ms=verifier.clock.now_ms(),
    )
