import json
import shutil
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from authsim.adapters.sql import open_postgres
from tests.support.postgres import PostgresServer
from tests.web.commands.conftest import Operator

NAMES = ("alice", "bruno", "chiara")


@pytest.fixture(scope="module")
def made(stranger: Operator, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A portal whose record has a row for each of three users, at least."""
    data = tmp_path_factory.mktemp("made") / "portal"
    stranger.succeeds("init", "--data", str(data))
    for name in NAMES:
        stranger.succeeds("users", "add", name, "--data", str(data))
    return data


@pytest.fixture
def place(made: Path, tmp_path: Path) -> Path:
    """A copy of it that is this test's own."""
    return Path(shutil.copytree(made, tmp_path / "portal"))


def tamper(place: Path, statement: str) -> None:
    """Write into the database beside the portal, past its triggers."""
    with closing(sqlite3.connect(place / "portal.sqlite3", isolation_level=None)) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute(statement)


def test_a_whole_record_is_counted(stranger: Operator, place: Path) -> None:
    """The number of events and the hash of all of them; the hash moves on with each event."""
    first = stranger.succeeds("audit", "verify", "--data", str(place))
    stranger.succeeds("users", "set-password", "alice", "--data", str(place))
    second = stranger.succeeds("audit", "--data", str(place), "verify")

    count, seal = first.split(" events, chain intact, ")
    assert int(count) >= len(NAMES)
    assert len(bytes.fromhex(seal)) == 32
    assert int(second.split()[0]) == int(count) + 1
    assert seal not in second


@pytest.mark.parametrize(
    ("statement", "number", "status"),
    [
        ("UPDATE audit SET at_ms = at_ms + 1 WHERE sequence = 2", 2, 77),
        ("UPDATE audit SET facts = '{}' WHERE sequence = 1", 1, 77),
        ("UPDATE audit SET chain = zeroblob(32) WHERE sequence = 3", 3, 77),
        ("DELETE FROM audit WHERE sequence = 2", 2, 77),
        ("DELETE FROM audit WHERE sequence >= 2", 2, 77),
        ("UPDATE audit SET kind = 'nonsense' WHERE sequence = 2", 2, 65),
        ("UPDATE audit SET facts = '{' WHERE sequence = 3", 3, 65),
        ("UPDATE audit SET facts = '[1]' WHERE sequence = 3", 3, 65),
    ],
)
def test_the_first_broken_row_is_named(
    stranger: Operator, place: Path, statement: str, number: int, status: int
) -> None:
    """A row that was changed or is missing is 77, one that cannot be read 65; either is named."""
    tamper(place, statement)

    assert f"broken at row {number}:" in stranger.fails(status, "audit", "verify", "--data", str(place))


@pytest.fixture
def database(
    stranger: Operator, tmp_path: Path, postgres_server: PostgresServer
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """A portal in PostgreSQL: its address, and the options that name it."""
    with postgres_server.empty_database() as url:
        address = url.replace("postgresql+psycopg://", "postgresql://")
        options = ("--database-url", address, "--key-file", str(tmp_path / "portal.key"))
        stranger.succeeds("init", *options)
        for name in NAMES:
            stranger.succeeds("users", "add", name, *options)
        yield url, options


def test_a_record_in_postgresql(stranger: Operator, database: tuple[str, tuple[str, ...]]) -> None:
    """The same for a database: whole, changed, damaged."""
    url, options = database
    assert "chain intact" in stranger.succeeds("audit", "verify", *options)

    for change, status in (
        ("UPDATE audit SET at_ms = at_ms + 1 WHERE sequence = 2", 77),
        ("UPDATE audit SET kind = 'nonsense' WHERE sequence = 2", 65),
    ):
        with closing(open_postgres(url)) as store:
            for statement in ("ALTER TABLE audit DISABLE TRIGGER ALL", change):
                store.database.write(lambda connection, statement=statement: connection.execute(text(statement)))
        assert "broken at row 2:" in stranger.fails(status, "audit", "verify", *options)


def test_the_record_is_exported(stranger: Operator, place: Path, tmp_path: Path) -> None:
    """One JSON object a line, oldest first, on stdout or in a new private file."""
    file = tmp_path / "audit.jsonl"

    said = stranger.succeeds("audit", "export", "--data", str(place))
    assert stranger.succeeds("audit", "export", "--data", str(place), "-o", str(file)) == ""

    rows = [json.loads(line) for line in said.splitlines()]
    assert file.read_text() == said
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [row["sequence"] for row in rows] == list(range(1, len(rows) + 1))
    assert set(rows[0]) == {"sequence", "at_ms", "kind", "user_id", "reason", "facts", "chain"}
    assert {row["kind"] for row in rows} >= {"user:added"}
    assert rows[-1]["chain"] in stranger.succeeds("audit", "verify", "--data", str(place))


def test_an_export_overwrites_nothing(stranger: Operator, place: Path, tmp_path: Path) -> None:
    """A file that exists stays, and so does what a link leads to."""
    file, link = tmp_path / "mine", tmp_path / "link"
    file.write_text("mine")
    link.symlink_to(tmp_path / "elsewhere")

    for wrong in (file, link):
        assert "not overwritten" in stranger.fails(64, "audit", "export", "--data", str(place), "-o", str(wrong))
    assert "cannot be written" in stranger.fails(74, "audit", "export", "--data", str(place), "-o", str(file / "x"))

    assert file.read_text() == "mine"
    assert not (tmp_path / "elsewhere").exists()


def test_an_export_holds_no_secret(stranger: Operator, place: Path) -> None:
    """Neither password nor activation code stand in the record."""
    password = stranger.succeeds("users", "set-password", "alice", "--data", str(place)).strip()
    uri = stranger.succeeds(
        "users", "activation", "alice", "--origin", "http://127.0.0.1:8765", "--data", str(place)
    ).strip()

    said = stranger.succeeds("audit", "export", "--data", str(place))

    assert password not in said
    assert uri.partition("&c=")[2].partition("&")[0] not in said


def test_an_export_stops_at_a_damaged_row(stranger: Operator, place: Path) -> None:
    """What could be read before it is written, and the row is named."""
    tamper(place, "UPDATE audit SET kind = 'nonsense' WHERE sequence = 3")

    done = stranger.does("audit", "export", "--data", str(place))

    assert done.returncode == 65
    assert [json.loads(line)["sequence"] for line in done.stdout.splitlines()] == [1, 2]
    assert "row 3" in done.stderr
