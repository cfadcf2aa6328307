"""Web tickets, their messages and their evidence in their tables."""

from typing import TYPE_CHECKING

from authsim.model import Attachment, Author, Ticket, TicketMessage

if TYPE_CHECKING:
    from authsim.adapters.sql.rows import AnyRow, Values


def format_ticket(ticket: Ticket) -> "Values":
    """Return the columns of a ticket; its number is the row's own."""
    return {
        "ticket_id": ticket.ticket_id,
        "user_id": ticket.user_id,
        "subject": ticket.subject,
        "reference": ticket.reference,
        "is_open": int(ticket.is_open),
        "opened_ms": ticket.opened_ms,
        "closed_ms": ticket.closed_ms,
    }


def parse_ticket(row: "AnyRow") -> Ticket:
    """Return the ticket of a row."""
    return Ticket(
        ticket_id=row.ticket_id,
        number=row.serial,
        user_id=row.user_id,
        subject=row.subject,
        reference=row.reference,
        is_open=bool(row.is_open),
        opened_ms=row.opened_ms,
        closed_ms=row.closed_ms,
    )


def format_message(message: TicketMessage) -> "Values":
    """Return the columns of a message."""
    return {
        "ticket_id": message.ticket_id,
        "author": message.author.value,
        "body": message.body,
        "at_ms": message.at_ms,
    }


def parse_message(row: "AnyRow") -> TicketMessage:
    """Return the message of a row."""
    return TicketMessage(ticket_id=row.ticket_id, author=Author(row.author), body=row.body, at_ms=row.at_ms)


def format_attachment(attachment: Attachment) -> "Values":
    """Return the columns of an attachment."""
    return {
        "attachment_id": attachment.attachment_id,
        "ticket_id": attachment.ticket_id,
        "har": attachment.har,
        "report": attachment.report,
        "uploaded_bytes": attachment.uploaded_bytes,
        "attached_ms": attachment.attached_ms,
    }


def parse_attachment(row: "AnyRow") -> Attachment:
    """Return the attachment of a row."""
    return Attachment(
        attachment_id=row.attachment_id,
        ticket_id=row.ticket_id,
        har=row.har,
        report=row.report,
        uploaded_bytes=row.uploaded_bytes,
        attached_ms=row.attached_ms,
    )
