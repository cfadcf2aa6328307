import fcntl
import os
from pathlib import Path

import pytest

from authsim.policy import CLASSIC, Policy
from authsim.protocol.suite import CLASSIC6
from tests.web.commands.conftest import Operator
from web.settings import Settings
from web.unfinished import note_path
from web.wiring import create_portal


@pytest.fixture
def place(stranger: Operator, tmp_path: Path) -> Path:
    """A data directory with a portal."""
    data = tmp_path / "portal"
    stranger.succeeds("init", "--data", str(data))
    return data


def test_a_portal_is_deleted_with_its_directory(stranger: Operator, place: Path) -> None:
    """After a yes nothing of it is left, nor of what it was before it was brought up to date."""
    (place / "portal.sqlite3.schema-0001").write_text("an older one")

    stranger.succeeds("wipe", "--data", str(place), "--yes")

    assert not place.exists()


def add_phone(place: Path) -> None:
    """Put a phone's folder below `phones`, as a demo does."""
    (place / "phones" / "alice").mkdir(parents=True)
    (place / "phones" / "alice" / "keystore.json").write_text("{}")


def test_phones_that_no_demo_made_stay(stranger: Operator, place: Path) -> None:
    """In a portal of one's own a folder that happens to be called phones is somebody's own."""
    add_phone(place)

    stranger.succeeds("wipe", "--data", str(place), "--yes")

    assert [file.name for file in place.iterdir()] == ["phones"]
    assert (place / "phones" / "alice" / "keystore.json").exists()


def test_a_demo_goes_with_its_phones(stranger: Operator, tmp_path: Path) -> None:
    """What a demo made is deleted with it."""
    place = tmp_path / "demo"
    settings = Settings(data_dir=place)
    create_portal(settings, profile=CLASSIC, policy=Policy(), suite=CLASSIC6, is_demo=True).close()
    add_phone(place)

    stranger.succeeds("wipe", "--data", str(place), "--yes")

    assert not place.exists()


def test_an_unfinished_portal_is_deleted(stranger: Operator, tmp_path: Path) -> None:
    """What a killed init left can be wiped as well."""
    settings = Settings(data_dir=tmp_path / "portal")
    (tmp_path / "portal").mkdir()
    note_path(settings).write_text("0" * 32)

    stranger.succeeds("wipe", "--data", str(tmp_path / "portal"), "--yes")

    assert not (tmp_path / "portal").exists()


def test_nobody_comes_between_question_and_answer(stranger: Operator, place: Path) -> None:
    """The lock is held while somebody thinks: nobody can open the store that is about to go."""
    with stranger.typing("wipe", "--data", str(place)) as terminal:
        terminal.sees("for good?")
        descriptor = os.open(place, os.O_RDONLY | os.O_DIRECTORY)
        try:
            with pytest.raises(BlockingIOError):
                fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        finally:
            os.close(descriptor)
        terminal.types("y")
        assert terminal.ends() == 0
    assert not place.exists()


def test_other_files_stay(stranger: Operator, place: Path) -> None:
    """What is not ours is not touched, and then the directory stays."""
    (place / "notes.txt").write_text("mine")

    stranger.succeeds("wipe", "--data", str(place), "--yes")

    assert [file.name for file in place.iterdir()] == ["notes.txt"]


def test_nothing_is_deleted_without_a_yes(stranger: Operator, place: Path) -> None:
    """A no at a terminal leaves everything; a yes does not."""
    before = sorted(place.iterdir())

    with stranger.typing("wipe", "--data", str(place)) as terminal:
        terminal.sees("for good?")
        terminal.types("n")
        assert terminal.ends() == 77
        assert "nothing was changed" in terminal.screen
    assert sorted(place.iterdir()) == before

    with stranger.typing("wipe", "--data", str(place)) as terminal:
        terminal.sees("for good?")
        terminal.types("y")
        assert terminal.ends() == 0
    assert not place.exists()


def test_a_script_says_yes_beforehand(stranger: Operator, place: Path) -> None:
    """Where nobody can be asked, a portal is deleted only with --yes."""
    before = sorted(place.iterdir())

    assert "--yes" in stranger.fails(64, "wipe", "--data", str(place), given="y\n")

    assert sorted(place.iterdir()) == before


def test_what_is_no_portal_is_refused(stranger: Operator, place: Path, tmp_path: Path) -> None:
    """A directory without a portal, a missing one and a link to one are left alone."""
    other, link = tmp_path / "other", tmp_path / "link"
    other.mkdir()
    (other / "portal.key").write_text("somebody's")
    link.symlink_to(place)

    for wrong in (other, tmp_path / "none", link):
        assert "Nothing was touched" in stranger.fails(64, "wipe", "--data", str(wrong), "--yes")

    assert (other / "portal.key").exists()
    assert (place / "portal.key").exists()


def test_a_portal_that_serves_is_not_deleted(stranger: Operator, place: Path) -> None:
    """While a portal serves from a directory, it is refused."""
    with stranger.serving("--data", str(place), "--port", "0") as child:
        assert child.stdout is not None
        child.stdout.readline()
        assert "Stop it first" in stranger.fails(64, "wipe", "--data", str(place), "--yes")

    assert (place / "portal.key").exists()
