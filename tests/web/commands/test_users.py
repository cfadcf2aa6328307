import json
import re
from pathlib import Path

import pytest

from tests.web.commands.conftest import Operator

PASSWORD = re.compile(r"[a-z]{5}(-[a-z]{5}){4}\n")


def show(operator: Operator, data: str, name: str) -> dict[str, object]:
    """What the operator sees of a user."""
    shown: dict[str, object] = json.loads(operator.succeeds("users", "show", name, "--json", "--data", data))
    return shown


def test_a_generated_password_stands_alone_on_stdout(operator: Operator, data: str) -> None:
    """A pipe gets the password and nothing else; what it is stands on stderr; two users get two passwords."""
    first = operator.does("users", "add", "gina", "--data", data)
    second = operator.does("users", "add", "gitta", "--data", data)

    assert PASSWORD.fullmatch(first.stdout)
    assert PASSWORD.fullmatch(second.stdout)
    assert first.stdout != second.stdout
    assert "gina is added" in first.stderr
    assert first.stdout.strip() not in first.stderr


def test_a_password_file_is_taken_without_its_newline(operator: Operator, data: str, tmp_path: Path) -> None:
    """With a file nothing is printed on stdout, and all that was chosen is kept."""
    (tmp_path / "password").write_text("correct horse\n")

    said = operator.succeeds(
        *("users", "add", "hana", "--password-file", str(tmp_path / "password"), "--phone", "+1 (202) 555-0142"),
        *("--role", "primary", "--locale", "ja", "--paper", "--data", data),
    )

    facts = show(operator, data, "hana")
    assert said == ""
    assert (facts["role"], facts["account"], facts["locale"], facts["mode"]) == ("primary", "hana", "ja", "paper")
    assert facts["phone"] == "+12025550142"
    assert facts["state"] == "new"


def test_a_secondary_user_belongs_to_an_account(operator: Operator, data: str) -> None:
    """Without --account it is the first primary's; an unknown account is refused."""
    operator.succeeds("users", "add", "ivan", "--data", data)
    operator.succeeds("users", "add", "jana", "--role", "secondary", "--account", "ivan", "--data", data)

    assert show(operator, data, "jana")["account"] == "ivan"
    assert "--account" in operator.fails(
        77, "users", "add", "kurt", "--role", "secondary", "--account", "nobody", "--data", data
    )


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("add", "Xaver"), "a-z"),
        (("add", "ab"), "3 to 32"),
        (("add", "lena", "--phone", "+1 212 555 1234"), "fictional"),
        (("add", "lena", "--locale", "fr"), "--help"),
        (("add", "lena", "--role", "admin"), "--help"),
        (("add",), "NAME"),
        (("frob",), "--help"),
    ],
)
def test_a_wrong_wish_is_one_sentence(operator: Operator, data: str, arguments: tuple[str, ...], word: str) -> None:
    """What cannot be is refused with the rule: status 64."""
    assert word in operator.fails(64, "users", "--data", data, *arguments)


@pytest.mark.parametrize(
    ("content", "status", "word"),
    [
        (b"short\n", 64, "8 to 128"),
        (b"two\nlines\n", 65, "line"),
        (b"\xff\xfe12345678", 65, "UTF-8"),
        (None, 74, "read"),
    ],
)
def test_an_unsuitable_password_file(
    operator: Operator, data: str, tmp_path: Path, content: bytes | None, status: int, word: str
) -> None:
    """A file that holds no password is refused by its name, and its content is not repeated."""
    file = tmp_path / "password"
    if content is not None:
        file.write_bytes(content)

    said = operator.fails(status, "users", "add", "lena", "--password-file", str(file), "--data", data)

    assert word in said
    assert "short" not in said
    assert "two" not in said


def test_a_taken_and_an_unknown_name_are_refused(operator: Operator, data: str) -> None:
    """Both are refusals, status 77, and say what to do."""
    operator.succeeds("users", "add", "mona", "--data", data)

    assert "taken" in operator.fails(77, "users", "add", "mona", "--data", data)
    for command in ("show", "unlock", "lock", "revoke", "set-password", "activation"):
        assert "authsim users list" in operator.fails(77, "users", command, "nobody", "--data", data), command
    assert "authsim users list" in operator.fails(77, "users", "remove", "nobody", "--yes", "--data", data)


def test_the_place_is_named_before_or_after(operator: Operator, data: str, tmp_path: Path) -> None:
    """--data may stand on either side of the command; two different places are refused."""
    operator.succeeds("users", "--data", data, "add", "nora")

    assert "nora" in operator.succeeds("users", "--data", data, "list")
    assert "nora" in operator.succeeds("users", "list", "--data", data)
    assert "nora" in operator.succeeds("users", "--data", data, "list", "--data", data)
    assert "twice" in operator.fails(64, "users", "--data", data, "list", "--data", str(tmp_path))
    assert "--data" in operator.fails(64, "users", "list")
    assert "authsim init" in operator.fails(64, "users", "list", "--data", str(tmp_path))


