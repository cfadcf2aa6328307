import json
import os
import stat
import subprocess
from pathlib import Path

import pytest

from tests.authsim.cli.conftest import Person
from tests.support.child import LONGEST_S, console_script
from tests.support.recordings import RECORDINGS, SECRETS, STORY, write


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    """A file that a browser saved."""
    file = tmp_path / "login.har"
    file.write_bytes(write(RECORDINGS["chrome"]()))
    return file


def is_clean(text: str) -> bool:
    """It is a HAR file of the same requests, and none of the secrets is in it."""
    assert len(json.loads(text)["log"]["entries"]) == len(STORY)
    return [name for name, value in SECRETS.items() if value in text] == []


def test_the_clean_file_goes_to_stdout_and_the_report_to_stderr(person: Person, recording: Path) -> None:
    """A pipe gets the file alone; the person reads by kind what was taken out, and never what it was."""
    done = person.runs("har", str(recording))

    assert done.returncode == 0
    assert is_clean(done.stdout)
    assert done.stderr.startswith("Read: ")
    assert "requests: 6." in done.stderr
    assert {"password", "challenge", "response", "code", "token"} <= set(done.stderr.split())
    assert "CANARY" not in done.stderr
    assert "SIMULATION" not in done.stdout + done.stderr, "the banner is for terminals"


def test_a_file_is_written_for_its_owner_alone(person: Person, recording: Path, tmp_path: Path) -> None:
    """-o writes a file of mode 0600, says so, and leaves stdout empty."""
    done = person.runs("har", str(recording), "-o", str(tmp_path / "clean.har"))

    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.endswith(f"The clean file is {tmp_path / 'clean.har'}.\n")
    assert stat.S_IMODE((tmp_path / "clean.har").stat().st_mode) == 0o600
    assert is_clean((tmp_path / "clean.har").read_text())


def test_nothing_is_overwritten_unless_that_is_said(person: Person, recording: Path, tmp_path: Path) -> None:
    """A file that is there stays as it is; --replace takes its place whole, and says so."""
    before = recording.read_bytes()

    assert "is not overwritten" in person.fails(64, "har", str(recording), "--output", str(recording))
    assert recording.read_bytes() == before
    done = person.runs("har", str(recording), "--output", str(recording), "--replace")

    assert done.returncode == 0
    assert f"The clean file replaced {recording}." in done.stderr
    assert is_clean(recording.read_text())
    assert stat.S_IMODE(recording.stat().st_mode) == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["login.har"]


def test_a_folder_cannot_be_replaced(person: Person, recording: Path, tmp_path: Path) -> None:
    """What cannot be replaced stays, and nothing is left beside it."""
    (tmp_path / "folder").mkdir()

    person.fails(74, "har", str(recording), "-o", str(tmp_path / "folder"), "--replace")

    assert sorted(file.name for file in tmp_path.iterdir()) == ["folder", "login.har"]


def test_a_script_reads_stdin_and_a_report_of_json(person: Person, recording: Path) -> None:
    """`-` reads stdin, and --json reports one object on stderr."""
    with recording.open("rb") as stdin:
        done = subprocess.run(
            [console_script("authsim"), "har", "-", "--json"],
            env=person.environment,
            stdin=stdin,
            capture_output=True,
            text=True,
            timeout=LONGEST_S,
        )

    report = json.loads(done.stderr)
    assert (done.returncode, report["entries"], report["left"]) == (0, 6, 0)
    assert report["counts"]["password"] >= 2
    assert is_clean(done.stdout)


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"CANARY", "a HAR file is JSON"),
        (b"\xff", "a HAR file is UTF-8"),
        (b'{"log":{"entries":[]},"log":1}', "a member stands once"),
        (b"[" * 100_000, "at most 32 levels"),
    ],
)
def test_a_malformed_file_is_refused_with_its_rule(person: Person, tmp_path: Path, content: bytes, rule: str) -> None:
    """Exit 65, and the rule that was broken; nothing is written."""
    (tmp_path / "bad.har").write_bytes(content)

    said = person.fails(65, "har", str(tmp_path / "bad.har"), "-o", str(tmp_path / "out.har"))

    assert rule in said
    assert "CANARY" not in said
    assert not (tmp_path / "out.har").exists()


def test_what_cannot_be_read_or_asked_for_is_told(person: Person, recording: Path, tmp_path: Path) -> None:
    """A file that is not there, and --replace without a file to replace."""
    assert "no such file" in person.fails(74, "har", str(tmp_path / "none.har"))
    assert "--output" in person.fails(64, "har", str(recording), "--replace")
    os.mkfifo(tmp_path / "pipe")
    assert "not overwritten" in person.fails(64, "har", str(recording), "-o", str(tmp_path / "pipe"))
