"""What a login asks of a phone, in memory. Callers hold the lock."""

from typing import TYPE_CHECKING

from authsim import states
from authsim.adapters.memory.pushes import insert_push, require_insertable_push
from authsim.adapters.memory.tables import newest_first
from authsim.errors import StoreConflictError

if TYPE_CHECKING:
    from authsim.adapters.memory.tables import Tables
    from authsim.model import Challenge, DeviceId, LoginId, LoginTransaction, PushRequest, UserId


def require_insertable(tables: "Tables", challenge: "Challenge", *, supersedes: bool = False) -> None:
    """Raise `StoreConflictError` when the challenge cannot be inserted; `supersedes`: what is open in its login."""
    if challenge.device_id not in tables.devices:
        raise StoreConflictError("there is no such device any more")
    for row in tables.challenges.values():
        if row.challenge_id == challenge.challenge_id:
            raise StoreConflictError("that challenge exists already")
        if row.device_id == challenge.device_id and row.question == challenge.question:
            raise StoreConflictError("that device was asked that question before")
        is_open = row.login_id == challenge.login_id and row.state is challenge.state is states.OneShot.ISSUED
        if is_open and not supersedes:
            raise StoreConflictError("the login has an open challenge already")


def require_questions(tables: "Tables", challenge: "Challenge | None", push: "PushRequest | None") -> None:
    """Raise `StoreConflictError` when either cannot be inserted."""
    if push is not None:
        require_insertable_push(tables, push)
    if challenge is not None:
        require_insertable(tables, challenge)


def insert_questions(tables: "Tables", challenge: "Challenge | None", push: "PushRequest | None") -> None:
    """Insert what there is of both."""
    if challenge is not None:
        tables.challenges[challenge.challenge_id] = challenge
    if push is not None:
        insert_push(tables, push)


def require_awaiting(tables: "Tables", login_id: "LoginId", *, now_ms: int) -> "LoginTransaction":
    """Return the login, or raise `StoreConflictError` unless it awaits a second factor and is fresh."""
    login = tables.logins.get(login_id)
    if login is None or login.state is not states.Login.SECOND_FACTOR or login.expires_ms <= now_ms:
        raise StoreConflictError("the login is not waiting any more")
    return login


def find_open_challenge(
    tables: "Tables", device_id: "DeviceId", user_id: "UserId", *, now_ms: int
) -> "Challenge | None":
    """Return the newest challenge of that user's device which takes a response."""
    rows = (
        row
        for row in tables.challenges.values()
        if (row.device_id, row.user_id) == (device_id, user_id)
        and row.state is states.OneShot.ISSUED
        and row.attempts < row.attempts_allowed
        and row.expires_ms > now_ms
        and tables.logins[row.login_id].state is states.Login.SECOND_FACTOR
    )
    return next(iter(newest_first(rows, lambda row: row.issued_ms)), None)
