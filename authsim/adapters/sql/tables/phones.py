"""What is kept of phones."""

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

DEVICES: Final = Table(
    "devices",
    METADATA,
    serial_column(),
    text_column("device_id"),
    text_column("user_id"),
    text_column("state"),
    text_column("label"),
    text_column("suite"),
    bytes_column("sign_pk"),
    text_column("seed_key_id"),
    bytes_column("seed_nonce"),
    bytes_column("seed_ciphertext"),
    number_column("activated_ms"),
    number_column("closed_ms", nullable=True),
    number_column("last_used_ms", nullable=True),
    Column("questions", NUMBER, nullable=False, server_default="0"),  # kept by a trigger
    number_column("counter"),
    number_column("alarms"),
    text_column("question"),
    number_column("confirmations"),
    number_column("confirmations_allowed"),
    number_column("expires_ms", nullable=True),
)

DEVICE_SESSIONS: Final = Table(
    "device_sessions",
    METADATA,
    serial_column(),
    bytes_column("token_hash"),
    text_column("device_id"),
    text_column("user_id"),
    number_column("opened_ms"),
    number_column("expires_ms"),
)

ACTIVATIONS: Final = Table(
    "activation_codes",
    METADATA,
    serial_column(),
    text_column("code_id"),
    text_column("user_id"),
    text_column("session_id", nullable=True),
    text_column("state"),
    text_column("keys_key_id"),
    bytes_column("keys_nonce"),
    bytes_column("keys_ciphertext"),
    bytes_column("display", nullable=True),
    number_column("issued_ms"),
    number_column("expires_ms"),
    number_column("closed_ms", nullable=True),
    text_column("device_id", nullable=True),
    bytes_column("request_digest", nullable=True),
    text_column("reply", nullable=True),
)

ENROLMENTS: Final = Table(
    "enrolments",
    METADATA,
    serial_column(),
    text_column("flow_id"),
    text_column("user_id"),
    text_column("state"),
    bytes_column("sign_pk"),
    bytes_column("kx_pk"),
    bytes_column("client_nonce"),
    text_column("label"),
    text_column("suite"),
    bytes_column("code_mac"),
    number_column("attempts"),
    number_column("attempts_allowed"),
    number_column("sends"),
    number_column("sent_ms"),
    number_column("issued_ms"),
    number_column("expires_ms"),
    number_column("closed_ms", nullable=True),
    text_column("device_id", nullable=True),
    bytes_column("request_digest", nullable=True),
    text_column("reply", nullable=True),
)

TEXTS: Final = Table(
    "texts",
    METADATA,
    serial_column(),
    text_column("user_id"),  # with whom it goes
    text_column("number"),
    text_column("body_key_id"),
    bytes_column("body_nonce"),
    bytes_column("body_ciphertext"),
    number_column("sent_ms"),
)
