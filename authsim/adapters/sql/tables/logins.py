"""What is kept of logins, and of what they ask of phones."""

from typing import Final

from sqlalchemy import Column, Table, Text

from authsim.adapters.sql.tables.columns import METADATA, bytes_column, number_column, serial_column, text_column

LOGINS: Final = Table(
    "logins",
    METADATA,
    serial_column(),
    text_column("login_id"),
    bytes_column("token_hash"),
    text_column("user_id"),
    text_column("state"),
    text_column("mode"),
    text_column("session_id", nullable=True),
    text_column("client_address"),
    text_column("client_agent"),
    number_column("purpose"),
    text_column("subject", nullable=True),
    number_column("started_ms"),
    number_column("expires_ms"),
    number_column("closed_ms", nullable=True),
    text_column("reason", nullable=True),
)

CHALLENGES: Final = Table(
    "challenges",
    METADATA,
    serial_column(),
    text_column("challenge_id"),
    text_column("login_id"),
    text_column("user_id"),
    text_column("device_id"),
    text_column("question"),
    number_column("purpose"),
    text_column("suite"),
    text_column("state"),
    number_column("attempts"),
    number_column("attempts_allowed"),
    number_column("issued_ms"),
    number_column("expires_ms"),
    number_column("closed_ms", nullable=True),
)

#: What a device was ever asked, kept by a trigger: no question comes twice, also when its challenge was swept.
ASKED_QUESTIONS: Final = Table(
    "asked_questions",
    METADATA,
    Column("device_id", Text, primary_key=True),
    Column("question", Text, primary_key=True),
)

PUSHES: Final = Table(
    "push_requests",
    METADATA,
    serial_column(),
    text_column("request_id"),
    text_column("login_id"),
    text_column("user_id"),
    text_column("device_id"),
    number_column("purpose"),
    text_column("number"),
    text_column("client_address"),
    text_column("client_agent"),
    bytes_column("server_nonce"),
    number_column("is_notified"),
    text_column("state"),
    number_column("decision", nullable=True),
    bytes_column("decision_digest", nullable=True),
    bytes_column("operation", nullable=True),
    number_column("attempts"),
    number_column("attempts_allowed"),
    number_column("issued_ms"),
    number_column("expires_ms"),
    number_column("closed_ms", nullable=True),
)
