"""What several second factors, the secure login system, the help desk, decoys and tickets keep.

A migration is history: it names its tables itself and never changes once it was released.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.schema import SchemaItem

revision = "0003"
down_revision = "0002"

_SCHEMA_NUMBER = 3

_ONE_SHOT = ("issued", "consumed", "failed", "expired", "cancelled", "superseded")
_FACTOR = ("pending", "active", "revoked", "replaced", "expired", "spent")
_KINDS = ("text", "authenticator_app", "security_card", "code_card", "online_card", "temporary_passcode")
_REACHES = ("full", "restricted", "card_only", "trading")
_SECURE_LOGIN = ("enrolled", "opting_out", "opted_out")

_OLD_USERS = (
    "serial, user_id, name, role, account, mode, phone, locale, password_hash, is_seamless, failures_ms,"
    " locked_until_ms, created_ms, expires_ms"
)


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


def _list(values: tuple[str, ...]) -> str:
    return ", ".join(f"'{value}'" for value in values)


def _one_of(column: str, values: tuple[str, ...]) -> sa.CheckConstraint:
    return sa.CheckConstraint(f"{column} IN ({_list(values)})", name=f"known_{column}")


def _flag(column: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(f"{column} IN (0, 1)", name=f"{column}_is_a_flag")


def _tries() -> sa.CheckConstraint:
    return sa.CheckConstraint("attempts BETWEEN 0 AND attempts_allowed", name="attempts_are_limited")


def _refers(column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [to])


def _create(name: str, *items: SchemaItem, ascends: bool = False, has_rowid: bool = True) -> None:
    """Create a table; when its serial `ascends`, none is given twice, whatever is deleted."""
    op.create_table(name, *items, sqlite_strict=True, sqlite_autoincrement=ascends, sqlite_with_rowid=has_rowid)


def upgrade() -> None:
    """Widen people, phones and logins, then make the new tables; an older store keeps all its rows."""
    if op.get_bind().dialect.name == "sqlite":
        _remake_users()
        _widen("INTEGER", "BLOB")
        op.execute(f"PRAGMA user_version = {_SCHEMA_NUMBER}")
    else:
        _widen_users()
        _widen("BIGINT", "BYTEA")
    _remember_questions()
    _create_factors()
    _create_prompts()
    _create_limits()
    _create_tickets()


def _remake_users() -> None:
    """Make the table anew, with another role: SQLite cannot change a CHECK. Who refers to a row finds it again."""
    op.execute("PRAGMA defer_foreign_keys = ON")
    op.execute("CREATE TABLE kept_users AS SELECT * FROM users")
    op.drop_table("users")
    _create(
        "users",
        *_serial(),
        *_texts("user_id", "name", "role", "account", "mode"),
        *_texts("phone", nullable=True),
        *_texts("locale", "password_hash"),
        *_numbers("is_seamless"),
        *_texts("failures_ms"),
        *_numbers("locked_until_ms", nullable=True),
        sa.Column("secure_login", sa.Text(), nullable=False, server_default="enrolled"),
        *_numbers("opts_out_ms", nullable=True),
        sa.Column("region", sa.Text(), nullable=False, server_default="US"),
        *_numbers("phone_verified_ms", nullable=True),
        *_numbers("created_ms", "expires_ms"),
        sa.UniqueConstraint("user_id"),
        sa.UniqueConstraint("name"),
        _one_of("role", ("primary", "secondary", "help_desk")),
        _one_of("mode", ("live", "paper")),
        _one_of("secure_login", _SECURE_LOGIN),
        _flag("is_seamless"),
    )
    op.execute(f"INSERT INTO users ({_OLD_USERS}) SELECT {_OLD_USERS} FROM kept_users")  # noqa: S608 - names of our own
    op.drop_table("kept_users")
    op.create_index("users_of_phone", "users", ["phone"])


def _widen_users() -> None:
    op.execute(
        "ALTER TABLE users DROP CONSTRAINT known_role,"
        " ADD CONSTRAINT known_role CHECK (role IN ('primary', 'secondary', 'help_desk')),"
        " ADD COLUMN secure_login TEXT DEFAULT 'enrolled' NOT NULL"
        f" CONSTRAINT known_secure_login CHECK (secure_login IN ({_list(_SECURE_LOGIN)})),"
        " ADD COLUMN opts_out_ms BIGINT,"
        " ADD COLUMN region TEXT DEFAULT 'US' NOT NULL,"
        " ADD COLUMN phone_verified_ms BIGINT"
    )


def _widen(number: str, octets: str) -> None:
    """Add columns; `number` and `octets` are what the database calls 64 bits and bytes."""
    known_reach = f"CONSTRAINT known_reach CHECK (reach IN ({_list(_REACHES)}))"
    known_proof = f"CONSTRAINT known_proof CHECK (proof IN ({_list(('ib_key', *_KINDS))}))"
    for table, column in (
        ("devices", "question TEXT DEFAULT '' NOT NULL"),
        ("devices", f"confirmations {number} DEFAULT 0 NOT NULL"),
        ("devices", f"confirmations_allowed {number} DEFAULT 0 NOT NULL"),
        ("devices", f"expires_ms {number}"),
        ("logins", f"purpose {number} DEFAULT 1 NOT NULL"),
        ("logins", "subject TEXT"),
        ("push_requests", f"decision_digest {octets}"),
        ("push_requests", f"operation {octets}"),
        ("sessions", f"proof TEXT {known_proof}"),
        ("sessions", f"reach TEXT DEFAULT 'full' NOT NULL {known_reach}"),
        ("sessions", f"verified_purpose {number}"),
        ("sessions", f"verified_ms {number}"),
    ):
        op.execute(f"ALTER TABLE {table} ADD COLUMN {column}")


def _remember_questions() -> None:
    """Keep what a device was asked apart from its challenges, which may go when they are over."""
    _create(
        "asked_questions",
        *_texts("device_id", "question"),
        sa.PrimaryKeyConstraint("device_id", "question"),
        _refers("device_id", "devices.device_id"),
        has_rowid=False,
    )
    op.execute("INSERT INTO asked_questions (device_id, question) SELECT device_id, question FROM challenges")
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER challenges_are_counted")
        op.execute(
            "CREATE TRIGGER challenges_are_counted AFTER INSERT ON challenges BEGIN"
            " INSERT INTO asked_questions (device_id, question) VALUES (NEW.device_id, NEW.question);"
            " UPDATE devices SET questions = questions + 1 WHERE device_id = NEW.device_id; END"
        )
    else:
        op.execute(
            "CREATE OR REPLACE FUNCTION count_question() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            " INSERT INTO asked_questions (device_id, question) VALUES (NEW.device_id, NEW.question);"
            " UPDATE devices SET questions = questions + 1 WHERE device_id = NEW.device_id;"
            " RETURN NULL; END $$"
        )


def _create_factors() -> None:
    _create(
        "factors",
        *_serial(),
        *_texts("factor_id", "user_id", "kind", "state", "card_serial"),
        *_texts("secret_key_id", nullable=True),
        *_bytes("secret_nonce", "secret_ciphertext", nullable=True),
        *_texts("secret_hash", "shared_factor_id", nullable=True),
        *_numbers("last_step", "made_ms"),
        *_numbers("activated_ms", "full_until_ms", "expires_ms", "closed_ms", nullable=True),
        sa.UniqueConstraint("factor_id"),
        _refers("user_id", "users.user_id"),
        _refers("shared_factor_id", "factors.factor_id"),
        _one_of("kind", _KINDS),
        _one_of("state", _FACTOR),
        sa.CheckConstraint(
            "(secret_key_id IS NULL) = (secret_nonce IS NULL)"
            " AND (secret_key_id IS NULL) = (secret_ciphertext IS NULL)",
            name="secret_is_whole",
        ),
    )
    op.create_index("factors_of_user", "factors", ["user_id", "made_ms"])
    op.create_index("factors_of_shared", "factors", ["shared_factor_id"])
    _create_unique_while("one_active_factor", "factors", ["user_id", "kind"], "state = 'active'")


def _create_prompts() -> None:
    _create(
        "prompts",
        *_serial(),
        *_texts("prompt_id", "login_id", "user_id", "factor_id", "kind", "question"),
        *_bytes("code_mac", nullable=True),
        *_texts("state"),
        *_numbers("attempts", "attempts_allowed", "sends", "sent_ms"),
        *_texts("channel"),
        *_numbers("issued_ms", "expires_ms"),
        *_numbers("closed_ms", nullable=True),
        sa.UniqueConstraint("prompt_id"),
        _refers("login_id", "logins.login_id"),
        _refers("user_id", "users.user_id"),
        _refers("factor_id", "factors.factor_id"),
        _one_of("kind", _KINDS),
        _one_of("state", _ONE_SHOT),
        _one_of("channel", ("text", "voice")),
        _tries(),
    )
    op.create_index("prompts_of_login", "prompts", ["login_id"])
    op.create_index("prompts_of_user", "prompts", ["user_id", "kind", "issued_ms"])
    op.create_index("prompts_of_factor", "prompts", ["factor_id", "state"])
    _create_unique_while("one_issued_prompt", "prompts", ["login_id"], "state = 'issued'")


def _create_limits() -> None:
    _create(
        "decoys",
        *_serial(),
        *_texts("decoy_id"),
        *_bytes("token_hash"),
        *_texts("question", "number", "request_id"),
        *_numbers("attempts", "attempts_allowed", "is_open", "issued_ms", "expires_ms"),
        sa.UniqueConstraint("decoy_id"),
        sa.UniqueConstraint("token_hash"),
        _flag("is_open"),
        _tries(),
    )
    op.create_index("decoys_by_expiry", "decoys", ["expires_ms"])
    _create(
        "tallies",
        *_bytes("tally"),
        *_texts("tries_ms"),
        *_numbers("newest_ms"),
        sa.PrimaryKeyConstraint("tally"),
        has_rowid=False,
    )
    op.create_index("tallies_by_newest", "tallies", ["newest_ms"])


def _create_tickets() -> None:
    _create(
        "tickets",
        *_serial(),
        *_texts("ticket_id", "user_id", "subject", "reference"),
        *_numbers("is_open", "opened_ms"),
        *_numbers("closed_ms", nullable=True),
        sa.UniqueConstraint("ticket_id"),
        _refers("user_id", "users.user_id"),
        _flag("is_open"),
        ascends=True,
    )
    op.create_index("tickets_of_user", "tickets", ["user_id", "serial"])
    op.create_index("tickets_by_state", "tickets", ["is_open", "serial"])
    _create(
        "ticket_messages",
        *_serial(),
        *_texts("ticket_id", "author", "body"),
        *_numbers("at_ms"),
        _refers("ticket_id", "tickets.ticket_id"),
        _one_of("author", ("user", "help_desk")),
    )
    op.create_index("ticket_messages_of_ticket", "ticket_messages", ["ticket_id", "at_ms"])
    _create(
        "attachments",
        *_serial(),
        *_texts("attachment_id", "ticket_id"),
        *_bytes("har", "report"),
        *_numbers("uploaded_bytes", "attached_ms"),
        sa.UniqueConstraint("attachment_id"),
        _refers("ticket_id", "tickets.ticket_id"),
    )
    op.create_index("attachments_of_ticket", "attachments", ["ticket_id", "attached_ms"])


def _create_unique_while(name: str, table: str, columns: list[str], condition: str) -> None:
    where = sa.text(condition)
    op.create_index(name, table, columns, unique=True, sqlite_where=where, postgresql_where=where)
