"""A portal whose making was killed, at every step."""

import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from authsim.adapters.sql import create_schema, open_sqlite
from authsim.adapters.system import SystemEntropy
from authsim.adapters.vault import FileVault
from authsim.errors import StoreConflictError, StoreError
from authsim.policy import CLASSIC, Policy
from authsim.protocol.suite import CLASSIC6
from web.settings import Settings
from web.unfinished import is_unfinished, note_path, noted
from web.wiring import Portal, create_portal, open_portal

NOTED = "0123456789abcdef" * 2


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A directory for a portal."""
    (tmp_path / "data").mkdir(mode=0o700)
    return Settings(data_dir=tmp_path / "data")


def make(settings: Settings) -> Portal:
    """Make a portal, as init does."""
    return create_portal(settings, profile=CLASSIC, policy=Policy(), suite=CLASSIC6)


def note(settings: Settings) -> None:
    """What is there first."""
    note_path(settings).write_text(NOTED)


def note_only_begun(settings: Settings) -> None:
    """Killed before the note had its content."""
    note_path(settings).write_text("")


def database_file(settings: Settings) -> None:
    """An empty file, in which there will be tables."""
    note(settings)
    (settings.key_path.parent / "portal.sqlite3").touch(mode=0o600)


def tables(settings: Settings) -> None:
    """A store without a portal."""
    note(settings)
    create_schema(open_sqlite(settings.key_path.parent / "portal.sqlite3")).close()


def half_a_key(settings: Settings) -> None:
    """A key that was cut short."""
    tables(settings)
    settings.key_path.touch(mode=0o600)
    settings.key_path.write_text('{"format":"authsim-por')


def key(settings: Settings) -> None:
    """A key, and no portal in the store."""
    tables(settings)
    FileVault.create(settings.key_path, SystemEntropy())


@pytest.mark.parametrize("step", [note_only_begun, note, database_file, tables, half_a_key, key])
def test_it_is_completed(settings: Settings, step: Callable[[Settings], None]) -> None:
    """Wherever the making was killed, the next one completes it, and the portal can be opened."""
    step(settings)
    assert is_unfinished(settings)

    make(settings).close()

    assert not is_unfinished(settings)
    open_portal(settings).close()


def test_a_key_that_was_made_is_kept(settings: Settings) -> None:
    """No key is drawn anew that could be used."""
    key(settings)
    before = settings.key_path.read_bytes()

    make(settings).close()

    assert settings.key_path.read_bytes() == before


def test_a_portal_that_was_complete_stays_as_it_is(settings: Settings) -> None:
    """Killed at the very end, only the note goes: identity and keys are those that were made."""
    made = make(settings)
    made.close()
    note_path(settings).write_text(made.verifier.instance.instance_id)
    before = settings.key_path.read_bytes()

    finished = create_portal(settings, profile=CLASSIC, policy=Policy(challenge_seconds=9), suite=CLASSIC6)
    finished.close()

    assert finished.verifier.instance == made.verifier.instance
    assert finished.verifier.policy == Policy()
    assert settings.key_path.read_bytes() == before
    assert not is_unfinished(settings)


def test_a_portal_of_another_name_is_not_taken_over(settings: Settings) -> None:
    """A note that speaks of another identity than the store's completes nothing and removes nothing."""
    make(settings).close()
    note(settings)
    before = settings.key_path.read_bytes()

    with pytest.raises(StoreConflictError):
        make(settings)

    assert settings.key_path.read_bytes() == before
    note_path(settings).unlink()
    open_portal(settings).close()


def test_without_a_note_a_key_is_never_touched(settings: Settings) -> None:
    """A lone key may belong to a store that was moved away."""
    FileVault.create(settings.key_path, SystemEntropy())
    before = settings.key_path.read_bytes()

    with pytest.raises(StoreConflictError):
        make(settings)

    assert settings.key_path.read_bytes() == before
    assert [file.name for file in settings.key_path.parent.iterdir()] == ["portal.key"]


def test_two_do_not_make_one_portal(settings: Settings) -> None:
    """While one is at it, another is told so, and changes nothing."""
    with noted(settings, fresh_id=NOTED):
        with pytest.raises(StoreError, match="somebody else"):
            make(settings)
        assert [file.name for file in settings.key_path.parent.iterdir()] == ["portal.key.unfinished"]


def make_and_fail(settings: Settings) -> None:
    """Get as far as two files."""
    FileVault.create(settings.key_path, SystemEntropy())
    settings.key_path.with_name("portal.sqlite3").touch()
    raise StoreConflictError


def test_an_error_removes_what_was_begun(settings: Settings) -> None:
    """Who fails in peace leaves nothing; who is interrupted leaves the note."""
    (settings.key_path.parent / "notes.txt").write_text("mine")
    with pytest.raises(StoreConflictError), noted(settings, fresh_id=NOTED):
        make_and_fail(settings)
    assert [file.name for file in settings.key_path.parent.iterdir()] == ["notes.txt"]

    with pytest.raises(KeyboardInterrupt), noted(settings, fresh_id=NOTED):
        signal.raise_signal(signal.SIGINT)
    assert note_path(settings).read_text() == NOTED
