import json
import socket
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.authsim.cli.conftest import Person


def checks_of(person: Person, *options: str, status: int = 0, **environment: str) -> dict[str, dict[str, Any]]:
    """What doctor found, by name."""
    done = person.runs("doctor", "--json", *options, **environment)
    assert done.returncode == status, (done.stdout, done.stderr)
    report = json.loads(done.stdout)
    assert report["usable"] is (status == 0)
    return {check["name"]: check for check in report["checks"]}


def test_this_installation_is_usable(person: Person) -> None:
    """Nothing is wrong here, and every check says what it found."""
    checks = checks_of(person)

    assert {check["finding"] for check in checks.values()} <= {"ok", "note"}
    assert all(check["text"] for check in checks.values())
    assert all(check["remedy"] for check in checks.values() if check["finding"] == "note")
    assert {"Python", "packages", "web", "mobile_cli", "port", "SQLite", "QR reader", "phone"} <= set(checks)


def test_a_person_reads_aligned_lines_in_words(person: Person) -> None:
    """Each line says in words, not only by a sign, how its check ended."""
    done = person.runs("doctor")
    lines = [line for line in done.stdout.splitlines() if line.startswith(("✓", "✗", "·"))]

    assert done.returncode == 0
    assert len(lines) > 10
    assert all(line.split()[1] in ("ok", "note", "wrong") for line in lines)
    assert done.stdout.endswith("AuthSim is usable.\n")


def test_a_foreign_web_is_found_without_importing_it(person: Person, foreign: Path) -> None:
    """Somebody else's `web` makes the installation unusable, and the remedy is told."""
    web = checks_of(person, status=69, PYTHONPATH=str(foreign))["web"]

    assert web["finding"] == "wrong"
    assert str(foreign / "web") in web["text"]
    assert "environment of its own" in web["remedy"]


def test_a_taken_port_is_a_note(person: Person) -> None:
    """A port that is taken does not make AuthSim unusable: there is --port 0."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        port = listener.getsockname()[1]
        check = checks_of(person, "--port", str(port))["port"]

    assert check["finding"] == "note"
    assert "--port 0" in check["remedy"]


def test_a_place_that_cannot_hold_a_store_is_wrong(person: Person, tmp_path: Path) -> None:
    """A data directory below a file cannot be, and one that can be made is fine."""
    (tmp_path / "file").write_text("")

    assert checks_of(person, "--data", str(tmp_path / "file" / "x"), status=69)["data"]["finding"] == "wrong"
    assert checks_of(person, "--data", str(tmp_path / "new" / "x"))["data"]["finding"] == "ok"
    assert not (tmp_path / "new").exists()


def test_a_debugger_is_wrong(person: Person) -> None:
    """FLASK_DEBUG is found before a portal refuses to start with it."""
    assert checks_of(person, status=69, FLASK_DEBUG="1")["debugger"]["finding"] == "wrong"


def test_a_broken_package_is_named(person: Person, tmp_path: Path) -> None:
    """A package that cannot be imported is named, with how to install again."""
    (tmp_path / "qrcode.py").write_text("raise RuntimeError('broken')\n")

    checks = checks_of(person, status=69, PYTHONPATH=str(tmp_path))

    assert "qrcode" in checks["packages"]["text"]
    assert "pip install" in checks["packages"]["remedy"]
    assert checks["QR reader"]["finding"] == "wrong"
