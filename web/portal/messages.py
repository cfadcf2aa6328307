"""The Message Center: a user's web tickets, and the form for a new one with a file of evidence."""

from collections.abc import Mapping
from typing import Final

from flask import Blueprint, Response, render_template

from authsim.errors import MessageError, Reason, RefusalError
from authsim.verifier.tickets import list_tickets, open_ticket

from .. import evidence, look, scope
from ..answers import leave_notice, redirect_to
from ..refusals import explain
from ..rules import name_rule
from ..sessions import require_full
from ..uploads import read_upload

pages: Final = Blueprint("messages", __name__)

#: What is wrong with the form itself, and not with who sends it: then the form comes back as it was typed.
IN_THE_FORM: Final = frozenset({Reason.EVIDENCE_UNREADABLE, Reason.EVIDENCE_TOO_LARGE})


@pages.get("/portal/messages")
def show() -> str:
    """Show the user's tickets, newest first."""
    signed_in = require_full()
    look.prefer(signed_in.user.locale)
    tickets = list_tickets(scope.verifier(), signed_in)
    return render_template("messages.html", signed_in=signed_in, tickets=tickets)


@pages.get("/portal/messages/new")
def show_new() -> str:
    """Show the form for a new web ticket."""
    signed_in = require_full()
    look.prefer(signed_in.user.locale)
    return render_template("messages_new.html", signed_in=signed_in, typed={}, refused=None)


@pages.post("/portal/messages/new")
def submit() -> Response:
    """Open a ticket. What cannot be taken leads back to the form, with everything that was typed."""
    signed_in = require_full()
    look.prefer(signed_in.user.locale)
    upload = read_upload("har")
    typed = upload.fields
    try:
        ticket = open_ticket(
            scope.verifier(),
            signed_in,
            subject=typed.get("subject", ""),
            body=typed.get("body", ""),
            reference=typed.get("reference", ""),
            evidence=evidence.take_in(upload.file),
        )
    except (MessageError, RefusalError) as error:
        refused = explain_form(error)
        page = render_template("messages_new.html", signed_in=signed_in, typed=typed, refused=refused)
        return Response(page, explain(error).status, mimetype="text/html")
    leave_notice("ticket_opened")
    return redirect_to("messages_ticket.show", parts={"ticket_id": ticket.ticket_id})


def explain_form(error: MessageError | RefusalError) -> Mapping[str, str]:
    """Return what a form says of itself, above all that was typed into it; anything else is raised again."""
    if isinstance(error, RefusalError) and error.reason not in IN_THE_FORM:
        raise error
    explanation = explain(error)
    return {
        "what": explanation.what,
        "remedy": explanation.remedy,
        "rule": name_rule(error),
        "reference": scope.reference(),
        "is_evidence": "yes" if isinstance(error, RefusalError) else "",
    }
