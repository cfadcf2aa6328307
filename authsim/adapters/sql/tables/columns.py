"""How columns are defined: kinds of values, on either database."""

from typing import Final

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, MetaData, Text

METADATA: Final = MetaData()

#: SQLite's INTEGER holds 64 bits; its STRICT tables know no BIGINT.
NUMBER: Final = BigInteger().with_variant(Integer, "sqlite")


def serial_column() -> Column[int]:
    """Return the column that numbers rows in the order of insertion."""
    return Column("serial", NUMBER, primary_key=True)


def text_column(name: str, *, nullable: bool = False) -> Column[str]:
    """Return a column of text."""
    return Column(name, Text, nullable=nullable)


def number_column(name: str, *, nullable: bool = False) -> Column[int]:
    """Return a column of 64-bit numbers."""
    return Column(name, NUMBER, nullable=nullable)


def bytes_column(name: str, *, nullable: bool = False) -> Column[bytes]:
    """Return a column of bytes."""
    return Column(name, LargeBinary, nullable=nullable)
