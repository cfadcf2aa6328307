"""`ports.DeviceSessions` in SQL."""

from typing import TYPE_CHECKING, Final, final

from sqlalchemy import bindparam, delete, insert, select

from authsim.adapters.sql.audit import record
from authsim.adapters.sql.devices import raise_counter
from authsim.adapters.sql.locks import lock_user
from authsim.adapters.sql.rows import format_device_session, parse_device_session
from authsim.adapters.sql.tables import DEVICE_SESSIONS

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from authsim.adapters.sql.database import Database
    from authsim.events import Event
    from authsim.model import DeviceSession

_INSERT: Final = insert(DEVICE_SESSIONS)
_FIND: Final = select(DEVICE_SESSIONS).where(DEVICE_SESSIONS.c.token_hash == bindparam("of_token"))
_DROP_EXPIRED: Final = delete(DEVICE_SESSIONS).where(
    DEVICE_SESSIONS.c.device_id == bindparam("of_device"), DEVICE_SESSIONS.c.expires_ms <= bindparam("now_ms")
)


@final
class SqlDeviceSessions:
    """Phones that may read their own requests for a while."""

    __slots__ = ("_database",)

    def __init__(self, database: "Database") -> None:
        self._database = database

    def open(self, session: "DeviceSession", *, counter: int, event: "Event") -> None:
        """Insert a session, keep the counter, drop the device's expired sessions."""

        def work(connection: "Connection") -> None:
            lock_user(connection, session.user_id)
            raise_counter(connection, session.device_id, counter)
            connection.execute(_DROP_EXPIRED, {"of_device": session.device_id, "now_ms": session.opened_ms})
            connection.execute(_INSERT, format_device_session(session))
            record(connection, [event])

        self._database.write(work)

    def find(self, token_hash: bytes) -> "DeviceSession | None":
        """Return by the hash of the phone's token."""
        row = self._database.read(lambda connection: connection.execute(_FIND, {"of_token": token_hash}).one_or_none())
        return None if row is None else parse_device_session(row)
