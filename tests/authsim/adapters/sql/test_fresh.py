"""A fresh SQLite store is made from statements kept as data: the same store that the migrations make, only sooner."""

import subprocess
import sys
from pathlib import Path

from authsim.adapters.sql import create_schema, open_sqlite, schema
from tests.support.child import unmeasured
from tests.support.head_schema import dump, migrated


def kept() -> list[str]:
    """The statements in the file."""
    return [line.removesuffix(";") for line in schema.FRESH.read_text(encoding="utf-8").splitlines()]


def test_the_statements_are_those_of_the_migrations(tmp_path: Path) -> None:
    """Whoever adds a migration writes them anew: `python -m tests.support.head_schema`."""
    assert kept() == migrated(tmp_path / "portal.sqlite3")


def test_a_fresh_store_consists_of_them(tmp_path: Path) -> None:
    """What is made from the statements says of itself what they say, number and first rows included."""
    store = create_schema(open_sqlite(tmp_path / "portal.sqlite3"))

    assert store.database.read(dump) == kept()
    store.close()


def test_it_is_made_without_migrations(tmp_path: Path) -> None:
    """The libraries that migrate are loaded only where there is something to migrate."""
    program = (
        "import sys\n"
        "from pathlib import Path\n"
        "from authsim.adapters.sql import create_schema, open_sqlite\n"
        "create_schema(open_sqlite(Path(sys.argv[1]))).close()\n"
        "assert not [name for name in sys.modules if name.startswith(('alembic', 'mako'))]\n"
    )

    subprocess.run([sys.executable, "-c", program, tmp_path / "portal.sqlite3"], env=unmeasured(), check=True)


def test_an_unfinished_store_is_left_to_the_migrations(tmp_path: Path) -> None:
    """A file in which there is something already gets what is missing, and nothing twice."""
    store = open_sqlite(tmp_path / "portal.sqlite3")
    create_schema(store)

    assert create_schema(store).database.read(dump) == kept()
    store.close()
