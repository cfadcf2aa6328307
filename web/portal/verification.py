"""Identity verification before a sensitive task: username, password and second factor, then back to the task."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from flask import Blueprint, Response, render_template
from werkzeug.exceptions import NotFound

from authsim.errors import Reason, RefusalError
from authsim.model import FactorKind
from authsim.secret import Secret
from authsim.verifier.identity_proof import begin_verification, is_verified
from authsim.verifier.sessions import SignedIn

from .. import look, scope
from ..answers import redirect_refused, redirect_to, take_carried
from ..forms import read_form, read_query
from ..refused_factors import ACTIVATION
from ..sessions import remember_login, require_unrestricted
from .ways import ERRANDS, Errand, find_errand, note_errand, way_to_proof

pages: Final = Blueprint("verify", __name__)


@pages.get("/portal/verify")
def show() -> str:
    """Ask for username and password, and say for what."""
    signed_in = require_unrestricted()
    look.prefer(signed_in.user.locale)
    query = read_query()
    name, about = query.get("for", ""), query.get("about", "")
    return render_template(
        "verify.html",
        signed_in=signed_in,
        name=name,
        about=about,
        errand=_require_errand(name, about),
        carried=take_carried(),
    )


@pages.post("/portal/verify")
def submit() -> Response:
    """Judge the password once more, and lead on to the second factor."""
    form = read_form()
    signed_in = require_unrestricted()
    name, about = form.get("for", ""), form.get("about", "")
    errand = _require_errand(name, about)
    try:
        pending = begin_verification(
            scope.verifier(),
            signed_in,
            name=form.get("username", ""),
            password=Secret(form.get("password", "")),
            purpose=errand.purpose,
            client=scope.client(),
        )
    except RefusalError as refusal:
        return redirect_refused(refusal, "verify.show", query=way_to_proof(name, about).query)
    note_errand(name, about)
    return remember_login(redirect_to("second_factor.show"), pending)


def needs_proof(signed_in: SignedIn, name: str) -> bool:
    """Say whether a task would be declined for want of a fresh proof: its page then asks for that first."""
    return not is_verified(scope.verifier(), signed_in, ERRANDS[name].purpose)


def ask_for_proof(name: str, about: str = "") -> Response:
    """Lead to the page that asks for the proof which a task takes."""
    way = way_to_proof(name, about)
    return redirect_to(way.endpoint, query=way.query)


def go_on_after(
    refusal: RefusalError,
    name: str,
    endpoint: str,
    *,
    about: str = "",
    kind: FactorKind | None = None,
    query: Mapping[str, str] = MappingProxyType({}),
) -> Response:
    """Lead a task that was declined on: to the proof that it lacks, or back to its own page with the refusal.

    `kind`: what was to be activated by the answer that was declined.
    """
    if refusal.reason is Reason.VERIFICATION_REQUIRED:
        return ask_for_proof(name, about)
    return redirect_refused(refusal, endpoint, typed=say_activation(refusal, kind), query=query)


def say_activation(refusal: RefusalError, kind: FactorKind | None) -> str:
    """Return how the sentence of a refusal is to be chosen: an answer's form is that of its kind."""
    if kind is None:
        return ""
    return kind.value if refusal.reason is Reason.MALFORMED_RESPONSE else ACTIVATION


def _require_errand(name: str, about: str) -> Errand:
    found = find_errand(name, about)
    if found is None:
        raise NotFound
    return found
