"""What is over for long is taken away, so that a store does not grow with each login for ever.

Never taken: the audit record, phones, what a phone that may still answer was asked (a question never comes twice), and
reports of requests that nobody had asked for.
"""

from typing import TYPE_CHECKING, Final

from sqlalchemy import BigInteger, bindparam, delete, exists, func, literal, or_, select

from authsim.adapters.sql.tables import (
    ACTIVATIONS,
    CHALLENGES,
    DEVICE_SESSIONS,
    DEVICES,
    ENROLMENTS,
    LOGINS,
    PUSHES,
    SESSIONS,
    TEXTS,
)
from authsim.model import Decision

if TYPE_CHECKING:
    from sqlalchemy import Column, ColumnElement, Connection, Table

    from authsim.adapters.sql.database import Database

_DAY_MS: Final = 86_400_000
_BEFORE: Final = bindparam("before_ms", type_=BigInteger())


def _is_over(table: "Table") -> "ColumnElement[bool]":
    """Say that a row was closed before, or expired before and never used."""
    return func.coalesce(table.c.closed_ms, table.c.expires_ms) < _BEFORE


def _is_gone(device_id: "Column[str]") -> "ColumnElement[bool]":
    """Say that a device was taken out of use before."""
    return exists(select(literal(1)).where(DEVICES.c.device_id == device_id, DEVICES.c.closed_ms < _BEFORE))


def _is_left_by(table: "Table") -> "ColumnElement[bool]":
    return ~exists(select(literal(1)).where(table.c.login_id == LOGINS.c.login_id))


_RULES: Final = (  # children first
    (SESSIONS, func.coalesce(SESSIONS.c.ended_ms, SESSIONS.c.expires_ms) < _BEFORE),
    (DEVICE_SESSIONS, DEVICE_SESSIONS.c.expires_ms < _BEFORE),
    (TEXTS, TEXTS.c.sent_ms < _BEFORE),
    (ACTIVATIONS, _is_over(ACTIVATIONS)),
    (ENROLMENTS, _is_over(ENROLMENTS)),
    (
        PUSHES,
        _is_over(PUSHES)
        & _is_gone(PUSHES.c.device_id)
        & or_(PUSHES.c.decision.is_(None), PUSHES.c.decision != Decision.REPORT),
    ),
    (CHALLENGES, _is_over(CHALLENGES) & _is_gone(CHALLENGES.c.device_id)),
    (LOGINS, _is_over(LOGINS) & _is_left_by(CHALLENGES) & _is_left_by(PUSHES)),
)
_ASK: Final = tuple(select(literal(1)).select_from(table).where(rule).limit(1) for table, rule in _RULES)
_TAKE: Final = tuple(delete(table).where(rule) for table, rule in _RULES)


def sweep(database: "Database", *, before_ms: int) -> None:
    """Take away what was over before an instant, when some of it has been for a day more: so once a day at most."""

    def is_due(connection: "Connection") -> bool:
        return any(connection.execute(question, {"before_ms": before_ms - _DAY_MS}).first() for question in _ASK)

    def take(connection: "Connection") -> None:
        for statement in _TAKE:
            connection.execute(statement, {"before_ms": before_ms})

    if database.read(is_due):
        database.write(take)
