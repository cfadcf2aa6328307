"""The bell between processes that share one PostgreSQL store: NOTIFY and LISTEN. The payload is the topic."""

import selectors
import time
from collections.abc import Callable
from contextlib import closing
from typing import TYPE_CHECKING, Any, Final, final

from sqlalchemy import bindparam, func, select
from sqlalchemy.exc import SQLAlchemyError

from authsim.adapters.bus.ear import LOG, Ear
from authsim.adapters.bus.local import LocalBus, LocalSubscription

if TYPE_CHECKING:
    from sqlalchemy import Engine

_CHANNEL: Final = "authsim"
_NOTIFY: Final = select(func.pg_notify(_CHANNEL, bindparam("topic")))
#: The payload that is for everybody: topics name a kind and what is of it.
_EVERYBODY: Final = "*"
_TRIES: Final = 3
#: How long one waits for news before looking whether anybody still listens.
_LOOK_S: Final = 0.2
#: How long it may be silent before the server is asked whether it still hears us.
_SILENCE_S: Final = 15.0


@final
class PostgresBus:
    """`ports.Bus` between processes on one database. Nothing is opened before it is needed, nor over a fork."""

    __slots__ = ("__weakref__", "_ear", "_local", "_publisher")

    def __init__(self, engine: "Engine") -> None:
        self._publisher = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._local = LocalBus()
        self._ear = Ear(
            self._local,
            self._hear,
            failures=(SQLAlchemyError, engine.dialect.loaded_dbapi.Error, OSError),
            on_fork=self._forget_connections,
        )

    def publish(self, topic: str) -> None:
        """Wake all that listen to `topic`, here and in other processes."""
        self._local.publish(topic)
        self._tell(topic)

    def publish_all(self) -> None:
        """Wake everybody, here and in other processes: all that was read may have changed."""
        self._local.publish_all()
        self._tell(_EVERYBODY)

    def subscribe(self, topic: str) -> LocalSubscription:
        """Listen."""
        listener = self._local.subscribe(topic)
        self._ear.open()
        return listener

    def close(self) -> None:
        """End the thread with its connection."""
        self._ear.close()

    def _tell(self, topic: str) -> None:
        for tries_left in reversed(range(_TRIES)):
            try:
                with self._publisher.connect() as connection:
                    connection.execute(_NOTIFY, {"topic": topic})
            except SQLAlchemyError as error:
                if not tries_left:
                    LOG.warning("the bus cannot reach other processes: %s", type(error).__name__)
            else:
                return

    def _forget_connections(self) -> None:
        """Leave the pool to its store, which closes it before a fork."""

    def _hear(self, is_over: Callable[[], bool]) -> None:
        lent = self._publisher.raw_connection()
        connection: Any = lent.driver_connection
        lent.detach()  # ours alone from here on, and closed at the end
        with closing(lent), selectors.DefaultSelector() as selector:
            connection.autocommit = True
            connection.add_notify_handler(lambda notice: self._pass_on(notice.payload))
            connection.execute(f"LISTEN {_CHANNEL}")
            selector.register(connection.pgconn.socket, selectors.EVENT_READ)
            self._local.publish_all()  # what was said before we were connected, we did not hear
            heard_at = time.monotonic()
            while not is_over():
                if selector.select(_LOOK_S):
                    heard_at = time.monotonic()
                    connection.pgconn.consume_input()
                    self._ring(connection)
                elif time.monotonic() - heard_at > _SILENCE_S:
                    heard_at = time.monotonic()
                    connection.execute("SELECT 1")

    def _ring(self, connection: Any) -> None:
        while (notice := connection.pgconn.notifies()) is not None:
            self._pass_on(notice.extra.decode())

    def _pass_on(self, topic: str) -> None:
        if topic == _EVERYBODY:
            self._local.publish_all()
        else:
            self._local.publish(topic)
