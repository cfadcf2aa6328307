"""One web ticket of the Message Center: what was said, what is attached, and what can be added."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from flask import Blueprint, Response, render_template, url_for
from flask_babel import gettext

from authsim.errors import MessageError, Reason, RefusalError
from authsim.model import Attachment, AttachmentId, TicketId
from authsim.protocol.encodings import require_id
from authsim.verifier.sessions import SignedIn
from authsim.verifier.tickets import TicketView, close, reply, show_attachment, show_ticket

from .. import evidence, look, scope
from ..answers import leave_notice, redirect_to, take_notice
from ..forms import read_form
from ..refusals import explain
from ..sessions import require_full
from ..uploads import read_upload
from .messages import explain_form

pages: Final = Blueprint("messages_ticket", __name__)

_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})


@pages.get("/portal/messages/<ticket_id>")
def show(ticket_id: str) -> str:
    """Show the ticket, its messages and what was found in its evidence."""
    signed_in, view = _require_ticket(ticket_id)
    return _render(signed_in, view)


@pages.post("/portal/messages/<ticket_id>/reply")
def submit_reply(ticket_id: str) -> Response:
    """Add a message, with or without evidence. What cannot be taken leads back to the form as it was typed."""
    signed_in, view = _require_ticket(ticket_id)
    upload = read_upload("har")
    try:
        file = evidence.take_in(upload.file)
        reply(scope.verifier(), signed_in, view.ticket.ticket_id, body=upload.fields.get("body", ""), evidence=file)
    except (MessageError, RefusalError) as error:
        refused = explain_form(error)
        page = _render(signed_in, view, typed=upload.fields, refused=refused)
        return Response(page, explain(error).status, mimetype="text/html")
    leave_notice("ticket_replied")
    return redirect_to("messages_ticket.show", parts={"ticket_id": ticket_id})


@pages.get("/portal/messages/<ticket_id>/close")
def show_close(ticket_id: str) -> str:
    """Say what follows, and ask once more."""
    _, view = _require_ticket(ticket_id)
    return render_template(
        "ticket_close.html",
        ticket=view.ticket,
        action=url_for("messages_ticket.submit_close", ticket_id=ticket_id),
        center=url_for("messages.show"),
        center_name=gettext("Message Center"),
        back=url_for("messages_ticket.show", ticket_id=ticket_id),
    )


@pages.post("/portal/messages/<ticket_id>/close")
def submit_close(ticket_id: str) -> Response:
    """Close the ticket."""
    read_form()
    signed_in, view = _require_ticket(ticket_id)
    close(scope.verifier(), signed_in, view.ticket.ticket_id)
    leave_notice("ticket_closed")
    return redirect_to("messages_ticket.show", parts={"ticket_id": ticket_id})


@pages.get("/portal/messages/<ticket_id>/evidence/<attachment_id>")
def show_evidence(ticket_id: str, attachment_id: str) -> str:
    """Show the report on a file, and its waterfall."""
    view, attachment = _require_evidence(ticket_id, attachment_id)
    return render_template(
        "evidence.html",
        ticket=view.ticket,
        shown=evidence.show(attachment),
        course=evidence.draw(attachment),
        file=url_for("messages_ticket.download", ticket_id=ticket_id, attachment_id=attachment_id),
        center=url_for("messages.show"),
        center_name=gettext("Message Center"),
        back=url_for("messages_ticket.show", ticket_id=ticket_id),
    )


@pages.get("/portal/messages/<ticket_id>/evidence/<attachment_id>/file")
def download(ticket_id: str, attachment_id: str) -> Response:
    """Hand the clean file out, as a download."""
    view, attachment = _require_evidence(ticket_id, attachment_id)
    return evidence.send(attachment, number=view.ticket.number)


def _render(
    signed_in: SignedIn,
    view: TicketView,
    *,
    typed: Mapping[str, str] = _NOTHING,
    refused: Mapping[str, str] | None = None,
) -> str:
    return render_template(
        "ticket.html",
        signed_in=signed_in,
        view=view,
        attached=[evidence.show(attachment) for attachment in view.attachments],
        typed=typed,
        refused=refused,
        notice=take_notice(),
    )


def _require_ticket(ticket_id: str) -> tuple[SignedIn, TicketView]:
    """Return the ticket if it is this user's own; any other does not exist here."""
    signed_in = require_full()
    look.prefer(signed_in.user.locale)
    try:
        return signed_in, show_ticket(scope.verifier(), signed_in, TicketId(require_id(ticket_id)))
    except MessageError:
        raise RefusalError(Reason.TICKET_UNKNOWN) from None
    except RefusalError as refusal:
        raise _as_unknown(refusal) from None


def _require_evidence(ticket_id: str, attachment_id: str) -> tuple[TicketView, Attachment]:
    signed_in, view = _require_ticket(ticket_id)
    try:
        attachment = show_attachment(scope.verifier(), signed_in, AttachmentId(require_id(attachment_id)))
    except MessageError:
        raise RefusalError(Reason.TICKET_UNKNOWN) from None
    except RefusalError as refusal:
        raise _as_unknown(refusal) from None
    if attachment.ticket_id != view.ticket.ticket_id:
        raise RefusalError(Reason.TICKET_UNKNOWN)
    return view, attachment


def _as_unknown(refusal: RefusalError) -> RefusalError:
    """Say of another's ticket what is said of one that does not exist."""
    return RefusalError(Reason.TICKET_UNKNOWN) if refusal.reason is Reason.NOT_YOURS else refusal
