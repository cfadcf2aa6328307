"""`ports.Pushes` in SQL."""

from dataclasses import replace
from typing import TYPE_CHECKING, Final, final

from sqlalchemy import bindparam, exists, func, insert, literal, select, update

from authsim import states
from authsim.adapters.consequences import REFUSED
from authsim.adapters.sql.audit import record
from authsim.adapters.sql.conditions import device_is_active, one_shot_allows
from authsim.adapters.sql.devices import raise_counter
from authsim.adapters.sql.endings import close_by, close_one_shot, close_questions_of, fail_login, supersede
from authsim.adapters.sql.locks import lock_owner, lock_owner_by, lock_user
from authsim.adapters.sql.rows import format_push, parse_push
from authsim.adapters.sql.tables import DEVICES, LOGINS, PUSHES
from authsim.errors import StoreConflictError
from authsim.model import Decision

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, Update

    from authsim.adapters.sql.database import Database
    from authsim.events import Event
    from authsim.model import DeviceId, LoginId, PushRequest, RequestId, UserId

_OF_REQUEST: Final = PUSHES.c.request_id == bindparam("of_request")
_OF_USER: Final = PUSHES.c.user_id == bindparam("of_user")
_IS_ANNOUNCED: Final = PUSHES.c.is_notified == 1

_LOCK_OWNER: Final = lock_owner_by(PUSHES, PUSHES.c.request_id)
_INSERT: Final = insert(PUSHES).returning(PUSHES.c.serial)
_CLOSE: Final = close_by(PUSHES.c.request_id)
_GET: Final = select(PUSHES).where(_OF_REQUEST)
_LATEST_OF_LOGIN: Final = (
    select(PUSHES).where(PUSHES.c.login_id == bindparam("of_login")).order_by(PUSHES.c.serial.desc()).limit(1)
)
_OF_DEVICE: Final = (
    select(PUSHES).where(PUSHES.c.device_id == bindparam("of_device"), _IS_ANNOUNCED).order_by(PUSHES.c.serial)
)
_LIST_NOTIFIED: Final = _OF_DEVICE.where(PUSHES.c.serial > bindparam("after")).limit(bindparam("most"))
_LIST_OPEN: Final = _OF_DEVICE.where(
    PUSHES.c.state == states.OneShot.ISSUED.value, PUSHES.c.expires_ms > bindparam("now_ms")
)
_COUNT_NOTIFIED: Final = select(func.count()).where(
    _OF_USER, _IS_ANNOUNCED, PUSHES.c.issued_ms >= bindparam("since_ms")
)
_LIST_DECIDED: Final = (
    select(PUSHES).where(_OF_USER, _IS_ANNOUNCED).order_by(PUSHES.c.serial.desc()).limit(bindparam("most"))
)
_IS_WANTED: Final = select(literal(1)).where(
    LOGINS.c.login_id == bindparam("of_login"),
    LOGINS.c.state == states.Login.SECOND_FACTOR.value,
    exists(
        select(literal(1)).where(
            DEVICES.c.device_id == bindparam("of_device"), DEVICES.c.state == states.Device.ACTIVE.value
        )
    ),
    ~exists(
        select(literal(1)).where(
            PUSHES.c.login_id == bindparam("of_login"), PUSHES.c.state == states.OneShot.CONSUMED.value
        )
    ),
)
_COUNT_DECISION: Final = (
    update(PUSHES)
    .where(
        _OF_REQUEST,
        one_shot_allows(PUSHES.c.state, states.OneShotEvent.CONSUME),
        PUSHES.c.attempts < PUSHES.c.attempts_allowed,
        PUSHES.c.expires_ms > bindparam("now_ms"),
    )
    .values(attempts=PUSHES.c.attempts + 1)
    .returning(PUSHES)
)


def _decide(event: "states.OneShotEvent", state: "states.OneShot") -> "Update":
    return (
        update(PUSHES)
        .where(_OF_REQUEST, one_shot_allows(PUSHES.c.state, event), device_is_active(PUSHES.c.device_id))
        .values(
            state=state.value,
            decision=bindparam("new_decision"),
            decision_digest=bindparam("new_digest"),
            closed_ms=bindparam("now_ms"),
        )
        .returning(PUSHES.c.login_id)
    )


_APPROVE: Final = _decide(states.OneShotEvent.CONSUME, states.OneShot.CONSUMED)
_REFUSE: Final = _decide(states.OneShotEvent.FAIL, states.OneShot.FAILED)


def insert_push(connection: "Connection", push: "PushRequest") -> "PushRequest":
    """Insert, supersede the user's other issued requests; return it with its sequence. The user's row is locked."""
    supersede(connection, PUSHES, push.user_id, now_ms=push.issued_ms)
    return replace(push, sequence=connection.execute(_INSERT, format_push(push)).scalar_one())


