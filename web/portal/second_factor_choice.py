"""Choosing a second factor, answering one that is no phone, and having a texted code sent again."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from flask import Blueprint, Response

from authsim.errors import MessageError, Reason, RefusalError
from authsim.model import Channel, FactorKind
from authsim.verifier.choosing import choose_factor, resend_code
from authsim.verifier.login import find_pending
from authsim.verifier.prompted import complete_prompt

from .. import scope
from ..answers import redirect_refused, redirect_to
from ..forms import read_form
from ..sessions import login_token
from .entering import enter, leave
from .errands_only import refuse_plain_login
from .offered import find_choice

pages: Final = Blueprint("second_factor_choice", __name__)
pages.before_request(refuse_plain_login)

#: The names of what is typed are a contract with programs that log in.
FIELDS: Final[Mapping[FactorKind, str]] = MappingProxyType(
    {
        FactorKind.TEXT: "silver-response",
        FactorKind.AUTHENTICATOR_APP: "silver-response",
        FactorKind.SECURITY_CARD: "gold-response",
        FactorKind.CODE_CARD: "bronze-response",
        FactorKind.ONLINE_CARD: "bronze-response",
        FactorKind.TEMPORARY_PASSCODE: "temp-response",
    }
)
_CHOICE: Final = {"with": "choice"}
#: What leaves the login as it was.
_STAYING: Final = frozenset(
    {
        *(Reason.TEXT_TOO_SOON, Reason.TEXTS_SPENT, Reason.NO_PHONE_NUMBER, Reason.RESENT_TOO_SOON),
        *(Reason.PROMPT_SUPERSEDED, Reason.FACTOR_UNKNOWN, Reason.PUSH_CLOSED, Reason.CHALLENGES_EXHAUSTED),
    }
)


@pages.post("/sso/SecondFactor/choose")
def choose() -> Response:
    """Ask the device that was chosen; choosing none shows the list again."""
    sent = read_form().get("factor", "")
    token = login_token()
    if token is None:
        return leave(RefusalError(Reason.LOGIN_EXPIRED))
    try:
        pending = find_pending(scope.verifier(), token)
        choice = find_choice(pending, sent)
        if choice is None:
            return redirect_to("second_factor.show", query=_CHOICE)
        choose_factor(scope.verifier(), token=token, choice=choice, client=scope.client(), notify=True)
    except RefusalError as refusal:
        if refusal.reason in _STAYING:
            return redirect_refused(refusal, "second_factor.show", typed=FactorKind.TEXT.value)
        return leave(refusal)
    return redirect_to("second_factor.show")


@pages.post("/sso/SecondFactor/code")
def answer() -> Response:
    """Judge what was typed; a right answer signs in, one of the wrong form may be typed again."""
    form = read_form()
    token = login_token()
    if token is None:
        return leave(RefusalError(Reason.LOGIN_EXPIRED))
    kind = ""
    try:
        prompt = find_pending(scope.verifier(), token).prompt
        if prompt is None:
            return redirect_to("second_factor.show")
        kind = prompt.kind.value
        typed = form.get(FIELDS[prompt.kind], "")
        proof = complete_prompt(scope.verifier(), token=token, answer=typed, client=scope.client())
    except RefusalError as refusal:
        if refusal.attempts_remaining:
            return redirect_refused(refusal, "second_factor.show", typed=kind)
        return leave(refusal, typed=kind)
    return enter(proof)


@pages.post("/sso/SecondFactor/resend-code")
def resend_text() -> Response:
    """Send a fresh code, as a text or by a call."""
    sent = read_form().get("channel", "")
    token = login_token()
    if token is None:
        return leave(RefusalError(Reason.LOGIN_EXPIRED))
    try:
        channel = Channel(sent)
    except ValueError:
        raise MessageError("channel is text or voice") from None
    try:
        resend_code(scope.verifier(), token=token, channel=channel, client=scope.client())
    except RefusalError as refusal:
        if refusal.reason in _STAYING:
            return redirect_refused(refusal, "second_factor.show", typed=FactorKind.TEXT.value)
        return leave(refusal)
    return redirect_to("second_factor.show")
