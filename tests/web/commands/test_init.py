import stat
from pathlib import Path

import pytest

from authsim.adapters.system import SystemEntropy
from authsim.adapters.vault import FileVault
from tests.support.postgres import PostgresServer
from tests.web.commands.conftest import Operator
from web.settings import Settings
from web.unfinished import note_path


def test_a_portal_is_made_private(stranger: Operator, tmp_path: Path) -> None:
    """The directory and every file in it are their owner's alone, and the next two commands are named."""
    data = tmp_path / "portal"

    said = stranger.succeeds("init", "--data", str(data))

    assert stat.S_IMODE(data.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in data.iterdir()} == {0o600}
    assert {file.name for file in data.iterdir()} == {"portal.key", "portal.sqlite3"}
    assert f"authsim users add alice --data {data}" in said
    assert f"authsim serve --data {data}" in said


def test_a_hardened_portal_keeps_its_profile_and_its_suite(stranger: Operator, tmp_path: Path) -> None:
    """The profile is chosen here and kept: fifteen characters are the least of a password from now on."""
    data, password = str(tmp_path / "portal"), tmp_path / "password"
    password.write_text("fourteen-chars\n")

    stranger.succeeds("init", "--data", data, "--profile", "hardened", "--set", "challenge_seconds=60")

    said = stranger.fails(64, "users", "add", "alice", "--password-file", str(password), "--data", data)
    assert "15 to 128" in said


@pytest.mark.parametrize(
    ("options", "word"),
    [
        (("--profile", "soft"), "--profile classic"),
        (("--set", "nonsense=1"), "challenge_seconds"),
        (("--set", "challenge_seconds=0"), "from 1 to 3600"),
        (("--set", "challenge_seconds"), "NAME=VALUE"),
        (("--set", "challenge_seconds=٣"), "whole number"),
        (("--frob",), "--help"),
    ],
)
def test_a_wrong_option_is_one_sentence(
    stranger: Operator, tmp_path: Path, options: tuple[str, ...], word: str
) -> None:
    """What is not understood is refused with what would be, and nothing is made."""
    assert word in stranger.fails(64, "init", "--data", str(tmp_path / "portal"), *options)
    assert not (tmp_path / "portal").exists()


def test_a_policy_is_kept_with_the_store(stranger: Operator, tmp_path: Path) -> None:
    """A number that was set at the beginning is in force later: nine characters are too few when ten are asked for."""
    data, password = str(tmp_path / "portal"), tmp_path / "password"
    password.write_text("123456789\n")

    stranger.succeeds("init", "--data", data, "--set", "password_least_characters=10")

    assert "10 to 128" in stranger.fails(64, "users", "add", "alice", "--password-file", str(password), "--data", data)


def test_a_second_portal_in_one_place_is_refused(operator: Operator, data: str) -> None:
    """What exists is never overwritten."""
    before = Path(data, "portal.key").read_bytes()

    assert "holds a portal already" in operator.fails(64, "init", "--data", data)
    assert Path(data, "portal.key").read_bytes() == before


def test_a_place_that_cannot_be_written_is_an_error_of_input_and_output(stranger: Operator, tmp_path: Path) -> None:
    """A directory below a file cannot be made: status 74, with the path."""
    (tmp_path / "file").write_text("")

    assert str(tmp_path / "file") in stranger.fails(74, "init", "--data", str(tmp_path / "file" / "portal"))


def test_no_place_at_all_is_a_matter_of_usage(stranger: Operator) -> None:
    """Without a place the command says which option names one."""
    assert "--data" in stranger.fails(64, "init")


@pytest.mark.parametrize(
    ("url", "word"),
    [
        ("postgresql://me:secret@localhost/x", "password"),
        ("postgresql://localhost/x?password=secret", "password"),
        ("sqlite:///x.db", "postgresql://"),
        ("mysql://localhost/x", "postgresql://"),
        ("postgresql://[localhost/x", "postgresql://"),
    ],
)
def test_a_database_url_is_examined(stranger: Operator, tmp_path: Path, url: str, word: str) -> None:
    """A password in a URL, or another kind of database, is refused without repeating it; no key file is left."""
    said = stranger.fails(64, "init", "--database-url", url, "--key-file", str(tmp_path / "portal.key"))

    assert word in said
    assert "secret" not in said
    assert not (tmp_path / "portal.key").exists()


def test_a_database_needs_a_key_file_and_no_directory(stranger: Operator, tmp_path: Path) -> None:
    """The keys never lie in the database, and one store is named, not two."""
    assert "--key-file" in stranger.fails(64, "init", "--database-url", "postgresql://localhost/x")
    stranger.fails(
        64, "init", "--database-url", "postgresql://localhost/x", "--key-file", "k", "--data", str(tmp_path / "portal")
    )


def test_a_database_that_is_not_there_leaves_no_key(stranger: Operator, tmp_path: Path) -> None:
    """A failed attempt leaves no half of a portal behind."""
    key = tmp_path / "portal.key"

    stranger.fails(74, "init", "--database-url", "postgresql://me@127.0.0.1:1/x", "--key-file", str(key))

    assert not key.exists()


def test_a_portal_in_postgresql(stranger: Operator, tmp_path: Path, postgres_server: PostgresServer) -> None:
    """init makes the key file private and the tables; users work; a second init in that database is refused."""
    key, other = tmp_path / "portal.key", tmp_path / "other.key"
    with postgres_server.empty_database() as url:
        address = url.replace("postgresql+psycopg://", "postgresql://")
        stranger.succeeds("init", "--database-url", address, "--key-file", str(key))
        stranger.succeeds("users", "add", "alice", "--database-url", address, "--key-file", str(key))

        assert "alice" in stranger.succeeds("users", "--database-url", address, "--key-file", str(key), "list")
        assert "already" in stranger.fails(64, "init", "--database-url", address, "--key-file", str(other))
        assert not other.exists()

    assert stat.S_IMODE(key.stat().st_mode) == 0o600


def test_a_killed_init_is_completed_by_the_next(stranger: Operator, tmp_path: Path) -> None:
    """Until then every command names the one that completes it; it says what it did, and the portal works."""
    data = tmp_path / "portal"
    data.mkdir(mode=0o700)
    FileVault.create(data / "portal.key", SystemEntropy())
    note_path(Settings(data_dir=data)).write_text("0123456789abcdef" * 2)

    for command in (("serve", "--port", "0"), ("users", "list")):
        assert f"authsim init --data {data}" in stranger.fails(64, *command, "--data", str(data))
    done = stranger.does("init", "--data", str(data))

    assert done.returncode == 0
    assert "complete now" in done.stderr
    stranger.succeeds("users", "add", "alice", "--data", str(data))


def test_a_key_without_its_store_is_left_alone(stranger: Operator, tmp_path: Path) -> None:
    """The sentence says what may have happened and what to do in either case."""
    data = tmp_path / "portal"
    data.mkdir(mode=0o700)
    FileVault.create(data / "portal.key", SystemEntropy())
    before = (data / "portal.key").read_bytes()

    said = stranger.fails(64, "init", "--data", str(data))

    assert "without its store" in said
    assert "remove the key" in said
    assert (data / "portal.key").read_bytes() == before
