"""What is kept of a gateway-compatible front."""

from typing import Final

from sqlalchemy import Column, Table

from authsim.adapters.sql.tables.columns import METADATA, NUMBER, number_column, text_column

GATEWAY: Final = Table(
    "gateway",
    METADATA,
    Column("single", NUMBER, primary_key=True),
    text_column("handle"),
    text_column("session_id"),
    text_column("brokerage"),
    number_column("began_ms"),
    number_column("called_ms"),
)
