import json
from pathlib import Path
from typing import Any

import pytest

from tests.web.commands.conftest import Operator


def load(operator: Operator, data: str, users: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Load a list from stdin and return the result."""
    made: list[dict[str, Any]] = json.loads(
        operator.succeeds("users", "load", "-", "--data", data, given=json.dumps(users))
    )
    return made


def test_a_class_is_loaded_in_its_order(operator: Operator, data: str) -> None:
    """Each entry becomes a user; generated passwords are in the result, given ones are not."""
    made = load(
        operator,
        data,
        [
            {"name": "anton", "phone": "+44 7700 900123", "locale": "ja"},
            {"name": "berta", "role": "secondary", "account": "anton", "password": "a good password", "paper": True},
            {"name": "caesar", "locked": True, "region": "JP"},
            {"name": "dorle", "role": "help_desk", "phone": "+44 7700 900124", "texts": True, "authenticator": True},
            {"name": "ernst", "opted_out": True},
        ],
    )
    listed = {user["name"]: user for user in json.loads(operator.succeeds("users", "list", "--json", "--data", data))}

    assert [one["name"] for one in made] == ["anton", "berta", "caesar", "dorle", "ernst"]
    assert len(made[0]["password"]) == 29
    assert "password" not in made[1]
    assert (listed["anton"]["phone"], listed["anton"]["locale"]) == ("+447700900123", "ja")
    assert (listed["berta"]["account"], listed["berta"]["mode"]) == ("anton", "paper")
    assert (listed["caesar"]["state"], listed["caesar"]["region"]) == ("locked", "JP")
    assert (listed["dorle"]["role"], listed["dorle"]["account"]) == ("help_desk", "dorle")
    assert listed["dorle"]["phone_verified"]
    assert made[3]["authenticator"].startswith("otpauth://totp/AuthSim:dorle?")
    assert listed["ernst"]["secure_login"] == "opted_out"


def test_a_file_is_loaded_as_stdin_is(operator: Operator, data: str, tmp_path: Path) -> None:
    """The list may lie in a file; one that is not there is an error of input and output."""
    (tmp_path / "class.json").write_text('[{"name": "dora"}]')

    assert json.loads(operator.succeeds("users", "load", str(tmp_path / "class.json"), "--data", data))
    operator.fails(74, "users", "load", str(tmp_path / "none.json"), "--data", data)


def test_an_activation_needs_an_address(operator: Operator, data: str) -> None:
    """Asking for activation URIs of a portal that was never served is refused with the remedy."""
    done = operator.does("users", "load", "-", "--data", data, given='[{"name": "emil", "activation": true}]')

    assert done.returncode == 64
    assert "--origin" in done.stderr
    assert "emil" not in operator.succeeds("users", "list", "--data", data)


@pytest.mark.parametrize(
    ("content", "word"),
    [
        ("", "JSON"),
        ("{}", "list"),
        ('{"name": "x"}', "list"),
        ("[1]", "entry 1"),
        ("[{}]", "entry 1"),
        ('[{"name": "frida"}, {"name": "x", "colour": 1}]', "entry 2"),
        ('[{"name": 7}]', "text"),
        ('[{"name": "frida", "locked": 1}]', "true or false"),
        ('[{"name": "frida", "role": "boss"}]', "primary, secondary or help_desk"),
        ('[{"name": "frida", "name": "gerd"}]', "twice"),
        ("[" * 100_000, "JSON"),
    ],
)
def test_a_list_that_is_none_changes_nothing(operator: Operator, data: str, content: str, word: str) -> None:
    """What is malformed is refused as a whole, by entry and rule, before anybody is added: status 65."""
    before = operator.succeeds("users", "list", "--data", data)

    assert word in operator.fails(65, "users", "load", "-", "--data", data, given=content)
    assert operator.succeeds("users", "list", "--data", data) == before


@pytest.mark.parametrize(
    ("second", "status", "word"),
    [
        ({"name": "hugo"}, 77, "taken"),
        ({"name": "Hugo"}, 65, "a-z"),
        ({"name": "ida", "phone": "+49 30 123456"}, 65, "fictional"),
        ({"name": "ida", "password": "short"}, 65, "8 to 128"),
    ],
)
def test_what_was_added_before_an_error_is_told(
    stranger: Operator, tmp_path: Path, second: dict[str, str], status: int, word: str
) -> None:
    """The users before a wrong entry stay, their passwords are printed, and the sentence says so."""
    data = str(tmp_path / "portal")
    stranger.succeeds("init", "--data", data)

    done = stranger.does("users", "load", "-", "--data", data, given=json.dumps([{"name": "hugo"}, second]))

    assert done.returncode == status
    assert [one["name"] for one in json.loads(done.stdout)] == ["hugo"]
    assert word in done.stderr
    assert "1 user before it is added" in done.stderr
