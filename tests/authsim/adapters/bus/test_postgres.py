import logging
from contextlib import closing

import pytest

from authsim.adapters.bus import PostgresBus
from authsim.adapters.sql import open_postgres
from tests.support.bells import opened_bus, ring_elsewhere
from tests.support.child import LONGEST_S
from tests.support.postgres import PostgresServer


def test_a_broken_connection_is_made_anew(postgres_server: PostgresServer, postgres_url: str) -> None:
    """When the server hangs up, everybody is woken once it is reached again, and later signals are heard."""
    with opened_bus(postgres_url) as bus:
        listener = bus.subscribe("topic 0")
        assert listener.wait(LONGEST_S), "it is connected"

        postgres_server.break_connections(postgres_url)

        assert listener.wait(LONGEST_S)
        ring_elsewhere(postgres_url, 0, 1)
        assert listener.wait(LONGEST_S)


def test_a_broken_connection_is_no_lost_signal(postgres_server: PostgresServer, postgres_url: str) -> None:
    """Whoever publishes over a connection that was lost meanwhile takes another one."""
    with opened_bus(postgres_url) as here, opened_bus(postgres_url) as there:
        here.publish("a")
        listener = there.subscribe("a")
        assert listener.wait(LONGEST_S), "it is connected"
        postgres_server.break_connections(postgres_url)
        assert listener.wait(LONGEST_S), "it is connected anew"

        here.publish("a")

        assert listener.wait(LONGEST_S)


def test_a_server_that_is_away_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """Publishing without a server is logged, raises nothing, and wakes who listens here."""
    with (
        closing(open_postgres("postgresql:///nowhere?host=/nonexistent", longest_wait_s=1)) as store,
        closing(PostgresBus(store.database.engine)) as bus,
        caplog.at_level(logging.WARNING, logger="authsim.bus"),
    ):
        listener = bus.subscribe("a")

        bus.publish("a")

        assert listener.wait(LONGEST_S)

    assert any("cannot reach other processes" in record.message for record in caplog.records)
