"""What a gateway-compatible front keeps: the one session that it answers for.

A migration is history: it names its tables itself and never changes once it was released.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_SCHEMA_NUMBER = 4
_BROKERAGE = ("up", "idle", "logged_out")


def _number() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table; it holds one row at most."""
    known = ", ".join(f"'{state}'" for state in _BROKERAGE)
    op.create_table(
        "gateway",
        sa.Column("single", _number(), primary_key=True, autoincrement=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("handle", "session_id", "brokerage")),
        *(sa.Column(name, _number(), nullable=False) for name in ("began_ms", "called_ms")),
        sa.CheckConstraint("single = 1", name="only_one"),
        sa.CheckConstraint(f"brokerage IN ({known})", name="known_brokerage"),
        sqlite_strict=True,
    )
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"PRAGMA user_version = {_SCHEMA_NUMBER}")