@final
class SqlPushes:
    """Requests to devices, one open for each user."""

    __slots__ = ("_database",)

    def __init__(self, database: "Database") -> None:
        self._database = database

    def get(self, request_id: "RequestId") -> "PushRequest | None":
        """Return by id."""
        row = self._database.read(lambda connection: connection.execute(_GET, {"of_request": request_id}).one_or_none())
        return None if row is None else parse_push(row)

    def latest_of_login(self, login_id: "LoginId") -> "PushRequest | None":
        """Return the newest request of a login transaction."""
        values = {"of_login": login_id}
        row = self._database.read(lambda connection: connection.execute(_LATEST_OF_LOGIN, values).one_or_none())
        return None if row is None else parse_push(row)

    def list_notified(self, device_id: "DeviceId", *, after: int, most: int) -> "Sequence[PushRequest]":
        """Return announced requests after a sequence, oldest first."""
        values = {"of_device": device_id, "after": after, "most": most}
        rows = self._database.read(lambda connection: connection.execute(_LIST_NOTIFIED, values).all())
        return [parse_push(row) for row in rows]

    def list_open(self, device_id: "DeviceId", *, now_ms: int) -> "Sequence[PushRequest]":
        """Return announced requests that are issued and fresh, oldest first."""
        values = {"of_device": device_id, "now_ms": now_ms}
        rows = self._database.read(lambda connection: connection.execute(_LIST_OPEN, values).all())
        return [parse_push(row) for row in rows]

    def count_notified(self, user_id: "UserId", *, since_ms: int) -> int:
        """Return how many requests of this user were announced since an instant."""
        values = {"of_user": user_id, "since_ms": since_ms}
        return self._database.read(lambda connection: connection.execute(_COUNT_NOTIFIED, values).scalar_one())

    def list_decided(self, user_id: "UserId", *, most: int) -> "Sequence[PushRequest]":
        """Return the user's newest announced requests, newest first."""
        values = {"of_user": user_id, "most": most}
        rows = self._database.read(lambda connection: connection.execute(_LIST_DECIDED, values).all())
        return [parse_push(row) for row in rows]

    def issue(self, push: "PushRequest", *, event: "Event") -> "PushRequest":
        """Insert, and supersede the user's other issued requests."""
        values = {"of_login": push.login_id, "of_device": push.device_id}

        def work(connection: "Connection") -> "PushRequest":
            lock_user(connection, push.user_id)
            if connection.execute(_IS_WANTED, values).one_or_none() is None:
                raise StoreConflictError("the login waits for no request any more, or its device is not active")
            kept = insert_push(connection, push)
            record(connection, [event])
            return kept

        return self._database.write(work)

    def count_decision(self, request_id: "RequestId", *, counter: int, now_ms: int, event: "Event") -> "PushRequest":
        """Count a signed decision on the request, and its counter on the device."""

        def work(connection: "Connection") -> "PushRequest":
            lock_owner(connection, _LOCK_OWNER, request_id)
            row = connection.execute(_COUNT_DECISION, {"of_request": request_id, "now_ms": now_ms}).one_or_none()
            if row is None:
                raise StoreConflictError("the request takes no decision")
            push = parse_push(row)
            raise_counter(connection, push.device_id, counter)
            record(connection, [event])
            return push

        return self._database.write(work)

    def decide(self, push: "PushRequest", decision: "Decision", *, digest: bytes, now_ms: int, event: "Event") -> None:
        """Keep what a person answered."""
        values = {
            "of_request": push.request_id,
            "new_decision": int(decision),
            "new_digest": digest,
            "now_ms": now_ms,
        }
        is_approval = decision is Decision.APPROVE

        def work(connection: "Connection") -> None:
            lock_owner(connection, _LOCK_OWNER, push.request_id)
            row = connection.execute(_APPROVE if is_approval else _REFUSE, values).one_or_none()
            if row is None:
                raise StoreConflictError("the request is closed already, or its device is not active")
            if not is_approval:
                close_questions_of(connection, row.login_id, states.OneShotEvent.FAIL, now_ms=now_ms)
                fail_login(connection, row.login_id, reason=REFUSED[decision].value, now_ms=now_ms)
            record(connection, [event])

        self._database.write(work)

    def close(self, request_id: "RequestId", state: "states.OneShot", *, now_ms: int, event: "Event") -> None:
        """Move an issued request to a terminal state."""

        def work(connection: "Connection") -> None:
            close_one_shot(connection, _CLOSE, request_id, state, now_ms=now_ms)
            record(connection, [event])

        self._database.write(work)
