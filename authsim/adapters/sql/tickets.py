"""`ports.Tickets` in SQL."""

from dataclasses import replace
from typing import TYPE_CHECKING, Final, final

from sqlalchemy import bindparam, insert, literal, select, update

from authsim.adapters.sql.audit import record
from authsim.adapters.sql.locks import lock_owner, lock_owner_by, lock_user
from authsim.adapters.sql.rows import (
    format_attachment,
    format_message,
    format_ticket,
    parse_attachment,
    parse_message,
    parse_ticket,
)
from authsim.adapters.sql.tables import ATTACHMENTS, TICKET_MESSAGES, TICKETS
from authsim.errors import StoreConflictError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from authsim.adapters.sql.database import Database
    from authsim.events import Event
    from authsim.model import Attachment, AttachmentId, Ticket, TicketId, TicketMessage, UserId

_OF_TICKET: Final = TICKETS.c.ticket_id == bindparam("of_ticket")
_IS_OPEN: Final = TICKETS.c.is_open == 1

_INSERT: Final = insert(TICKETS).returning(TICKETS.c.serial)
_INSERT_MESSAGE: Final = insert(TICKET_MESSAGES)
_INSERT_ATTACHMENT: Final = insert(ATTACHMENTS)
_LOCK_OWNER: Final = lock_owner_by(TICKETS, TICKETS.c.ticket_id)
_GET: Final = select(TICKETS).where(_OF_TICKET)
_LIST_OF: Final = select(TICKETS).where(TICKETS.c.user_id == bindparam("of_user")).order_by(TICKETS.c.serial.desc())
_LIST_OPEN: Final = select(TICKETS).where(_IS_OPEN).order_by(TICKETS.c.serial).limit(bindparam("most"))
_MESSAGES_OF: Final = (
    select(TICKET_MESSAGES)
    .where(TICKET_MESSAGES.c.ticket_id == bindparam("of_ticket"))
    .order_by(TICKET_MESSAGES.c.at_ms, TICKET_MESSAGES.c.serial)
)
_ATTACHMENTS_OF: Final = (
    select(ATTACHMENTS)
    .where(ATTACHMENTS.c.ticket_id == bindparam("of_ticket"))
    .order_by(ATTACHMENTS.c.attached_ms, ATTACHMENTS.c.serial)
)
_ATTACHMENT: Final = select(ATTACHMENTS).where(ATTACHMENTS.c.attachment_id == bindparam("of_attachment"))
_IS_WANTED: Final = select(literal(1)).where(_OF_TICKET, _IS_OPEN)
_CLOSE: Final = (
    update(TICKETS)
    .where(_OF_TICKET, _IS_OPEN)
    .values(is_open=0, closed_ms=bindparam("now_ms"))
    .returning(TICKETS.c.serial)
)


@final
class SqlTickets:
    """Web tickets, their messages and their evidence."""

    __slots__ = ("_database",)

    def __init__(self, database: "Database") -> None:
        self._database = database

    def open(
        self, ticket: "Ticket", message: "TicketMessage", *, attachment: "Attachment | None", events: "Sequence[Event]"
    ) -> "Ticket":
        """Insert all; return the ticket with its number."""

        def work(connection: "Connection") -> "Ticket":
            lock_user(connection, ticket.user_id)
            number = connection.execute(_INSERT, format_ticket(ticket)).scalar_one()
            _insert(connection, message, attachment)
            record(connection, events)
            return replace(ticket, number=number)

        return self._database.write(work)

    def get(self, ticket_id: "TicketId") -> "Ticket | None":
        """Return by id."""
        row = self._database.read(lambda connection: connection.execute(_GET, {"of_ticket": ticket_id}).one_or_none())
        return None if row is None else parse_ticket(row)

    def list_of(self, user_id: "UserId") -> "Sequence[Ticket]":
        """Return a user's tickets, newest first."""
        rows = self._database.read(lambda connection: connection.execute(_LIST_OF, {"of_user": user_id}).all())
        return [parse_ticket(row) for row in rows]

    def list_open(self, *, most: int) -> "Sequence[Ticket]":
        """Return the open tickets of all users, oldest first."""
        rows = self._database.read(lambda connection: connection.execute(_LIST_OPEN, {"most": most}).all())
        return [parse_ticket(row) for row in rows]

    def messages_of(self, ticket_id: "TicketId") -> "Sequence[TicketMessage]":
        """Return the messages of a ticket, oldest first."""
        values = {"of_ticket": ticket_id}
        rows = self._database.read(lambda connection: connection.execute(_MESSAGES_OF, values).all())
        return [parse_message(row) for row in rows]

    def attachments_of(self, ticket_id: "TicketId") -> "Sequence[Attachment]":
        """Return what is attached to a ticket, oldest first."""
        values = {"of_ticket": ticket_id}
        rows = self._database.read(lambda connection: connection.execute(_ATTACHMENTS_OF, values).all())
        return [parse_attachment(row) for row in rows]

    def attachment(self, attachment_id: "AttachmentId") -> "Attachment | None":
        """Return by id."""
        values = {"of_attachment": attachment_id}
        row = self._database.read(lambda connection: connection.execute(_ATTACHMENT, values).one_or_none())
        return None if row is None else parse_attachment(row)

    def reply(self, message: "TicketMessage", *, attachment: "Attachment | None", events: "Sequence[Event]") -> None:
        """Add a message, and what comes with it."""

        def work(connection: "Connection") -> None:
            lock_owner(connection, _LOCK_OWNER, message.ticket_id)
            if connection.execute(_IS_WANTED, {"of_ticket": message.ticket_id}).one_or_none() is None:
                raise StoreConflictError("the ticket is closed already")
            _insert(connection, message, attachment)
            record(connection, events)

        self._database.write(work)

    def close(self, ticket_id: "TicketId", *, now_ms: int, event: "Event") -> None:
        """Close it."""

        def work(connection: "Connection") -> None:
            lock_owner(connection, _LOCK_OWNER, ticket_id)
            if connection.execute(_CLOSE, {"of_ticket": ticket_id, "now_ms": now_ms}).one_or_none() is None:
                raise StoreConflictError("the ticket is closed already")
            record(connection, [event])

        self._database.write(work)


def _insert(connection: "Connection", message: "TicketMessage", attachment: "Attachment | None") -> None:
    connection.execute(_INSERT_MESSAGE, format_message(message))
    if attachment is not None:
        connection.execute(_INSERT_ATTACHMENT, format_attachment(attachment))
