"""The page that shows the QR code, and what became of it: of a session that has one factor.

Where a new phone waits for its confirmation, its code is typed here. There a session of two factors that has just been
opened without a phone, by a temporary passcode, may show a QR code as well.
"""

from typing import Final

from flask import Blueprint, Response, json, render_template

from authsim import states
from authsim.errors import Reason, RefusalError
from authsim.model import FactorKind, Reach
from authsim.policy import SECOND
from authsim.protocol.keys import fingerprint
from authsim.verifier.activation import ActivationView, disown, fresh_activation, show_activation
from authsim.verifier.confirmation import confirm_activation
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
    if not _may_activate(signed_in):
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
    is_waiting = device is None and own is not None and own.state is states.Device.PENDING
    return render_template(
        "activation.html",
        signed_in=signed_in,
        carried=take_carried(),
        view=view,
        offer=offer,
        picture=None if offer is None else draw_qr(offer.uri),
        device=device,
        waiting=own if is_waiting else None,
        is_full=is_full(signed_in),
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
    if not _may_activate(signed_in):
        return redirect_to("home.dispatcher")
    try:
        disown(scope.verifier(), session=signed_in.session, token=session_token())
    except RefusalError as refusal:
        return redirect_refused(refusal, "activation.show")
    return redirect_to("activation.show")


@pages.post("/portal/activation/confirm")
def confirm() -> Response:
    """Judge the code that the new phone shows; a right one makes it active."""
    form = read_form()
    signed_in = require_signed_in()
    if not _may_activate(signed_in):
        return redirect_to("home.dispatcher")
    try:
        confirm_activation(
            scope.verifier(), signed_in.session, code=form.get("confirmation", ""), client=scope.client()
        )
    except RefusalError as refusal:
        return redirect_refused(refusal, "activation.show")
    return redirect_to("activation.show")


@pages.post("/portal/activation/begin")
def begin() -> Response:
    """Show a QR code in a session that was opened without a phone a moment ago."""
    read_form()
    signed_in = require_signed_in()
    if not (is_full(signed_in) and _may_activate(signed_in)):
        return redirect_to("home.dispatcher")
    try:
        fresh_activation(scope.verifier(), session=signed_in.session, token=session_token())
    except RefusalError as refusal:
        return redirect_refused(refusal, "home.dispatcher")
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


def _may_activate(signed_in: SignedIn) -> bool:
    """Say whether this session is one that shows QR codes: with one factor, or with two that are fresh and no phone."""
    if not is_full(signed_in):
        return True
    verifier, session = scope.verifier(), signed_in.session
    is_fresh = verifier.clock.now_ms() < session.opened_ms + verifier.policy.verification_seconds * SECOND
    shows_code = verifier.store.activations.latest_of_session(session.session_id) is not None
    is_without = session.proof is FactorKind.TEMPORARY_PASSCODE and session.reach is not Reach.CARD_ONLY
    return bool(verifier.policy.confirm_activation) and is_without and (is_fresh or shows_code)


def _find_view(signed_in: SignedIn) -> ActivationView | None:
    """Return what became of this session's code; None when it never had one, because a phone was suspended."""
    try:
        return show_activation(scope.verifier(), session=signed_in.session, token=session_token())
    except RefusalError as refusal:
        if refusal.reason not in (Reason.ACTIVATION_UNKNOWN, Reason.DEVICE_SUSPENDED):
            raise
        return None
