"""What a terminal may be given to show."""

import pytest

from mobile_cli.console import visible
from tests.support.authkey import Authkey
from tests.support.phones import make_account, make_phone


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("alice", "alice"),
        ("日本 é", "日本 é"),
        ("\x1b]0;owned\x07", "·]0;owned·"),
        ("a\x1b[2Jb", "a·[2Jb"),
        ("a\x9b31mb", "a·31mb"),
        ("left\u202ethgir", "left·thgir"),
        ("a\u2066b\u2069c", "a·b·c"),
        ("zero\u200bwidth\ufeff", "zero·width·"),
        ("line\nfeed\rreturn", "line·feed·return"),
        ("\udcff", "·"),
        ("x" * 300, "x" * 254 + "…"),
    ],
)
def test_text_from_elsewhere_cannot_steer_a_terminal(text: str, shown: str) -> None:
    """Control, bidirectional and invisible characters become a dot; what is too long is cut."""
    assert visible(text) == shown


def test_a_hostile_name_is_shown_harmless(authkey: Authkey) -> None:
    """Whatever stands in an argument, no escape character reaches the terminal."""
    authkey.holds(make_phone(make_account()))
    done = authkey.with_pin("respond", "123456", "--user", "\x1b]0;owned\x07\u202e", check=77)

    assert done.stderr == "authkey: ·]0;owned·· is not on this phone. authkey users lists who is.\n"


@pytest.mark.parametrize(("setting", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)])
def test_colour_is_an_accent_that_can_be_switched_off(
    authkey: Authkey, setting: dict[str, str], *, coloured: bool
) -> None:
    """The code is the same with and without it."""
    authkey.holds(make_phone(make_account()))
    response = authkey.responds("123456")
    with authkey.at_terminal("respond", "123456", "--pin-file", str(authkey.pin), **setting) as child:
        seen = child.read()

    assert ("\x1b[" in seen) is coloured
    assert response in seen


def test_an_empty_no_color_means_nothing(authkey: Authkey) -> None:
    """The variable counts when it is not empty."""
    authkey.holds(make_phone(make_account()))
    with authkey.at_terminal("respond", "123456", "--pin-file", str(authkey.pin), NO_COLOR="") as child:
        assert "\x1b[" in child.read()
