"""How a login is closed as done, in SQL; its user's row is locked."""

from typing import TYPE_CHECKING, Final

from sqlalchemy import bindparam, exists, literal, select, update

from authsim import states
from authsim.adapters.sql.conditions import device_is_active, login_allows
from authsim.adapters.sql.tables import LOGINS, PUSHES
from authsim.errors import StoreConflictError
from authsim.model import Decision

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection

    from authsim.model import DeviceId, LoginId, RequestId


def _is_approved(*meant: "ColumnElement[bool]") -> "ColumnElement[bool]":
    """Say that a request of the login is approved, and its device still active."""
    return exists(
        select(literal(1)).where(
            PUSHES.c.login_id == LOGINS.c.login_id,
            PUSHES.c.state == states.OneShot.CONSUMED.value,
            PUSHES.c.decision == Decision.APPROVE,
            device_is_active(PUSHES.c.device_id),
            *meant,
        )
    )


_COMPLETE: Final = (
    update(LOGINS)
    .where(LOGINS.c.login_id == bindparam("of_login"), login_allows(states.LoginEvent.COMPLETE))
    .values(state=states.Login.DONE.value, closed_ms=bindparam("now_ms"))
    .returning(LOGINS.c.serial)
)
_COMPLETE_FRESH: Final = _COMPLETE.where(LOGINS.c.expires_ms > bindparam("now_ms"))
_COMPLETE_APPROVED: Final = _COMPLETE_FRESH.where(_is_approved(PUSHES.c.request_id == bindparam("of_request")))
_COMPLETE_CONFIRMING: Final = _COMPLETE_FRESH.where(
    LOGINS.c.subject == bindparam("of_subject"), LOGINS.c.user_id == bindparam("of_user"), _is_approved()
)


def complete_login(connection: "Connection", login_id: "LoginId", *, now_ms: int) -> None:
    """Close a login that was answered. `StoreConflictError` when it awaits nothing any more."""
    if connection.execute(_COMPLETE, {"of_login": login_id, "now_ms": now_ms}).one_or_none() is None:
        raise StoreConflictError("the login is not waiting any more")


def complete_approved(connection: "Connection", login_id: "LoginId", request_id: "RequestId", *, now_ms: int) -> None:
    """Close a fresh login by its approved request. `StoreConflictError` when it is not approved, or over."""
    values = {"of_login": login_id, "of_request": request_id, "now_ms": now_ms}
    if connection.execute(_COMPLETE_APPROVED, values).one_or_none() is None:
        raise StoreConflictError("the request is not approved, or its login is over")


def complete_confirming(
    connection: "Connection", login_id: "LoginId", subject: "DeviceId", user_id: str, *, now_ms: int
) -> None:
    """Close the fresh login about a pending device by the approval of the active one; else `StoreConflictError`."""
    values = {"of_login": login_id, "of_subject": subject, "of_user": user_id, "now_ms": now_ms}
    if connection.execute(_COMPLETE_CONFIRMING, values).one_or_none() is None:
        raise StoreConflictError("the login is over, or nobody approved")
