"""Tables and columns, for composing statements. Keys, constraints, indexes and triggers belong to the migrations.

`serial` numbers rows in the order of insertion: it decides which of two rows of one millisecond is the newer.
"""

from typing import Final

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, MetaData, Table, Text

METADATA: Final = MetaData()

#: SQLite's INTEGER holds 64 bits; its STRICT tables know no BIGINT.
_NUMBER: Final = BigInteger().with_variant(Integer, "sqlite")


def _serial() -> Column[int]:
    return Column("serial", _NUMBER, primary_key=True)


def _text(name: str, *, nullable: bool = False) -> Column[str]:
    return Column(name, Text, nullable=nullable)


def _number(name: str, *, nullable: bool = False) -> Column[int]:
    return Column(name, _NUMBER, nullable=nullable)


def _bytes(name: str, *, nullable: bool = False) -> Column[bytes]:
    return Column(name, LargeBinary, nullable=nullable)


INSTANCE: Final = Table(
    "instance",
    METADATA,
    Column("single", _NUMBER, primary_key=True),
    _text("instance_id"),
    _text("profile"),
    _text("suite"),
    _text("policy"),
    _text("origin", nullable=True),
    _number("created_ms"),
    _number("is_demo"),
)

USERS: Final = Table(
    "users",
    METADATA,
    _serial(),
    _text("user_id"),
    _text("name"),
    _text("role"),
    _text("account"),
    _text("mode"),
    _text("phone", nullable=True),
    _text("locale"),
    _text("password_hash"),
    _number("is_seamless"),
    _text("failures_ms"),
    _number("locked_until_ms", nullable=True),
    _number("created_ms"),
    _number("expires_ms"),
)

DEVICES: Final = Table(
    "devices",
    METADATA,
    _serial(),
    _text("device_id"),
    _text("user_id"),
    _text("state"),
    _text("label"),
    _text("suite"),
    _bytes("sign_pk"),
    _text("seed_key_id"),
    _bytes("seed_nonce"),
    _bytes("seed_ciphertext"),
    _number("activated_ms"),
    _number("closed_ms", nullable=True),
    _number("last_used_ms", nullable=True),
    Column("questions", _NUMBER, nullable=False, server_default="0"),  # kept by a trigger
    _number("counter"),
    _number("alarms"),
)

DEVICE_SESSIONS: Final = Table(
    "device_sessions",
    METADATA,
    _serial(),
    _bytes("token_hash"),
    _text("device_id"),
    _text("user_id"),
    _number("opened_ms"),
    _number("expires_ms"),
)

ACTIVATIONS: Final = Table(
    "activation_codes",
    METADATA,
    _serial(),
    _text("code_id"),
    _text("user_id"),
    _text("session_id", nullable=True),
    _text("state"),
    _text("keys_key_id"),
    _bytes("keys_nonce"),
    _bytes("keys_ciphertext"),
    _bytes("display", nullable=True),
    _number("issued_ms"),
    _number("expires_ms"),
    _number("closed_ms", nullable=True),
    _text("device_id", nullable=True),
    _bytes("request_digest", nullable=True),
    _text("reply", nullable=True),
)

ENROLMENTS: Final = Table(
    "enrolments",
    METADATA,
    _serial(),
    _text("flow_id"),
    _text("user_id"),
    _text("state"),
    _bytes("sign_pk"),
    _bytes("kx_pk"),
    _bytes("client_nonce"),
    _text("label"),
    _text("suite"),
    _bytes("code_mac"),
    _number("attempts"),
    _number("attempts_allowed"),
    _number("sends"),
    _number("sent_ms"),
    _number("issued_ms"),
    _number("expires_ms"),
    _number("closed_ms", nullable=True),
    _text("device_id", nullable=True),
    _bytes("request_digest", nullable=True),
    _text("reply", nullable=True),
)

TEXTS: Final = Table(
    "texts",
    METADATA,
    _serial(),
    _text("user_id"),  # with whom it goes
    _text("number"),
    _text("body_key_id"),
    _bytes("body_nonce"),
    _bytes("body_ciphertext"),
    _number("sent_ms"),
)

LOGINS: Final = Table(
    "logins",
    METADATA,
    _serial(),
    _text("login_id"),
    _bytes("token_hash"),
    _text("user_id"),
    _text("state"),
    _text("mode"),
    _text("session_id", nullable=True),
    _text("client_address"),
    _text("client_agent"),
    _number("started_ms"),
    _number("expires_ms"),
    _number("closed_ms", nullable=True),
    _text("reason", nullable=True),
)

CHALLENGES: Final = Table(
    "challenges",
    METADATA,
    _serial(),
    _text("challenge_id"),
    _text("login_id"),
    _text("user_id"),
    _text("device_id"),
    _text("question"),
    _number("purpose"),
    _text("suite"),
    _text("state"),
    _number("attempts"),
    _number("attempts_allowed"),
    _number("issued_ms"),
    _number("expires_ms"),
    _number("closed_ms", nullable=True),
)

PUSHES: Final = Table(
    "push_requests",
    METADATA,
    _serial(),
    _text("request_id"),
    _text("login_id"),
    _text("user_id"),
    _text("device_id"),
    _number("purpose"),
    _text("number"),
    _text("client_address"),
    _text("client_agent"),
    _bytes("server_nonce"),
    _number("is_notified"),
    _text("state"),
    _number("decision", nullable=True),
    _number("attempts"),
    _number("attempts_allowed"),
    _number("issued_ms"),
    _number("expires_ms"),
    _number("closed_ms", nullable=True),
)

SESSIONS: Final = Table(
    "sessions",
    METADATA,
    _serial(),
    _text("session_id"),
    _bytes("token_hash"),
    _text("user_id"),
    _text("factors"),
    _text("client_address"),
    _text("client_agent"),
    _number("opened_ms"),
    _number("last_seen_ms"),
    _number("expires_ms"),
    _number("ended_ms", nullable=True),
)

AUDIT: Final = Table(
    "audit",
    METADATA,
    Column("sequence", _NUMBER, primary_key=True, autoincrement=False),
    _number("at_ms"),
    _text("kind"),
    _text("user_id", nullable=True),
    _text("reason", nullable=True),
    _text("facts"),
    _bytes("chain"),
)

AUDIT_HEAD: Final = Table(
    "audit_head",
    METADATA,
    Column("single", _NUMBER, primary_key=True),
    _number("sequence"),
    _bytes("chain"),
)
