"""Web tickets of the Message Center, and the evidence that is attached to them."""

import enum
from dataclasses import dataclass

from authsim.model.ids import AttachmentId, TicketId, UserId


class Author(enum.Enum):
    """Who wrote a message."""

    USER = "user"
    HELP_DESK = "help_desk"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """A web ticket. `number` is given by the store, ascends, and is what people quote. `reference` may be empty."""

    ticket_id: TicketId
    number: int = 0
    user_id: UserId
    subject: str
    reference: str
    is_open: bool
    opened_ms: int
    closed_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketMessage:
    """One message of a ticket, oldest first by `at_ms` and then in the order of insertion."""

    ticket_id: TicketId
    author: Author
    body: str
    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A sanitised HAR file and the report of what was found in it. What was uploaded is never kept.

    `har` and `report` are UTF-8 JSON; `uploaded_bytes` is the size of what came in.
    """

    attachment_id: AttachmentId
    ticket_id: TicketId
    har: bytes
    report: bytes
    uploaded_bytes: int
    attached_ms: int
