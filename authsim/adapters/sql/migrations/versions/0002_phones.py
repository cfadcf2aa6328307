"""What the phone's flows keep: counters, sessions, enrolments by texted code, inboxes, and requests to approve.

A migration is history: it names its tables itself and never changes once it was released.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.schema import SchemaItem

revision = "0002"
down_revision = "0001"

_SCHEMA_NUMBER = 2

_ONE_SHOT = ("issued", "consumed", "failed", "expired", "cancelled", "superseded")


def _number() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _serial() -> list[SchemaItem]:
    return [sa.Column("serial", _number(), primary_key=True, autoincrement=True)]


def _texts(*names: str, nullable: bool = False) -> list[SchemaItem]:
    return [sa.Column(name, sa.Text(), nullable=nullable) for name in names]


def _numbers(*names: str, nullable: bool = False) -> list[SchemaItem]:
    return [sa.Column(name, _number(), nullable=nullable) for name in names]


def _bytes(*names: str, nullable: bool = False) -> list[SchemaItem]:
    return [sa.Column(name, sa.LargeBinary(), nullable=nullable) for name in names]


def _one_shot() -> list[SchemaItem]:
    """Return the columns of what may succeed once, within a number of tries."""
    quoted = ", ".join(f"'{value}'" for value in _ONE_SHOT)
    return [
        *_texts("state"),
        *_numbers("attempts", "attempts_allowed", "issued_ms", "expires_ms"),
        *_numbers("closed_ms", nullable=True),
        sa.CheckConstraint(f"state IN ({quoted})", name="known_state"),
        sa.CheckConstraint("attempts BETWEEN 0 AND attempts_allowed", name="attempts_are_limited"),
    ]


def _of_user() -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["user_id"], ["users.user_id"])


def _of_device() -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["device_id"], ["devices.device_id"])


def _create(name: str, *items: SchemaItem, ascends: bool = False) -> None:
    """Create a table; when its serial `ascends`, none is given twice, whatever is deleted."""
    op.create_table(name, *items, sqlite_strict=True, sqlite_autoincrement=ascends)


def upgrade() -> None:
    """Add columns to people and phones, then the new tables; an older store keeps all its rows."""
    _widen()
    _create_phones()
    _create_pushes()
    op.create_index("challenges_of_user", "challenges", ["user_id", "state"])
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"PRAGMA user_version = {_SCHEMA_NUMBER}")


def _widen() -> None:
    kind = "INTEGER" if op.get_bind().dialect.name == "sqlite" else "BIGINT"
    op.execute(
        f"ALTER TABLE users ADD COLUMN is_seamless {kind} DEFAULT 1 NOT NULL"
        " CONSTRAINT is_seamless_is_a_flag CHECK (is_seamless IN (0, 1))"
    )
    op.execute(f"ALTER TABLE devices ADD COLUMN counter {kind} DEFAULT 0 NOT NULL")
    op.execute(f"ALTER TABLE devices ADD COLUMN alarms {kind} DEFAULT 0 NOT NULL")
    op.create_index("users_of_phone", "users", ["phone"])
    # A suspended phone is still the user's: no second one beside it.
    op.drop_index("one_active_device", "devices")
    _create_unique_while("one_current_device", "devices", "user_id", "state IN ('active', 'suspended')")


def _create_phones() -> None:
    _create(
        "device_sessions",
        *_serial(),
        *_bytes("token_hash"),
        *_texts("device_id", "user_id"),
        *_numbers("opened_ms", "expires_ms"),
        sa.UniqueConstraint("token_hash"),
        _of_device(),
        _of_user(),
    )
    op.create_index("device_sessions_of_device", "device_sessions", ["device_id"])
    op.create_index("device_sessions_of_user", "device_sessions", ["user_id"])
    _create(
        "enrolments",
        *_serial(),
        *_texts("flow_id", "user_id"),
        *_bytes("sign_pk", "kx_pk", "client_nonce"),
        *_texts("label", "suite"),
        *_bytes("code_mac"),
        *_numbers("sends", "sent_ms"),
        *_one_shot(),
        *_texts("device_id", nullable=True),
        *_bytes("request_digest", nullable=True),
        *_texts("reply", nullable=True),
        sa.UniqueConstraint("flow_id"),
        _of_user(),
    )
    op.create_index("enrolments_of_user", "enrolments", ["user_id", "sent_ms"])
    _create_unique_while("one_issued_enrolment", "enrolments", "user_id", "state = 'issued'")
    _create(
        "texts",
        *_serial(),
        *_texts("user_id", "number", "body_key_id"),
        *_bytes("body_nonce", "body_ciphertext"),
        *_numbers("sent_ms"),
        _of_user(),
        ascends=True,
    )
    op.create_index("texts_of_number", "texts", ["number", "serial"])
    op.create_index("texts_of_user", "texts", ["user_id"])


def _create_pushes() -> None:
    _create(
        "push_requests",
        *_serial(),
        *_texts("request_id", "login_id", "user_id", "device_id"),
        *_numbers("purpose"),
        *_texts("number", "client_address", "client_agent"),
        *_bytes("server_nonce"),
        *_numbers("is_notified"),
        *_numbers("decision", nullable=True),
        *_one_shot(),
        sa.UniqueConstraint("request_id"),
        sa.ForeignKeyConstraint(["login_id"], ["logins.login_id"]),
        _of_device(),
        _of_user(),
        sa.CheckConstraint("is_notified IN (0, 1)", name="is_notified_is_a_flag"),
        sa.CheckConstraint("decision BETWEEN 1 AND 3", name="known_decision"),
        ascends=True,
    )
    op.create_index("push_requests_of_login", "push_requests", ["login_id"])
    op.create_index("push_requests_of_device", "push_requests", ["device_id", "serial"])
    op.create_index("push_requests_of_user", "push_requests", ["user_id", "serial"])
    _create_unique_while("one_issued_push_request", "push_requests", "user_id", "state = 'issued'")


def _create_unique_while(name: str, table: str, column: str, condition: str) -> None:
    where = sa.text(condition)
    op.create_index(name, table, [column], unique=True, sqlite_where=where, postgresql_where=where)
