"""In which language a command speaks, and that `--lang` reaches its children."""

import pytest

from authsim.terminal.choosing import take_language
from authsim.terminal.language import choose_language
from authsim.terminal.outcome import USAGE, CommandError


@pytest.mark.parametrize(
    ("environ", "language"),
    [
        ({}, "en"),
        ({"LANG": "ja_JP.UTF-8"}, "ja"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "ja_JP.UTF-8", "LC_MESSAGES": "C"}, "en"),
        ({"LC_ALL": "ja", "LC_MESSAGES": "C"}, "ja"),
        ({"AUTHSIM_LANG": "en", "LC_ALL": "ja"}, "en"),
        ({"AUTHSIM_LANG": "", "LANG": "ja"}, "ja"),
    ],
)
def test_the_nearest_word_holds(environ: dict[str, str], language: str) -> None:
    """The variable of our own, then the locale, then English."""
    assert choose_language(environ) == language


@pytest.mark.parametrize("arguments", [["--lang", "ja", "demo"], ["demo", "--lang", "ja"], ["demo", "--lang=ja"]])
def test_the_option_stands_anywhere(arguments: list[str]) -> None:
    """It is taken out of the line, and children find it in the environment."""
    environ = {"AUTHSIM_LANG": "en"}

    assert take_language(arguments, environ) == ["demo"]
    assert environ == {"AUTHSIM_LANG": "ja"}


def test_what_follows_two_hyphens_is_left_alone() -> None:
    """Nothing is an option there."""
    environ: dict[str, str] = {}

    assert take_language(["har", "--", "--lang", "ja"], environ) == ["har", "--", "--lang", "ja"]
    assert environ == {}


@pytest.mark.parametrize("arguments", [["--lang"], ["--lang", "fr"], ["--lang="]])
def test_another_language_is_a_usage_error(arguments: list[str]) -> None:
    """The two that there are are named."""
    with pytest.raises(CommandError) as refused:
        take_language(arguments, {})

    assert refused.value.status == USAGE
    assert "--lang en, --lang ja" in str(refused.value)
