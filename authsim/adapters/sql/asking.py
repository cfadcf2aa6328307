"""How a login comes to ask a phone, in SQL; its user's row is locked."""

from typing import TYPE_CHECKING, Final

from sqlalchemy import bindparam, insert, literal, select, update

from authsim import states
from authsim.adapters.sql.conditions import device_is_active, login_allows
from authsim.adapters.sql.pushes import insert_push
from authsim.adapters.sql.rows import format_challenge, parse_challenge
from authsim.adapters.sql.tables import CHALLENGES, LOGINS
from authsim.errors import StoreConflictError

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from authsim.model import Challenge, DeviceId, LoginId, LoginTransaction, PushRequest, UserId

_INSERT_CHALLENGE: Final = insert(CHALLENGES)
_IS_AWAITING: Final = select(literal(1)).where(
    LOGINS.c.login_id == bindparam("of_login"),
    LOGINS.c.state == states.Login.SECOND_FACTOR.value,
    LOGINS.c.expires_ms > bindparam("now_ms"),
    device_is_active(bindparam("of_device")),  # type: ignore[arg-type]
)
_OPEN_CHALLENGE: Final = (
    select(CHALLENGES)
    .join(LOGINS, LOGINS.c.login_id == CHALLENGES.c.login_id)
    .where(
        CHALLENGES.c.user_id == bindparam("of_user"),
        CHALLENGES.c.device_id == bindparam("of_device"),
        CHALLENGES.c.state == states.OneShot.ISSUED.value,
        CHALLENGES.c.attempts < CHALLENGES.c.attempts_allowed,
        CHALLENGES.c.expires_ms > bindparam("now_ms"),
        LOGINS.c.state == states.Login.SECOND_FACTOR.value,
    )
    .order_by(CHALLENGES.c.issued_ms.desc(), CHALLENGES.c.serial.desc())
    .limit(1)
)
_ADVANCE: Final = (
    update(LOGINS)
    .where(LOGINS.c.login_id == bindparam("of_login"), login_allows(states.LoginEvent.AWAIT_SECOND_FACTOR))
    .values(
        state=states.Login.SECOND_FACTOR.value,
        token_hash=bindparam("new_token"),
        mode=bindparam("new_mode"),
        expires_ms=bindparam("new_expires_ms"),
    )
    .returning(LOGINS.c.serial)
)


def insert_questions(connection: "Connection", challenge: "Challenge | None", push: "PushRequest | None") -> None:
    """Insert what there is of both."""
    if challenge is not None:
        connection.execute(_INSERT_CHALLENGE, format_challenge(challenge))
    if push is not None:
        insert_push(connection, push)


def advance(connection: "Connection", login: "LoginTransaction") -> bool:
    """Let a remembered login await its second factor; say whether there was one."""
    values = {
        "of_login": login.login_id,
        "new_token": login.token_hash,
        "new_mode": login.mode.value,
        "new_expires_ms": login.expires_ms,
    }
    return connection.execute(_ADVANCE, values).one_or_none() is not None


def require_awaiting(connection: "Connection", login_id: "LoginId", device_id: "DeviceId", *, now_ms: int) -> None:
    """Raise `StoreConflictError` unless the login awaits its second factor, fresh, and the device is active."""
    values = {"of_login": login_id, "of_device": device_id, "now_ms": now_ms}
    if connection.execute(_IS_AWAITING, values).one_or_none() is None:
        raise StoreConflictError("the login is not waiting any more, or its device is not active")


def find_open_challenge(
    connection: "Connection", device_id: "DeviceId", user_id: "UserId", *, now_ms: int
) -> "Challenge | None":
    """Return the newest challenge of that user's device which takes a response."""
    values = {"of_device": device_id, "of_user": user_id, "now_ms": now_ms}
    row = connection.execute(_OPEN_CHALLENGE, values).one_or_none()
    return None if row is None else parse_challenge(row)
