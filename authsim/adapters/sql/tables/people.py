"""What is kept of the portal, its users, their browsers, and the record."""

from typing import Final

from sqlalchemy import Column, Table

from authsim.adapters.sql.tables.columns import (
    METADATA,
    NUMBER,
    bytes_column,
    number_column,
    serial_column,
    text_column,
)

INSTANCE: Final = Table(
    "instance",
    METADATA,
    Column("single", NUMBER, primary_key=True),
    text_column("instance_id"),
    text_column("profile"),
    text_column("suite"),
    text_column("policy"),
    text_column("origin", nullable=True),
    number_column("created_ms"),
    number_column("is_demo"),
)

USERS: Final = Table(
    "users",
    METADATA,
    serial_column(),
    text_column("user_id"),
    text_column("name"),
    text_column("role"),
    text_column("account"),
    text_column("mode"),
    text_column("phone", nullable=True),
    text_column("locale"),
    text_column("password_hash"),
    number_column("is_seamless"),
    text_column("failures_ms"),
    number_column("locked_until_ms", nullable=True),
    text_column("secure_login"),
    number_column("opts_out_ms", nullable=True),
    text_column("region"),
    number_column("phone_verified_ms", nullable=True),
    number_column("created_ms"),
    number_column("expires_ms"),
)

SESSIONS: Final = Table(
    "sessions",
    METADATA,
    serial_column(),
    text_column("session_id"),
    bytes_column("token_hash"),
    text_column("user_id"),
    text_column("factors"),
    text_column("proof", nullable=True),
    text_column("reach"),
    number_column("verified_purpose", nullable=True),
    number_column("verified_ms", nullable=True),
    text_column("client_address"),
    text_column("client_agent"),
    number_column("opened_ms"),
    number_column("last_seen_ms"),
    number_column("expires_ms"),
    number_column("ended_ms", nullable=True),
)

AUDIT: Final = Table(
    "audit",
    METADATA,
    Column("sequence", NUMBER, primary_key=True, autoincrement=False),
    number_column("at_ms"),
    text_column("kind"),
    text_column("user_id", nullable=True),
    text_column("reason", nullable=True),
    text_column("facts"),
    bytes_column("chain"),
)

AUDIT_HEAD: Final = Table(
    "audit_head",
    METADATA,
    Column("single", NUMBER, primary_key=True),
    number_column("sequence"),
    bytes_column("chain"),
)
