"""What a SQLite store consists of before anything is kept in it: its statements, as data.

`python -m tests.support.head_schema` writes them anew after a migration was added: it makes a store with the migrations
and writes down what is in it. A test compares the two, statement by statement.
"""

import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from authsim.adapters.sql import open_sqlite, schema, sqlite

_SCHEMA = "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite~_%' ESCAPE '~' ORDER BY rowid"
_TABLES = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite~_%' ESCAPE '~' ORDER BY rowid"


def dump(connection: Connection) -> list[str]:
    """Return the statements that make such a store: tables, indices and triggers, then rows, then its number."""

    def ask(statement: str) -> list[Any]:
        return list(connection.exec_driver_sql(statement).all())

    made = [" ".join(sql.split()) for (sql,) in ask(_SCHEMA)]
    rows = [
        f"INSERT INTO {table} VALUES ({', '.join(_quote(value) for value in row)})"  # noqa: S608 - what the database itself gave
        for (table,) in ask(_TABLES)
        for row in ask(f'SELECT * FROM "{table}" ORDER BY 1')  # noqa: S608 - the same
    ]
    ((number,),) = ask("PRAGMA user_version")
    return [*made, *rows, f"PRAGMA user_version = {number}"]


def migrated(path: Path) -> list[str]:
    """Return what a store consists of that the migrations made, from the first to the last."""
    sqlite.create_file(path)
    with closing(open_sqlite(path)) as store:
        store.database.write(schema.migrate)
        return store.database.read(dump)


def _quote(value: object) -> str:
    if isinstance(value, bytes):
        return f"x'{value.hex()}'"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return "NULL" if value is None else str(value)


def main() -> None:
    """Write the file anew."""
    with tempfile.TemporaryDirectory() as folder:
        statements = migrated(Path(folder) / "portal.sqlite3")
    schema.FRESH.write_text("".join(f"{statement};\n" for statement in statements), encoding="utf-8")


if __name__ == "__main__":
    main()
