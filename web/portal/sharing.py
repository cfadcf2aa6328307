"""Sharing the card of another user of the account: the owner's credentials, then an answer of the card itself."""

from typing import Final

from flask import Blueprint, Response, render_template

from authsim.errors import Reason, RefusalError
from authsim.secret import Secret
from authsim.verifier.sessions import SignedIn
from authsim.verifier.sharing import Share, begin_share, complete_share, find_share

from .. import look, scope
from ..answers import leave_notice, redirect_refused, redirect_to, take_carried
from ..factor_words import name_kind
from ..forms import read_form
from ..sessions import require_unrestricted
from .verification import ask_for_proof, go_on_after, needs_proof

pages: Final = Blueprint("sharing", __name__)

_ERRAND: Final = "share"
#: After these the same card cannot be shared at a second try.
_FINAL: Final = frozenset({Reason.FACTOR_NOT_SHAREABLE, Reason.LESS_SECURE_DEVICE})


@pages.get("/portal/settings/factors/share")
def show() -> str | Response:
    """Ask for the owner's credentials, then for the answer of the shared card."""
    signed_in = require_unrestricted()
    look.prefer(signed_in.user.locale)
    share = _find_share(signed_in)
    if share is None and needs_proof(signed_in, _ERRAND):
        return ask_for_proof(_ERRAND)
    return render_template(
        "sharing.html",
        signed_in=signed_in,
        share=share,
        name="" if share is None else name_kind(share.kind),
        carried=take_carried(),
    )


@pages.post("/portal/settings/factors/share")
def begin() -> Response:
    """Judge the owner's credentials, and ask the card."""
    form = read_form()
    signed_in = require_unrestricted()
    try:
        begin_share(
            scope.verifier(),
            signed_in,
            owner_name=form.get("username", ""),
            owner_password=Secret(form.get("password", "")),
            client=scope.client(),
        )
    except RefusalError as refusal:
        if refusal.reason in _FINAL:  # its proof is spent: the list of devices says what else there is
            return redirect_refused(refusal, "factors.show")
        return go_on_after(refusal, _ERRAND, "sharing.show")
    return redirect_to("sharing.show")


@pages.post("/portal/settings/factors/share/answer")
def answer() -> Response:
    """Judge the card's answer."""
    form = read_form()
    signed_in = require_unrestricted()
    share = _find_share(signed_in)
    try:
        complete_share(scope.verifier(), signed_in, answer=form.get("shared-response", ""), client=scope.client())
    except RefusalError as refusal:
        kind = None if share is None else share.kind
        return go_on_after(refusal, _ERRAND, "sharing.show", kind=kind)
    leave_notice("factor_shared")
    return redirect_to("factors.show")


def _find_share(signed_in: SignedIn) -> Share | None:
    """Return the card that waits to be answered with, if there is one."""
    try:
        return find_share(scope.verifier(), signed_in)
    except RefusalError as refusal:
        if refusal.reason is not Reason.FACTOR_UNKNOWN:
            raise
        return None
