"""Stores for tests: in memory, in a SQLite file, and in a real PostgreSQL. Each test gets an empty one of its own.

Import the fixtures into a `conftest.py`; a test that asks for `store` runs once for each kind.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from authsim.adapters.memory import MemoryStore
from authsim.adapters.sql import SqlStore, create_schema, open_postgres, open_sqlite
from tests.support.postgres import PostgresServer

__all__ = [
    "memory_store",
    "postgres_server",
    "postgres_store",
    "postgres_url",
    "sql_store",
    "sqlite_path",
    "sqlite_store",
    "sqlite_template",
    "store",
]

SQL_KINDS = ["sqlite_store", "postgres_store"]
KINDS = ["memory_store", *SQL_KINDS]


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed SQLite file with the schema in it and nothing else."""
    path = tmp_path_factory.mktemp("template") / "portal.sqlite3"
    create_schema(open_sqlite(path)).close()
    return path


@pytest.fixture
def sqlite_path(tmp_path: Path, sqlite_template: Path) -> Path:
    """The path of a SQLite file that is this test's own."""
    path = tmp_path / "portal.sqlite3"
    shutil.copy2(sqlite_template, path)
    return path


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """The PostgreSQL of this run."""
    with PostgresServer() as server:
        yield server


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """The address of a PostgreSQL database that is this test's own."""
    with postgres_server.database() as url:
        yield url


@pytest.fixture
def memory_store() -> MemoryStore:
    """An empty store in memory."""
    return MemoryStore()


@pytest.fixture
def sqlite_store(sqlite_path: Path) -> Iterator[SqlStore]:
    """An empty store in a SQLite file."""
    store = open_sqlite(sqlite_path)
    yield store
    store.close()


@pytest.fixture
def postgres_store(postgres_url: str) -> Iterator[SqlStore]:
    """An empty store in PostgreSQL."""
    store = open_postgres(postgres_url)
    yield store
    store.close()


@pytest.fixture(params=SQL_KINDS)
def sql_store(request: pytest.FixtureRequest) -> SqlStore:
    """An empty store of each kind that speaks SQL."""
    store: SqlStore = request.getfixturevalue(request.param)
    return store


@pytest.fixture(params=KINDS)
def store(request: pytest.FixtureRequest) -> Any:
    """An empty store of each kind."""
    return request.getfixturevalue(request.param)
