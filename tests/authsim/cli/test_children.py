from pathlib import Path

import pytest

from authsim.cli.children import Crew, PhoneChild
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
