"""What `authsim doctor` looks at. Each check says what it found and, where something can be done, what."""

import enum
import os
import shutil
import socket
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from authsim.ends.delegation import require_shell
from authsim.terminal.outcome import CommandError

_PACKAGES: Final = (
    *("alembic", "click", "cryptography", "flask", "flask_babel", "flask_wtf", "httpx2", "PIL", "platformdirs"),
    *("qrcode", "sqlalchemy", "waitress", "zxingcpp"),
)
_LEAST_PYTHON: Final = (3, 11)
_LEAST_SQLITE: Final = (3, 37)
_CLIPBOARD: Final = ("wl-paste", "xclip", "xsel", "pbpaste")
_SCREEN: Final = ("grim", "gnome-screenshot", "spectacle", "scrot", "maim", "import", "screencapture")


#: The extras of the package, whose names are typed: the same in every language.
EXTRAS: Final = ("phone", "server", "postgres")


class Finding(enum.Enum):
    """How a check ended: a note limits something that may not be needed, a wrong makes AuthSim unusable."""

    OK = "ok"
    NOTE = "note"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One line of the doctor."""

    name: str
    finding: Finding
    text: str
    remedy: str = ""


def all_checks(*, data: Path | None, port: int) -> Iterator[Check]:
    """Yield every check, in the order in which a first login needs them."""
    yield _look_at_python()
    yield _look_at_packages()
    yield _look_at_shell("web")
    yield _look_at_shell("mobile_cli")
    yield _look_at_commands()
    yield _look_at_debugger()
    yield _look_at_port(port)
    yield _look_at_folder("temp folder", Path(tempfile.gettempdir()))
    if data is not None:
        yield _look_at_folder("data", data)
    yield _look_at_database()
    yield _look_at_reader()
    yield _look_at_tool("clipboard", _CLIPBOARD, "authkey activate --clipboard")
    yield _look_at_tool("screen", _SCREEN, "authkey activate --screen")
    yield _look_at_extra("phone", ("textual",), "'authkey phone'")
    yield _look_at_extra("server", ("gunicorn", "gevent"), "serve --workers and --tls")
    yield _look_at_extra("postgres", ("psycopg", "psycopg_pool"), "--database-url")


def _look_at_python() -> Check:
    version = ".".join(str(part) for part in sys.version_info[:3])
    if sys.version_info < _LEAST_PYTHON:
        return Check(name="Python", finding=Finding.WRONG, text=version, remedy="AuthSim needs Python 3.11 or newer.")
    return Check(name="Python", finding=Finding.OK, text=f"{version}, {sys.executable}")


def _look_at_packages() -> Check:
    broken = [name for name in _PACKAGES if not _can_import(name)]
    if broken:
        return Check(
            name="packages",
            finding=Finding.WRONG,
            text=f"missing or broken: {', '.join(broken)}",
            remedy="Install AuthSim again, into an environment of its own: pip install authsim",
        )
    return Check(name="packages", finding=Finding.OK, text=f"all {len(_PACKAGES)} can be imported")


def _can_import(name: str) -> bool:
    try:
        import_module(name)
    except Exception:  # noqa: BLE001 - a broken package may raise anything
        return False
    return True


def _look_at_shell(name: str) -> Check:
    try:
        place = require_shell(name)
    except CommandError as error:
        sentence, _, remedy = str(error).partition(". ")
        return Check(name=name, finding=Finding.WRONG, text=sentence, remedy=f"{remedy}." if remedy else "")
    return Check(name=name, finding=Finding.OK, text=str(place))


def _look_at_commands() -> Check:
    missing = [name for name in ("authsim", "authkey") if shutil.which(name) is None]
    if not missing:
        return Check(name="commands", finding=Finding.OK, text="authsim and authkey are on the PATH")
    return Check(
        name="commands",
        finding=Finding.NOTE,
        text=f"not on the PATH: {', '.join(missing)}",
        remedy=f"They lie in {Path(sys.executable).parent}.",
    )


def _look_at_debugger() -> Check:
    if os.environ.get("FLASK_DEBUG", "").lower() not in ("", "0", "false", "no"):
        return Check(
            name="debugger",
            finding=Finding.WRONG,
            text="FLASK_DEBUG is set",
            remedy="A portal never runs so: unset it.",
        )
    return Check(name="debugger", finding=Finding.OK, text="off")


def _look_at_port(port: int) -> Check:
    with closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return Check(
                name="port",
                finding=Finding.NOTE,
                text=f"{port} is taken",
                remedy="Stop what listens there, or use --port 0, which picks a free one.",
            )
    return Check(name="port", finding=Finding.OK, text=f"{port} is free")


def _look_at_folder(name: str, folder: Path) -> Check:
    present = next((place for place in (folder, *folder.absolute().parents) if place.exists()), folder)
    try:
        with tempfile.TemporaryDirectory(dir=present, prefix=".authsim-") as probe, closing(_open_wal(Path(probe))):
            pass
    except (OSError, sqlite3.Error) as error:
        return Check(
            name=name,
            finding=Finding.WRONG,
            text=f"{folder} cannot hold a store: {str(error).lower()}",
            remedy="Choose a folder on a local disk that you may write, with --data or TMPDIR.",
        )
    return Check(name=name, finding=Finding.OK, text=f"{folder} can hold a store")


def _open_wal(folder: Path) -> sqlite3.Connection:
    """Return a database that writes ahead; network file systems often cannot."""
    connection = sqlite3.connect(folder / "probe.sqlite3")
    if connection.execute("PRAGMA journal_mode=WAL").fetchone()[0] != "wal":
        connection.close()
        raise sqlite3.OperationalError("no write-ahead log on this file system")
    connection.execute("CREATE TABLE probe (id INTEGER)")
    connection.commit()
    return connection


def _look_at_database() -> Check:
    if sqlite3.sqlite_version_info < _LEAST_SQLITE:
        return Check(
            name="SQLite",
            finding=Finding.WRONG,
            text=sqlite3.sqlite_version,
            remedy="AuthSim needs SQLite 3.37 or newer.",
        )
    return Check(name="SQLite", finding=Finding.OK, text=sqlite3.sqlite_version)


def _look_at_reader() -> Check:
    text = "authsim://doctor"
    try:
        qrcode, zxingcpp = import_module("qrcode"), import_module("zxingcpp")
        drawn = qrcode.make(text).get_image()
        found = [code.text for code in zxingcpp.read_barcodes(drawn.convert("L"))]
    except Exception as error:  # noqa: BLE001 - a broken package may raise anything
        found = [type(error).__name__]
    if found != [text]:
        return Check(
            name="QR reader",
            finding=Finding.WRONG,
            text="a QR code that was just drawn could not be read",
            remedy="Install zxing-cpp and pillow again. Until then, type the Session ID.",
        )
    return Check(name="QR reader", finding=Finding.OK, text="reads what it draws")


def _look_at_tool(name: str, tools: tuple[str, ...], used_by: str) -> Check:
    found = next((tool for tool in tools if shutil.which(tool)), None)
    if found is None:
        return Check(
            name=name,
            finding=Finding.NOTE,
            text=f"no tool for '{used_by}'",
            remedy="A picture file, '-' or the Session ID works without one.",
        )
    return Check(name=name, finding=Finding.OK, text=f"{found}, for '{used_by}'")


def _look_at_extra(extra: str, packages: tuple[str, ...], used_by: str) -> Check:
    if any(find_spec(package) is None for package in packages):
        return Check(
            name=extra,
            finding=Finding.NOTE,
            text=f"not installed, needed for {used_by}",
            remedy=f"pip install 'authsim[{extra}]'",
        )
    return Check(name=extra, finding=Finding.OK, text=f"installed, for {used_by}")
