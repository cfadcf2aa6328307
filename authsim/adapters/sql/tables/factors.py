"""What is kept of second factors that are no phone, of what is asked of them, of decoys, and of counts."""

from typing import Final

from sqlalchemy import Column, LargeBinary, Table

from authsim.adapters.sql.tables.columns import METADATA, bytes_column, number_column, serial_column, text_column

FACTORS: Final = Table(
    "factors",
    METADATA,
    serial_column(),
    text_column("factor_id"),
    text_column("user_id"),
    text_column("kind"),
    text_column("state"),
    text_column("card_serial"),
    text_column("secret_key_id", nullable=True),
    bytes_column("secret_nonce", nullable=True),
    bytes_column("secret_ciphertext", nullable=True),
    text_column("secret_hash", nullable=True),
    text_column("shared_factor_id", nullable=True),
    number_column("last_step"),
    number_column("made_ms"),
    number_column("activated_ms", nullable=True),
    number_column("full_until_ms", nullable=True),
    number_column("expires_ms", nullable=True),
    number_column("closed_ms", nullable=True),
)

PROMPTS: Final = Table(
    "prompts",
    METADATA,
    serial_column(),
    text_column("prompt_id"),
    text_column("login_id"),
    text_column("user_id"),
    text_column("factor_id"),
    text_column("kind"),
    text_column("question"),
    bytes_column("code_mac", nullable=True),
    text_column("state"),
    number_column("attempts"),
    number_column("attempts_allowed"),
    number_column("sends"),
    number_column("sent_ms"),
    text_column("channel"),
    number_column("issued_ms"),
    number_column("expires_ms"),
    number_column("closed_ms", nullable=True),
)

DECOYS: Final = Table(
    "decoys",
    METADATA,
    serial_column(),
    text_column("decoy_id"),
    bytes_column("token_hash"),
    text_column("question"),
    text_column("number"),
    text_column("request_id"),
    number_column("attempts"),
    number_column("attempts_allowed"),
    number_column("is_open"),
    number_column("issued_ms"),
    number_column("expires_ms"),
)

TALLIES: Final = Table(
    "tallies",
    METADATA,
    Column("tally", LargeBinary, primary_key=True),
    text_column("tries_ms"),
    number_column("newest_ms"),
)