def test_lists_are_aligned_or_json(operator: Operator, data: str) -> None:
    """A person reads a table whose columns begin under their names; a program reads the same as JSON."""
    operator.succeeds("users", "add", "a-very-long-name-of-a-trainee", "--data", data)
    table = operator.succeeds("users", "list", "--data", data).splitlines()
    listed = json.loads(operator.succeeds("users", "list", "--json", "--data", data))

    column = table[0].index("role")
    assert all(line[column - 2 : column] == "  " for line in table)
    assert [line.split()[0] for line in table[1:]] == sorted(user["name"] for user in listed)
    assert all(user["state"] in ("new", "locked") for user in listed)


def test_a_lock_is_shown_and_lifted(operator: Operator, data: str) -> None:
    """lock and unlock change the state, and the record tells both."""
    operator.succeeds("users", "add", "olaf", "--data", data)
    operator.succeeds("users", "lock", "olaf", "--data", data)
    locked = show(operator, data, "olaf")
    table = operator.succeeds("users", "show", "olaf", "--data", data)
    operator.succeeds("users", "unlock", "olaf", "--data", data)
    unlocked = show(operator, data, "olaf")

    assert locked["state"] == "locked"
    assert re.search(r"locked for (1 d|23 h 5\d min)", table), table
    assert unlocked["state"] == "new"
    events = unlocked["events"]
    assert isinstance(events, list)
    assert [event["kind"] for event in events] == ["user:unlocked", "user:locked", "user:added"]


def test_a_password_is_replaced(operator: Operator, data: str, tmp_path: Path) -> None:
    """Without a file a new one is printed alone; with one nothing is."""
    operator.succeeds("users", "add", "paul", "--data", data)
    (tmp_path / "password").write_text("another horse")

    assert PASSWORD.fullmatch(operator.succeeds("users", "set-password", "paul", "--data", data))
    assert (
        operator.succeeds(
            "users", "set-password", "paul", "--password-file", str(tmp_path / "password"), "--data", data
        )
        == ""
    )


def test_removing_asks_first_at_a_terminal(operator: Operator, data: str) -> None:
    """Somebody at a terminal is asked, and a no leaves everything as it is."""
    operator.succeeds("users", "add", "quentin", "--data", data)

    for answer, status in (("n", 77), ("y", 0)):
        assert "quentin" in operator.succeeds("users", "list", "--data", data)
        with operator.typing("users", "remove", "quentin", "--data", data) as terminal:
            terminal.sees("Remove quentin and everything that is theirs?")
            terminal.types(answer)
            assert terminal.ends() == status

    assert "quentin" not in operator.succeeds("users", "list", "--data", data)


def test_a_script_that_removes_is_not_asked(operator: Operator, data: str) -> None:
    """Where nobody sits, the command itself is the yes."""
    operator.succeeds("users", "add", "quentin", "--data", data)

    assert operator.succeeds("users", "remove", "quentin", "--data", data, given="") == ""

    assert "quentin" not in operator.succeeds("users", "list", "--data", data)


def test_no_code_names_a_public_portal(operator: Operator, data: str) -> None:
    """An activation code names loopback, a private address or a private name, and no other."""
    operator.succeeds("users", "add", "tessa", "--data", data)

    for origin in ("https://example.com", "http://93.184.216.34", "http://ibkr.local", "ftp://localhost"):
        operator.fails(64, "users", "activation", "tessa", "--origin", origin, "--data", data)


def test_an_activation_needs_to_know_the_address(operator: Operator, data: str) -> None:
    """A portal that was never served asks for --origin; then the URI stands alone on stdout, and is new each time."""
    operator.succeeds("users", "add", "rosa", "--data", data)

    assert "--origin" in operator.fails(64, "users", "activation", "rosa", "--data", data)
    assert "scheme" in operator.fails(64, "users", "activation", "rosa", "--origin", "portal", "--data", data)
    first, second = (
        operator.succeeds("users", "activation", "rosa", "--origin", "http://127.0.0.1:8765", "--data", data)
        for _ in range(2)
    )
    assert first.startswith("authsim://activate/1?i=")
    assert first.count("\n") == 1
    assert first != second


def test_there_is_nothing_to_revoke_without_a_phone(operator: Operator, data: str) -> None:
    """Revoking the phone of somebody who has none is refused."""
    operator.succeeds("users", "add", "sven", "--data", data)

    assert "no phone in use" in operator.fails(77, "users", "revoke", "sven", "--data", data)


def test_help_begins_with_examples(stranger: Operator) -> None:
    """Every command's help shows examples first, and none of them imports the store for it."""
    for command in ((), ("init",), ("serve",), ("wipe",), ("users",), ("users", "add"), ("users", "load")):
        text = stranger.succeeds(*command, "--help")
        assert text.startswith("Examples:\n  "), command
        assert "\nUsage: authsim" in text, command


def test_groups_without_a_command_show_their_help(stranger: Operator) -> None:
    """A group alone ends with status 64, and its help stands on stderr."""
    for group in ((), ("users",)):
        done = stranger.does(*group)
        assert done.returncode == 64
        assert done.stdout == ""
        assert done.stderr.startswith("Examples:")


def test_a_command_that_is_none_points_to_the_help(stranger: Operator) -> None:
    """A mistyped command is refused with where to look."""
    assert "'authsim --help'" in stranger.fails(64, "frob")
