"""The console's first page: who is calling, and which web tickets wait for an answer."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from flask import Blueprint, Response, render_template

from authsim.errors import MessageError, Reason, RefusalError
from authsim.verifier import help_desk
from authsim.verifier.sessions import SignedIn

from .. import scope
from ..answers import redirect_to, take_notice
from ..forms import read_form
from ..refusals import explain
from .entry import require_desk
from .words import DeskRefusal, explain_to_desk

pages: Final = Blueprint("desk", __name__)

_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})
#: What the form itself answers.
_OF_THE_FORM: Final = frozenset({Reason.NO_SUCH_USER, Reason.NOT_PERMITTED})


@pages.get("/desk")
def show() -> str:
    """Show the form, and the open tickets, oldest first."""
    return _render(require_desk())


@pages.post("/desk/find")
def submit() -> Response:
    """Look a user up by name or number, which is recorded, and lead to the file."""
    form = read_form()
    signed_in = require_desk()
    try:
        file = help_desk.find(scope.verifier(), signed_in, query=form.get("query", ""), reason=form.get("reason", ""))
    except (MessageError, RefusalError) as error:
        if isinstance(error, RefusalError) and error.reason not in _OF_THE_FORM:
            raise
        page = _render(signed_in, typed=form, refused=explain_to_desk(error))
        return Response(page, explain(error).status, mimetype="text/html")
    return redirect_to("desk_users.show", parts={"user_id": file.user_id})


def _render(signed_in: SignedIn, *, typed: Mapping[str, str] = _NOTHING, refused: DeskRefusal | None = None) -> str:
    return render_template(
        "desk.html",
        waiting=help_desk.list_tickets(scope.verifier(), signed_in),
        typed=typed,
        refused=refused,
        notice=take_notice(),
    )
