"""Words in both languages."""

import ast
import string
from pathlib import Path

import pytest

from mobile_cli.labels import SUBJECTS, choose_language, labels_of, say
from tests.support.tree import ROOT

ENGLISH = {key: text for subject in SUBJECTS for key, text in labels_of("en", subject).items()}
JAPANESE = {key: text for subject in SUBJECTS for key, text in labels_of("ja", subject).items()}


def blanks(text: str) -> set[str]:
    """Return the names of the blanks in a sentence."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_both_languages_say_the_same_things() -> None:
    """The same keys in the same order, none of them twice, in as many files."""
    assert list(ENGLISH) == list(JAPANESE)
    assert len(ENGLISH) == sum(len(labels_of("en", subject)) for subject in SUBJECTS)
    files = [path.stem for path in (ROOT / "mobile_cli" / "labels").glob("??*.py") if "_help" not in path.stem]
    files = [name for name in files if not name.startswith("__")]
    assert sorted(files) == sorted(f"{language}{subject}" for language in ("en", "ja") for subject in SUBJECTS)


def test_what_no_file_says_cannot_be_said() -> None:
    """A key that was misspelled is a bug, not an empty sentence."""
    with pytest.raises(KeyError):
        say("en", "no such sentence")


@pytest.mark.parametrize("key", ENGLISH)
def test_both_languages_fill_the_same_blanks(key: str) -> None:
    """No fact is lost in one of them."""
    assert blanks(ENGLISH[key]) == blanks(JAPANESE[key])


@pytest.mark.parametrize("key", ENGLISH)
def test_sentences_keep_the_house_style(key: str) -> None:
    """No exclamation mark, no half-width katakana, at most one please, and that in a label that stands verbatim."""
    for text in (ENGLISH[key], JAPANESE[key]):
        assert "!" not in text
        assert not any("\uff61" <= character <= "\uff9f" for character in text)
    assert "please" not in ENGLISH[key].lower() or key == "auth_failed"


def test_every_sentence_is_used() -> None:
    """A key that no module names is a sentence that nobody can read."""
    sources = [path for path in (ROOT / "mobile_cli").rglob("*.py") if path.parent.name != "labels"]
    named = {
        node.value
        for path in sources
        for node in ast.walk(ast.parse(Path(path).read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    built = ("element_", "generate_", "purpose_", "pin_", "path_", "setting_", "value_", "stage_")
    built += ("sight_", "hindrance_", "look_", "permission_", "decided_", "send_", "show_")

    assert {key for key in ENGLISH if key not in named and not key.startswith(built)} == {"auth_failed_why"}


@pytest.mark.parametrize(
    ("key", "english", "japanese"),
    [
        ("generate_ios", "Generate Response", "パスコード作成"),
        ("generate_android", "Generate Response", "レスポンスを作成"),
        ("response", "Response String", "レスポンスストリング"),
        ("challenge", "Challenge code", "チャレンジコード"),
        ("authenticate", "Authenticate", "認証"),
        ("auth_failed", "An error has occurred. Please try again.", None),
        ("done", "Done", None),
        ("register_two_factor", "Register Two-Factor", None),
        ("add_user", "Add User", None),
        ("continue", "Continue", "次に進む"),
        ("username", "Username", None),
        ("password", "Password", None),
        ("account_credentials", "Account Credentials", None),
        ("session_id", "Session ID", None),
        ("get_activation_code", "Get Activation Code", None),
        ("activate", "Activate", None),
        ("migrate", "Migrate IB Key", None),
        ("change_pin", "Change PIN", None),
        ("submit", "Submit", "送信"),
        ("allow", "Allow", None),
        ("wrong_credentials", "Invalid username password combination.", None),
    ],
)
def test_labels_of_the_articles_stand_verbatim(key: str, english: str, japanese: str | None) -> None:
    """A trainee recognises them."""
    assert say("en", key).startswith(english)
    assert japanese in (None, say("ja", key))


@pytest.mark.parametrize(
    ("wanted", "environment", "language"),
    [
        (None, {}, "en"),
        ("ja", {"AUTHKEY_LANG": "en", "LANG": "en_US.UTF-8"}, "ja"),
        (None, {"AUTHKEY_LANG": "ja", "LC_ALL": "en_US.UTF-8"}, "ja"),
        (None, {"LC_ALL": "ja_JP.UTF-8", "LANG": "en_US.UTF-8"}, "ja"),
        (None, {"LC_ALL": "", "LANG": "ja_JP.UTF-8"}, "ja"),
        (None, {"LC_MESSAGES": "ja_JP", "LANG": "C"}, "ja"),
        (None, {"LANG": "de_DE.UTF-8"}, "en"),
        (None, {"LANG": "C"}, "en"),
    ],
)
def test_the_language_is_asked_for_or_taken_from_the_locale(
    wanted: str | None, environment: dict[str, str], language: str
) -> None:
    """The option, then AUTHKEY_LANG, then the locale's variables in their order, then English."""
    assert choose_language(wanted, environment) == language
