"""Removing a device that is no phone, after a question back."""

from typing import Final

from flask import Blueprint, Response, render_template
from werkzeug.exceptions import NotFound

from authsim.errors import RefusalError
from authsim.model import FactorId
from authsim.verifier.factor_devices import remove_factor
from authsim.verifier.sessions import SignedIn

from .. import look, scope
from ..answers import leave_notice, redirect_to
from ..forms import read_form
from ..sessions import require_unrestricted
from .held import Row, list_rows
from .verification import ask_for_proof, go_on_after, needs_proof

pages: Final = Blueprint("factor_removal", __name__)

_ERRAND: Final = "remove"


@pages.get("/portal/settings/factors/<factor_id>/remove")
def show(factor_id: str) -> str | Response:
    """Ask whether this device is really to go."""
    signed_in = require_unrestricted()
    look.prefer(signed_in.user.locale)
    row = _find(signed_in, factor_id)
    if needs_proof(signed_in, _ERRAND):
        return ask_for_proof(_ERRAND, row.id)
    is_last = len(list_rows(signed_in.user)) == 1
    return render_template("factor_removal.html", signed_in=signed_in, row=row, is_last=is_last)


@pages.post("/portal/settings/factors/<factor_id>/remove")
def remove(factor_id: str) -> Response:
    """Take a device out of use for good."""
    read_form()
    signed_in = require_unrestricted()
    row = _find(signed_in, factor_id)
    try:
        remove_factor(scope.verifier(), signed_in, FactorId(row.id))
    except RefusalError as refusal:
        return go_on_after(refusal, _ERRAND, "factors.show", about=row.id)
    leave_notice("factor_removed")
    return redirect_to("factors.show")


def _find(signed_in: SignedIn, factor_id: str) -> Row:
    """Return one of the user's own devices; others do not exist here: 404."""
    found = [row for row in list_rows(signed_in.user) if row.id == factor_id and row.can_be_removed]
    if not found:
        raise NotFound
    return found[0]
