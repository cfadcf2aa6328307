"""A web ticket as the help desk sees it: the conversation, the evidence, an answer, the end."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from flask import Blueprint, Response, render_template, url_for
from flask_babel import gettext

from authsim.errors import MessageError, Reason, RefusalError
from authsim.model import Attachment, AttachmentId, TicketId
from authsim.verifier import help_desk
from authsim.verifier.sessions import SignedIn
from authsim.verifier.tickets import TicketView

from .. import evidence, scope
from ..answers import leave_notice, redirect_to, take_notice
from ..forms import read_form
from ..refusals import explain
from .entry import read_id, require_desk
from .words import DeskRefusal, explain_to_desk

pages: Final = Blueprint("desk_tickets", __name__)

_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})


@pages.get("/desk/tickets/<ticket_id>")
def show(ticket_id: str) -> str:
    """Show the ticket of whatever user."""
    return _render(_require_ticket(require_desk(), ticket_id))


@pages.post("/desk/tickets/<ticket_id>/reply")
def submit_reply(ticket_id: str) -> Response:
    """Answer; an empty answer leads back to the form."""
    form = read_form()
    signed_in = require_desk()
    view = _require_ticket(signed_in, ticket_id)
    try:
        help_desk.reply(scope.verifier(), signed_in, view.ticket.ticket_id, body=form.get("body", ""))
    except MessageError as error:
        page = _render(view, typed=form, refused=explain_to_desk(error))
        return Response(page, explain(error).status, mimetype="text/html")
    leave_notice("ticket_replied")
    return redirect_to("desk_tickets.show", parts={"ticket_id": ticket_id})


@pages.get("/desk/tickets/<ticket_id>/close")
def show_close(ticket_id: str) -> str:
    """Say what follows, and ask once more."""
    view = _require_ticket(require_desk(), ticket_id)
    return render_template(
        "ticket_close.html",
        ticket=view.ticket,
        action=url_for("desk_tickets.submit_close", ticket_id=ticket_id),
        center=url_for("desk.show"),
        center_name=gettext("Help desk"),
        back=url_for("desk_tickets.show", ticket_id=ticket_id),
    )


@pages.post("/desk/tickets/<ticket_id>/close")
def submit_close(ticket_id: str) -> Response:
    """Close the ticket."""
    read_form()
    signed_in = require_desk()
    help_desk.close(scope.verifier(), signed_in, TicketId(read_id(ticket_id)))
    leave_notice("ticket_closed")
    return redirect_to("desk.show")


@pages.get("/desk/tickets/<ticket_id>/evidence/<attachment_id>")
def show_evidence(ticket_id: str, attachment_id: str) -> str:
    """Show the report on a file, and its waterfall."""
    view, attachment = _require_evidence(ticket_id, attachment_id)
    return render_template(
        "evidence.html",
        ticket=view.ticket,
        shown=evidence.show(attachment),
        course=evidence.draw(attachment),
        file=url_for("desk_tickets.download", ticket_id=ticket_id, attachment_id=attachment_id),
        center=url_for("desk.show"),
        center_name=gettext("Help desk"),
        back=url_for("desk_tickets.show", ticket_id=ticket_id),
    )


@pages.get("/desk/tickets/<ticket_id>/evidence/<attachment_id>/file")
def download(ticket_id: str, attachment_id: str) -> Response:
    """Hand the clean file out, as a download."""
    view, attachment = _require_evidence(ticket_id, attachment_id)
    return evidence.send(attachment, number=view.ticket.number)


def _render(view: TicketView, *, typed: Mapping[str, str] = _NOTHING, refused: DeskRefusal | None = None) -> str:
    return render_template(
        "desk_ticket.html",
        view=view,
        attached=[evidence.show(attachment) for attachment in view.attachments],
        typed=typed,
        refused=refused,
        notice=take_notice(),
    )


def _require_ticket(signed_in: SignedIn, ticket_id: str) -> TicketView:
    return help_desk.show_ticket(scope.verifier(), signed_in, TicketId(read_id(ticket_id)))


def _require_evidence(ticket_id: str, attachment_id: str) -> tuple[TicketView, Attachment]:
    signed_in = require_desk()
    view = _require_ticket(signed_in, ticket_id)
    attachment = help_desk.show_attachment(scope.verifier(), signed_in, AttachmentId(read_id(attachment_id)))
    if attachment.ticket_id != view.ticket.ticket_id:
        raise RefusalError(Reason.TICKET_UNKNOWN)
    return view, attachment
