"""The first schema.

A migration is history: it names its tables itself and never changes once it was released.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.schema import SchemaItem

revision = "0001"
down_revision: str | None = None

_SCHEMA_NUMBER = 1

_ONE_SHOT = ("issued", "consumed", "failed", "expired", "cancelled", "superseded")
_LOGIN = ("started", "second_factor", "done", "failed", "expired")
_DEVICE = ("pending", "active", "suspended", "revoked", "replaced", "expired")


def _number() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _name() -> sa.types.TypeEngine[str]:
    """Text that sorts by its bytes on every database."""
    return sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def _serial() -> list[SchemaItem]:
    return [sa.Column("serial", _number(), primary_key=True, autoincrement=True)]


def _texts(*names: str, nullable: bool = False) -> list[SchemaItem]:
    return [sa.Column(name, sa.Text(), nullable=nullable) for name in names]


def _numbers(*names: str, nullable: bool = False) -> list[SchemaItem]:
    return [sa.Column(name, _number(), nullable=nullable) for name in names]


def _bytes(*names: str, nullable: bool = False) -> list[SchemaItem]:
    return [sa.Column(name, sa.LargeBinary(), nullable=nullable) for name in names]


def _one_of(column: str, values: Sequence[str]) -> sa.CheckConstraint:
    quoted = ", ".join(f"'{value}'" for value in values)
    return sa.CheckConstraint(f"{column} IN ({quoted})", name=f"known_{column}")


def _single() -> list[SchemaItem]:
    """Return the columns of a table that has one row."""
    return [
        sa.Column("single", _number(), primary_key=True, autoincrement=False),
        sa.CheckConstraint("single = 1", name="one_row"),
    ]


def _of_user() -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["user_id"], ["users.user_id"])


def _create(name: str, *items: SchemaItem) -> None:
    op.create_table(name, *items, sqlite_strict=True)


def upgrade() -> None:
    """Make every table, index and trigger."""
    _create_people()
    _create_one_shots()
    _create_sessions()
    _create_audit()
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"PRAGMA user_version = {_SCHEMA_NUMBER}")


def _create_people() -> None:
    _create(
        "instance",
        *_single(),
        *_texts("instance_id", "profile", "suite", "policy"),
        *_texts("origin", nullable=True),
        *_numbers("created_ms", "is_demo"),
        sa.CheckConstraint("is_demo IN (0, 1)", name="is_demo_is_a_flag"),
    )
    _create(
        "users",
        *_serial(),
        *_texts("user_id"),
        sa.Column("name", _name(), nullable=False),
        *_texts("role", "account", "mode"),
        *_texts("phone", nullable=True),
        *_texts("locale", "password_hash", "failures_ms"),
        *_numbers("locked_until_ms", nullable=True),
        *_numbers("created_ms", "expires_ms"),
        sa.UniqueConstraint("user_id"),
        sa.UniqueConstraint("name"),
        _one_of("role", ("primary", "secondary")),
        _one_of("mode", ("live", "paper")),
    )
    _create(
        "devices",
        *_serial(),
        *_texts("device_id", "user_id", "state", "label", "suite"),
        *_bytes("sign_pk"),
        *_texts("seed_key_id"),
        *_bytes("seed_nonce", "seed_ciphertext"),
        *_numbers("activated_ms"),
        *_numbers("closed_ms", "last_used_ms", nullable=True),
        sa.Column("questions", _number(), nullable=False, server_default="0"),
        sa.UniqueConstraint("device_id"),
        _of_user(),
        _one_of("state", _DEVICE),
    )
    op.create_index("devices_of_user", "devices", ["user_id"])
    _create_unique_while("one_active_device", "devices", "user_id", "state = 'active'")


def _create_one_shots() -> None:
    _create(
        "activation_codes",
        *_serial(),
        *_texts("code_id", "user_id"),
        *_texts("session_id", nullable=True),
        *_texts("state", "keys_key_id"),
        *_bytes("keys_nonce", "keys_ciphertext"),
        *_bytes("display", nullable=True),
        *_numbers("issued_ms", "expires_ms"),
        *_numbers("closed_ms", nullable=True),
        *_texts("device_id", nullable=True),
        *_bytes("request_digest", nullable=True),
        *_texts("reply", nullable=True),
        sa.UniqueConstraint("code_id"),
        _of_user(),
        _one_of("state", _ONE_SHOT),
    )
    op.create_index("activation_codes_of_user", "activation_codes", ["user_id"])
    op.create_index("activation_codes_of_session", "activation_codes", ["session_id"])
    _create_unique_while("one_issued_activation", "activation_codes", "user_id", "state = 'issued'")
    _create(
        "logins",
        *_serial(),
        *_texts("login_id"),
        *_bytes("token_hash"),
        *_texts("user_id", "state", "mode"),
        *_texts("session_id", nullable=True),
        *_texts("client_address", "client_agent"),
        *_numbers("started_ms", "expires_ms"),
        *_numbers("closed_ms", nullable=True),
        *_texts("reason", nullable=True),
        sa.UniqueConstraint("login_id"),
        sa.UniqueConstraint("token_hash"),
        _of_user(),
        _one_of("state", _LOGIN),
    )
    op.create_index("logins_of_user", "logins", ["user_id"])
    _create(
        "challenges",
        *_serial(),
        *_texts("challenge_id", "login_id", "user_id", "device_id", "question"),
        *_numbers("purpose"),
        *_texts("suite", "state"),
        *_numbers("attempts", "attempts_allowed", "issued_ms", "expires_ms"),
        *_numbers("closed_ms", nullable=True),
        sa.UniqueConstraint("challenge_id"),
        sa.UniqueConstraint("device_id", "question"),
        sa.ForeignKeyConstraint(["login_id"], ["logins.login_id"]),
        sa.ForeignKeyConstraint(["device_id"], ["devices.device_id"]),
        _one_of("state", _ONE_SHOT),
        sa.CheckConstraint("attempts BETWEEN 0 AND attempts_allowed", name="attempts_are_limited"),
    )
    op.create_index("challenges_of_login", "challenges", ["login_id"])
    _create_unique_while("one_issued_challenge", "challenges", "login_id", "state = 'issued'")
    _execute(_SQLITE_QUESTIONS, _POSTGRESQL_QUESTIONS)


def _create_sessions() -> None:
    _create(
        "sessions",
        *_serial(),
        *_texts("session_id"),
        *_bytes("token_hash"),
        *_texts("user_id", "factors", "client_address", "client_agent"),
        *_numbers("opened_ms", "last_seen_ms", "expires_ms"),
        *_numbers("ended_ms", nullable=True),
        sa.UniqueConstraint("session_id"),
        sa.UniqueConstraint("token_hash"),
        _of_user(),
        _one_of("factors", ("one", "two")),
    )
    op.create_index("sessions_of_user", "sessions", ["user_id", "ended_ms"])


def _create_audit() -> None:
    _create(
        "audit",
        sa.Column("sequence", _number(), primary_key=True, autoincrement=False),
        *_numbers("at_ms"),
        *_texts("kind"),
        *_texts("user_id", "reason", nullable=True),
        *_texts("facts"),
        *_bytes("chain"),
    )
    op.create_index("audit_of_user", "audit", ["user_id", "sequence"])
    _create("audit_head", *_single(), *_numbers("sequence"), *_bytes("chain"))
    op.execute(sa.text("INSERT INTO audit_head VALUES (1, 0, :genesis)").bindparams(genesis=bytes(32)))
    _execute(_SQLITE_AUDIT, _POSTGRESQL_AUDIT)


def _create_unique_while(name: str, table: str, column: str, condition: str) -> None:
    where = sa.text(condition)
    op.create_index(name, table, [column], unique=True, sqlite_where=where, postgresql_where=where)


def _execute(on_sqlite: Sequence[str], on_postgresql: Sequence[str]) -> None:
    for statement in on_sqlite if op.get_bind().dialect.name == "sqlite" else on_postgresql:
        op.execute(statement)


# Each login asks how many questions a device was asked: the answer must not take longer with each of them.
_SQLITE_QUESTIONS = (
    """CREATE TRIGGER challenges_are_counted AFTER INSERT ON challenges
       BEGIN UPDATE devices SET questions = questions + 1 WHERE device_id = NEW.device_id; END""",
)

_POSTGRESQL_QUESTIONS = (
    """CREATE FUNCTION count_question() RETURNS trigger LANGUAGE plpgsql AS
       $$ BEGIN
         UPDATE devices SET questions = questions + 1 WHERE device_id = NEW.device_id;
         RETURN NULL;
       END $$""",
    """CREATE TRIGGER challenges_are_counted AFTER INSERT ON challenges
       FOR EACH ROW EXECUTE FUNCTION count_question()""",
)

# A row may only be added, and only as the next one: then INSERT OR REPLACE cannot rewrite history either.
_SQLITE_AUDIT = (
    """CREATE TRIGGER audit_refuses_update BEFORE UPDATE ON audit
       BEGIN SELECT RAISE(ABORT, 'the audit record is append-only'); END""",
    """CREATE TRIGGER audit_refuses_delete BEFORE DELETE ON audit
       BEGIN SELECT RAISE(ABORT, 'the audit record is append-only'); END""",
    """CREATE TRIGGER audit_moves_head BEFORE INSERT ON audit
       BEGIN
         SELECT RAISE(ABORT, 'the audit record has no gaps')
           WHERE NEW.sequence IS NOT (SELECT sequence + 1 FROM audit_head);
         UPDATE audit_head SET sequence = NEW.sequence, chain = NEW.chain;
       END""",
    """CREATE TRIGGER audit_head_stays BEFORE DELETE ON audit_head
       BEGIN SELECT RAISE(ABORT, 'the audit record is append-only'); END""",
)

_POSTGRESQL_AUDIT = (
    """CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS
       $$ BEGIN RAISE EXCEPTION 'the audit record is append-only'; END $$""",
    """CREATE FUNCTION audit_move_head() RETURNS trigger LANGUAGE plpgsql AS
       $$ BEGIN
         UPDATE audit_head SET sequence = NEW.sequence, chain = NEW.chain WHERE sequence = NEW.sequence - 1;
         IF NOT FOUND THEN RAISE EXCEPTION 'the audit record has no gaps'; END IF;
         RETURN NEW;
       END $$""",
    """CREATE TRIGGER audit_refuses_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
       FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()""",
    """CREATE TRIGGER audit_moves_head BEFORE INSERT ON audit
       FOR EACH ROW EXECUTE FUNCTION audit_move_head()""",
    """CREATE TRIGGER audit_head_stays BEFORE DELETE OR TRUNCATE ON audit_head
       FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()""",
)
