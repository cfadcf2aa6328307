"""`authkey phone` at a real terminal; what it shows, screen by screen, is `tests/mobile_cli/phone`'s."""

from pathlib import Path

import pytest

from tests.support.phone import make_phone

USAGE = 64
REFUSED = 77


def test_it_needs_a_terminal(tmp_path: Path) -> None:
    """In a pipe there is nothing to draw on: exit 64, and a sentence."""
    done = make_phone(tmp_path).is_made().runs("phone")

    assert done.returncode == USAGE
    assert "needs a terminal" in done.stderr


@pytest.mark.parametrize(("language", "first"), [("en", "Your Passcode is required"), ("ja", "パスコードの入力")])
def test_a_phone_that_was_off(tmp_path: Path, language: str, first: str) -> None:
    """It asks for the Passcode under the banner, opens with it, and ends with Ctrl-Q, the terminal as it was."""
    phone = make_phone(tmp_path, language=language).is_made()

    with phone.in_terminal("phone") as terminal:
        terminal.sees("SIMULATION")
        terminal.sees(first)
        terminal.child.send(f"{phone.pin}\r")
        terminal.sees({"en": "Camera", "ja": "カメラ"}[language])
        terminal.child.send("\x11")
        assert terminal.ends() == 0


def test_an_empty_folder_becomes_a_phone(tmp_path: Path) -> None:
    """Without any phone the first screen asks which one it shall be."""
    phone = make_phone(tmp_path)

    with phone.in_terminal("phone") as terminal:
        terminal.sees("A new phone")
        terminal.child.send("\x11")
        assert terminal.ends() == 0


def test_a_wiped_phone_is_refused(tmp_path: Path) -> None:
    """What was wiped is told before anything is drawn."""
    phone = make_phone(tmp_path).is_made()
    wrong = tmp_path / "wrong"
    wrong.write_text("111111\n")
    for _ in range(8):
        phone.runs("respond", "123456", "--pin-file", str(wrong))

    with phone.in_terminal("phone") as terminal:
        terminal.sees("authkey: ")
        assert terminal.ends() == REFUSED
