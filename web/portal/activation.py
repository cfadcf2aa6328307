"""The page of a session that has one factor: it shows the QR code, and what became of it."""

from typing import Final

from flask import Blueprint, Response, json, render_template

from authsim import states
from authsim.errors import Reason, RefusalError
from authsim.protocol.keys import fingerprint
from authsim.verifier.activation import ActivationView, disown, show_activation
from authsim.verifier.login import begin_step_up
from authsim.verifier.sessions import SignedIn

from .. import look, scope
from ..answers import answer_json, redirect_refused, redirect_to, take_carried
from ..forms import read_form
from ..qr import draw_qr
from ..refusals import REASONS
from ..sessions import is_full, remember_login, require_signed_in, session_token
from .ways import note_step_up

pages: Final = Blueprint("activation", __name__)


@pages.get("/portal/activation")
def show() -> str | Response:
    """Show the code while it is good; afterwards the phone that used it, or what to do."""
    signed_in = require_signed_in()
    if is_full(signed_in):
        return redirect_to("home.dispatcher")
    look.prefer(signed_in.user.locale)
    verifier = scope.verifier()
    view = _find_view(signed_in)
    offer = None if view is None else view.offer
    # also when another code, a text, or the help desk brought the phone in
    device = None if offer is not None else verifier.store.devices.current_of(signed_in.user.user_id)
    if device is not None and device.state is states.Device.SUSPENDED:
        return render_template(
            "suspended.html",
            signed_in=signed_in,
            device=device,
            carried=take_carried(),
            origin=verifier.instance.origin,
            fingerprint=fingerprint(verifier.vault.signing_public_key()),
        )
    own = None if view is None else view.device
    return render_template(
        "activation.html",
        signed_in=signed_in,
        carried=take_carried(),
        view=view,
        offer=offer,
        picture=None if offer is None else draw_qr(offer.uri),
        device=device,
        is_own=device is not None and own is not None and device.device_id == own.device_id,
        whole_ms=verifier.policy.activation_ms,
        remedy=REASONS[Reason.ACTIVATION_USED].remedy,
        origin=verifier.instance.origin,
        reference=scope.reference(),
    )


@pages.get("/portal/activation/state")
def state() -> Response:
    """Say in a word what became of the code, for the page's own script."""
    signed_in = require_signed_in()
    view = show_activation(scope.verifier(), session=signed_in.session, token=session_token())
    device = None if view.device is None else view.device.state.value
    body = {"state": view.state.value, "device": device, "remaining_s": view.remaining_seconds}
    return answer_json(json.dumps(body, separators=(",", ":"), sort_keys=True))


@pages.post("/portal/activation/not-me")
def not_me() -> Response:
    """Revoke the phone that used this page's code, and show a fresh code."""
    read_form()
    signed_in = require_signed_in()
    if is_full(signed_in):
        return redirect_to("home.dispatcher")
    try:
        disown(scope.verifier(), session=signed_in.session, token=session_token())
    except RefusalError as refusal:
        return redirect_refused(refusal, "activation.show")
    return redirect_to("activation.show")


@pages.post("/portal/activation/sign-in")
def sign_in_with_phone() -> Response:
    """Ask the phone for the second factor, in this same session."""
    read_form()
    signed_in = require_signed_in()
    if is_full(signed_in):
        return redirect_to("home.dispatcher")
    try:
        pending = begin_step_up(scope.verifier(), signed_in.session, client=scope.client())
    except RefusalError as refusal:
        return redirect_refused(refusal, "activation.show")
    note_step_up()
    return remember_login(redirect_to("second_factor.show"), pending)


def _find_view(signed_in: SignedIn) -> ActivationView | None:
    """Return what became of this session's code; None when it never had one, because a phone was suspended."""
    try:
        return show_activation(scope.verifier(), session=signed_in.session, token=session_token())
    except RefusalError as refusal:
        if refusal.reason not in (Reason.ACTIVATION_UNKNOWN, Reason.DEVICE_SUSPENDED):
            raise
        return None
