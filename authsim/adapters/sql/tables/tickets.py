"""What is kept of the Message Center."""

from typing import Final

from sqlalchemy import Table

from authsim.adapters.sql.tables.columns import METADATA, bytes_column, number_column, serial_column, text_column

TICKETS: Final = Table(
    "tickets",
    METADATA,
    serial_column(),  # the number that people quote
    text_column("ticket_id"),
    text_column("user_id"),
    text_column("subject"),
    text_column("reference"),
    number_column("is_open"),
    number_column("opened_ms"),
    number_column("closed_ms", nullable=True),
)

TICKET_MESSAGES: Final = Table(
    "ticket_messages",
    METADATA,
    serial_column(),
    text_column("ticket_id"),
    text_column("author"),
    text_column("body"),
    number_column("at_ms"),
)

ATTACHMENTS: Final = Table(
    "attachments",
    METADATA,
    serial_column(),
    text_column("attachment_id"),
    text_column("ticket_id"),
    bytes_column("har"),
    bytes_column("report"),
    number_column("uploaded_bytes"),
    number_column("attached_ms"),
)
