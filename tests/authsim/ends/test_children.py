from pathlib import Path

import pytest

from authsim.ends.children import Crew, PhoneChild
from authsim.terminal.outcome import CommandError


def test_a_crew_ends_together(tmp_path: Path) -> None:
    """The phones that run when their crew ends are gone, and no other is started."""
    crew = Crew()
    phone = PhoneChild(home=tmp_path / "phone", pin_file=tmp_path / "pin", crew=crew)
    trading = ("trade", "alice", "--portal", "http://127.0.0.1:9", "--password-file", "-", "--response-stdin")
    running = [phone.start("users"), phone.start(*trading)]

    crew.end()

    assert [process.wait(30) for process in running].count(0) == 0
    for process in running:
        phone.finish(process)
    with pytest.raises(CommandError, match="interrupted"):
        phone.run("users")


def test_a_phone_of_ours_speaks_english(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever its operator reads: what it says is compared, and put into reports."""
    monkeypatch.setenv("AUTHKEY_LANG", "ja")
    monkeypatch.setenv("LC_ALL", "ja_JP.UTF-8")
    phone = PhoneChild(home=tmp_path / "phone", pin_file=tmp_path / "pin")

    assert phone.run("status").stdout.startswith("No phone in ")
