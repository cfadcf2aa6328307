"""`ports.Tickets` in memory."""

from dataclasses import replace
from typing import TYPE_CHECKING, final

from authsim.adapters.memory.tables import newest_first
from authsim.errors import StoreConflictError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authsim.adapters.memory.tables import Tables
    from authsim.events import Event
    from authsim.model import Attachment, AttachmentId, Ticket, TicketId, TicketMessage, UserId


@final
class MemoryTickets:
    """Web tickets, their messages and their evidence."""

    __slots__ = ("_tables",)

    def __init__(self, tables: "Tables") -> None:
        self._tables = tables

    def open(
        self, ticket: "Ticket", message: "TicketMessage", *, attachment: "Attachment | None", events: "Sequence[Event]"
    ) -> "Ticket":
        """Insert all; return the ticket with its number."""
        tables = self._tables
        with tables.lock:
            tables.require_user(ticket.user_id)
            if ticket.ticket_id in tables.tickets:
                raise StoreConflictError("that ticket exists already")
            self._require_insertable(attachment)
            kept = replace(ticket, number=tables.next_sequence())
            tables.tickets[ticket.ticket_id] = kept
            self._insert(message, attachment)
            tables.record(*events)
            return kept

    def get(self, ticket_id: "TicketId") -> "Ticket | None":
        """Return by id."""
        with self._tables.lock:
            return self._tables.tickets.get(ticket_id)

    def list_of(self, user_id: "UserId") -> "Sequence[Ticket]":
        """Return a user's tickets, newest first."""
        with self._tables.lock:
            rows = (row for row in self._tables.tickets.values() if row.user_id == user_id)
            return newest_first(rows, lambda row: row.number)

    def list_open(self, *, most: int) -> "Sequence[Ticket]":
        """Return the open tickets of all users, oldest first."""
        with self._tables.lock:
            return [row for row in self._tables.tickets.values() if row.is_open][:most]

    def messages_of(self, ticket_id: "TicketId") -> "Sequence[TicketMessage]":
        """Return the messages of a ticket, oldest first."""
        with self._tables.lock:
            rows = (row for row in self._tables.ticket_messages if row.ticket_id == ticket_id)
            return sorted(rows, key=lambda row: row.at_ms)

    def attachments_of(self, ticket_id: "TicketId") -> "Sequence[Attachment]":
        """Return what is attached to a ticket, oldest first."""
        with self._tables.lock:
            rows = (row for row in self._tables.attachments.values() if row.ticket_id == ticket_id)
            return sorted(rows, key=lambda row: row.attached_ms)

    def attachment(self, attachment_id: "AttachmentId") -> "Attachment | None":
        """Return by id."""
        with self._tables.lock:
            return self._tables.attachments.get(attachment_id)

    def reply(self, message: "TicketMessage", *, attachment: "Attachment | None", events: "Sequence[Event]") -> None:
        """Add a message, and what comes with it."""
        tables = self._tables
        with tables.lock:
            self._require_open(message.ticket_id)
            self._require_insertable(attachment)
            self._insert(message, attachment)
            tables.record(*events)

    def close(self, ticket_id: "TicketId", *, now_ms: int, event: "Event") -> None:
        """Close it."""
        tables = self._tables
        with tables.lock:
            present = self._require_open(ticket_id)
            tables.tickets[ticket_id] = replace(present, is_open=False, closed_ms=now_ms)
            tables.record(event)

    def _require_open(self, ticket_id: "TicketId") -> "Ticket":
        present = self._tables.tickets.get(ticket_id)
        if present is None or not present.is_open:
            raise StoreConflictError("the ticket is closed already")
        return present

    def _require_insertable(self, attachment: "Attachment | None") -> None:
        if attachment is not None and attachment.attachment_id in self._tables.attachments:
            raise StoreConflictError("that attachment exists already")

    def _insert(self, message: "TicketMessage", attachment: "Attachment | None") -> None:
        self._tables.ticket_messages.append(message)
        if attachment is not None:
            self._tables.attachments[attachment.attachment_id] = attachment
