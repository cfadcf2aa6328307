"""What is kept of the Message Center."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from authsim.events import Event
    from authsim.model import Attachment, AttachmentId, Ticket, TicketId, TicketMessage, UserId


class Tickets(Protocol):
    """Web tickets, their messages and their evidence."""

    def open(
        self, ticket: "Ticket", message: "TicketMessage", *, attachment: "Attachment | None", events: "Sequence[Event]"
    ) -> "Ticket":
        """Insert all together; return the ticket with its number. `StoreConflictError` when the user is gone."""

    def get(self, ticket_id: "TicketId") -> "Ticket | None":
        """Return by id."""

    def list_of(self, user_id: "UserId") -> "Sequence[Ticket]":
        """Return a user's tickets, newest first."""

    def list_open(self, *, most: int) -> "Sequence[Ticket]":
        """Return the open tickets of all users, oldest first."""

    def messages_of(self, ticket_id: "TicketId") -> "Sequence[TicketMessage]":
        """Return the messages of a ticket, oldest first."""

    def attachments_of(self, ticket_id: "TicketId") -> "Sequence[Attachment]":
        """Return what is attached to a ticket, oldest first."""

    def attachment(self, attachment_id: "AttachmentId") -> "Attachment | None":
        """Return by id."""

    def reply(self, message: "TicketMessage", *, attachment: "Attachment | None", events: "Sequence[Event]") -> None:
        """Add a message, and what comes with it. `StoreConflictError` when the ticket is closed or gone."""

    def close(self, ticket_id: "TicketId", *, now_ms: int, event: "Event") -> None:
        """Close it. `StoreConflictError` when it is closed or gone."""
