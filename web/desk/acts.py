"""What the help desk does for a user: each on a page of its own that says what follows, and asks why.

No page shows a secret: a passcode goes to the user's own number, and nobody here chooses it.
"""

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from flask import Blueprint, Response, render_template
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from werkzeug.exceptions import NotFound

from authsim.errors import MessageError, RefusalError
from authsim.model import UserId
from authsim.verifier import Verifier, help_desk
from authsim.verifier.desk_files import DeskFile
from authsim.verifier.sessions import SignedIn

from .. import scope
from ..answers import leave_notice, redirect_refused, redirect_to
from ..forms import read_form
from ..refusals import explain
from .entry import open_file, require_desk
from .words import DeskRefusal, explain_to_desk

pages: Final = Blueprint("desk_acts", __name__)


class Deed(enum.Enum):
    """What can be done; the values stand in addresses."""

    PASSCODE = "passcode"
    UNLOCK = "unlock"
    SUSPEND = "suspend"
    RESUME = "resume"
    NUMBER = "number"


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What a page says: its heading, what follows from it, and its button."""

    title: LazyString
    follows: tuple[LazyString, ...]
    button: LazyString


WORDS: Final[Mapping[Deed, Words]] = MappingProxyType(
    {
        Deed.PASSCODE: Words(
            title=_l("Issue a temporary passcode"),
            follows=(
                _l("It is texted to the number on the account. It does not appear here, and you cannot choose it."),
                _l("Ask the caller for something that only the user knows before you go on."),
                _l("It cannot be called back, and none may follow it until a lasting device was activated."),
            ),
            button=_l("Issue the passcode"),
        ),
        Deed.UNLOCK: Words(
            title=_l("Unlock the user"),
            follows=(
                _l("The lock ends at once, and the failures that led to it are forgotten."),
                _l("The password and the devices stay as they are."),
            ),
            button=_l("Unlock"),
        ),
        Deed.SUSPEND: Words(
            title=_l("Suspend the phone"),
            follows=(
                _l("The phone answers no login any more, at once."),
                _l("All browsers that it signed in are signed out. That cannot be undone."),
                _l("When it is found again, you can resume it."),
            ),
            button=_l("Suspend"),
        ),
        Deed.RESUME: Words(
            title=_l("Resume the phone"),
            follows=(
                _l("The phone answers logins again, with the keys that it had."),
                _l("Do it only when the user has it in hand: whoever holds it now can use it."),
            ),
            button=_l("Resume"),
        ),
        Deed.NUMBER: Words(
            title=_l("Change the number"),
            follows=(
                _l("The old number receives nothing any more. It is not kept, so this cannot be undone from here."),
                _l("The new number counts as unverified until the user verifies it in the settings."),
                _l("A text proves little: make sure that it is the user who asks."),
            ),
            button=_l("Change the number"),
        ),
    }
)
_DO: Final[Mapping[Deed, Callable[[Verifier, SignedIn, UserId, Mapping[str, str]], object]]] = MappingProxyType(
    {
        Deed.PASSCODE: lambda verifier, desk, user_id, form: help_desk.issue_passcode(
            verifier, desk, user_id, reason=form.get("reason", "")
        ),
        Deed.UNLOCK: lambda verifier, desk, user_id, form: help_desk.unlock(
            verifier, desk, user_id, reason=form.get("reason", "")
        ),
        Deed.SUSPEND: lambda verifier, desk, user_id, form: help_desk.suspend(
            verifier, desk, user_id, reason=form.get("reason", "")
        ),
        Deed.RESUME: lambda verifier, desk, user_id, form: help_desk.resume(
            verifier, desk, user_id, reason=form.get("reason", "")
        ),
        Deed.NUMBER: lambda verifier, desk, user_id, form: help_desk.set_number(
            verifier, desk, user_id, number=form.get("number", ""), reason=form.get("reason", "")
        ),
    }
)
_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})


@pages.get("/desk/users/<user_id>/<deed>")
def show(user_id: str, deed: str) -> str:
    """Show what follows, and the form that asks for the reason."""
    signed_in = require_desk()
    return _render(open_file(signed_in, user_id), _read_deed(deed))


@pages.post("/desk/users/<user_id>/<deed>")
def submit(user_id: str, deed: str) -> Response:
    """Do it, and lead back to the file; a form without a reason comes back."""
    form = read_form()
    signed_in = require_desk()
    chosen, file = _read_deed(deed), open_file(signed_in, user_id)
    try:
        _DO[chosen](scope.verifier(), signed_in, file.user_id, form)
    except MessageError as error:
        page = _render(file, chosen, typed=form, refused=explain_to_desk(error))
        return Response(page, explain(error).status, mimetype="text/html")
    except RefusalError as refusal:
        return redirect_refused(refusal, "desk_users.show", parts={"user_id": file.user_id})
    leave_notice(f"desk_{chosen.value}")
    return redirect_to("desk_users.show", parts={"user_id": file.user_id})


def _render(
    file: DeskFile, deed: Deed, *, typed: Mapping[str, str] = _NOTHING, refused: DeskRefusal | None = None
) -> str:
    return render_template(
        "desk_act.html",
        file=file,
        deed=deed,
        words=WORDS[deed],
        typed=typed,
        refused=refused,
    )


def _read_deed(text: str) -> Deed:
    try:
        return Deed(text)
    except ValueError:
        raise NotFound from None
