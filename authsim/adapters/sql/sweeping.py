"""What is over for long is taken away, so that a store does not grow with each login for ever.

Never taken: the audit record, phones that were ever active, which questions a phone was asked while it may still answer
(none comes twice), reports of requests that nobody had asked for, tickets, and what decides whether another temporary
passcode may be had: the passcodes, and the lasting factors that were once in use.
"""

from typing import TYPE_CHECKING, Final

from sqlalchemy import BigInteger, bindparam, delete, exists, func, literal, or_, select

from authsim import states
from authsim.adapters.sql.conditions import is_one_of
from authsim.adapters.sql.tables import (
    ACTIVATIONS,
    ASKED_QUESTIONS,
    CHALLENGES,
    DECOYS,
    DEVICE_SESSIONS,
    DEVICES,
    ENROLMENTS,
    FACTORS,
    LOGINS,
    PROMPTS,
    PUSHES,
    SESSIONS,
    TALLIES,
    TEXTS,
)
from authsim.factor_rules import WORTH
from authsim.model import Decision, FactorKind

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
    return device_id.in_(select(DEVICES.c.device_id).where(DEVICES.c.closed_ms < _BEFORE))


def _is_left_by(table: "Table", key: "Column[str]") -> "ColumnElement[bool]":
    """Say that no row of `table` refers to a row by its `key`."""
    return ~exists(select(literal(1)).where(table.c[key.name] == key))


_UNCONFIRMED: Final = (states.Device.PENDING, states.Device.EXPIRED)
_DECIDES: Final = {kind.value for kind in FactorKind if kind is FactorKind.TEMPORARY_PASSCODE or WORTH[kind].is_lasting}
_RULES: Final = (  # children first
    (SESSIONS, func.coalesce(SESSIONS.c.ended_ms, SESSIONS.c.expires_ms) < _BEFORE),
    (DEVICE_SESSIONS, DEVICE_SESSIONS.c.expires_ms < _BEFORE),
    (TEXTS, TEXTS.c.sent_ms < _BEFORE),
    (ACTIVATIONS, _is_over(ACTIVATIONS)),
    (ENROLMENTS, _is_over(ENROLMENTS)),
    (
        PUSHES,
        _is_over(PUSHES) & or_(PUSHES.c.decision.is_(None), PUSHES.c.decision != Decision.REPORT),
    ),
    (CHALLENGES, _is_over(CHALLENGES)),
    (ASKED_QUESTIONS, _is_gone(ASKED_QUESTIONS.c.device_id)),
    (
        DEVICES,
        is_one_of(DEVICES.c.state, _UNCONFIRMED)
        & (DEVICES.c.expires_ms < _BEFORE)
        & _is_left_by(ASKED_QUESTIONS, DEVICES.c.device_id)
        & _is_left_by(PUSHES, DEVICES.c.device_id),
    ),
    (PROMPTS, _is_over(PROMPTS)),
    (
        FACTORS,
        _is_over(FACTORS)
        & or_(FACTORS.c.activated_ms.is_(None), FACTORS.c.kind.not_in(sorted(_DECIDES)))
        & _is_left_by(PROMPTS, FACTORS.c.factor_id),
    ),
    (
        LOGINS,
        _is_over(LOGINS)
        & _is_left_by(CHALLENGES, LOGINS.c.login_id)
        & _is_left_by(PUSHES, LOGINS.c.login_id)
        & _is_left_by(PROMPTS, LOGINS.c.login_id),
    ),
    (DECOYS, DECOYS.c.expires_ms < _BEFORE),
    (TALLIES, TALLIES.c.newest_ms < _BEFORE),
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
