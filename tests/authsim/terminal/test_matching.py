"""A translation is found for a sentence whose blanks are filled already."""

from authsim.terminal.matching import Sentences

TABLE = {
    "permission denied": "権限がありません",
    "the file {path} cannot be read: {why}": "{path} を読めません: {why}",
    "{name} is locked. 'unlock {name}' lifts it": "{name} をロックしました。'unlock {name}' で解除できます。",
    "{path} cannot be read: {why}": "{path} は読めない: {why}",
    "name": "名前",
}
SENTENCES = Sentences(TABLE)


def test_a_plain_sentence_is_looked_up() -> None:
    """However it is broken into lines."""
    assert SENTENCES.translate("permission\n  denied") == "権限がありません"


def test_what_is_not_known_stays() -> None:
    """As it is."""
    assert SENTENCES.translate("something  else") == "something  else"
    assert SENTENCES.translate("") == ""


def test_the_longer_pattern_is_meant() -> None:
    """Of two that fit; what fills a blank is translated as well."""
    assert SENTENCES.translate("the file a b cannot be read: permission denied") == "a b を読めません: 権限がありません"
    assert SENTENCES.translate("x cannot be read: y") == "x は読めない: y"


def test_a_name_is_no_sentence() -> None:
    """A user called like a label keeps the name, and the same blank is the same twice."""
    assert SENTENCES.translate("name is locked. 'unlock name' lifts it") == (
        "name をロックしました。'unlock name' で解除できます。"
    )
    assert SENTENCES.translate("a is locked. 'unlock b' lifts it") == "a is locked. 'unlock b' lifts it"


def test_braces_in_what_fills_a_blank_are_only_text() -> None:
    """Nothing of it is a blank again."""
    assert SENTENCES.translate("{why} cannot be read: {0}") == "{why} は読めない: {0}"
