"""The words of the full-screen phone, in both languages and on both platforms."""

import ast
import string
from pathlib import Path

import pytest

from authsim.authenticator.device import Platform
from mobile_cli.phone.words import find_word, words_of
from tests.support.tree import ROOT

ENGLISH, JAPANESE = words_of("en"), words_of("ja")


def blanks(text: str) -> set[str]:
    """Return the names of the blanks in a sentence."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_both_languages_say_the_same_things() -> None:
    """The same keys in the same order, with the same blanks."""
    assert list(ENGLISH) == list(JAPANESE)
    assert {key: blanks(text) for key, text in ENGLISH.items()} == {key: blanks(JAPANESE[key]) for key in ENGLISH}


@pytest.mark.parametrize("key", ENGLISH)
def test_words_keep_the_house_style(key: str) -> None:
    """No exclamation mark, no half-width katakana, nothing empty."""
    for text in (ENGLISH[key], JAPANESE[key]):
        assert text.strip()
        assert "!" not in text
        assert not any("\uff61" <= character <= "\uff9f" for character in text)


def test_every_word_is_used() -> None:
    """A key that no module names is a word that nobody reads; those that are put together begin with a known part."""
    named = {
        node.value
        for path in (ROOT / "mobile_cli" / "phone").rglob("*.py")
        if path.parent.name != "words"
        for node in ast.walk(ast.parse(Path(path).read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    built = ("set_", "value_", "signal_", "element_look_", "element_match_", "effect_")
    unused = [
        key
        for key in ENGLISH
        if not {key, key.removesuffix("_ios").removesuffix("_android")} & (named | {"on", "off"})
        and not key.startswith(built)
    ]
    assert unused == []


@pytest.mark.parametrize("platform", Platform)
def test_the_platform_has_the_last_word(platform: Platform) -> None:
    """Where the platforms differ, each has its own word; elsewhere both say the same."""
    assert find_word(ENGLISH, "send", platform) == {"ios": "Send", "android": "Log In"}[platform.value]
    assert find_word(ENGLISH, "done", platform) == "Done"
