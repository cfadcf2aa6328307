"""The Japanese words are complete, fresh and compiled."""

import io
import re
import string
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

WEB = Path(__file__).parents[2] / "web"
PO = WEB / "translations/ja/LC_MESSAGES/messages.po"
MO = PO.with_suffix(".mo")
LATIN_ONLY = {"%(instant)s UTC", "%(larger)s & %(smaller)s", "OK"}


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    """The Japanese catalog."""
    return read_po(io.BytesIO(PO.read_bytes()), locale="ja", ignore_obsolete=False)


@pytest.fixture(scope="module")
def extracted() -> set[str]:
    """Every message that Python or a template says."""
    methods, options = parse_mapping_cfg(io.StringIO((WEB / "translations/babel.cfg").read_text()))
    keywords = {"_": None, "_l": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2)}
    found = extract_from_dir(WEB, methods, options, keywords=keywords)
    return {first(message) for _, _, message, _, _ in found}


def first(ident: object) -> str:
    """The singular of a message."""
    return str(ident[0]) if isinstance(ident, tuple | list) else str(ident)


def words_of(message: Message) -> list[str]:
    """Every form of a translation."""
    return list(message.string) if isinstance(message.string, tuple | list) else [str(message.string)]


def test_nothing_is_missing(catalog: Catalog, extracted: set[str]) -> None:
    """Every message of the pages is in the catalog, and no other."""
    assert {first(message.id) for message in catalog if message.id} == extracted
    assert not catalog.obsolete


def test_nothing_is_empty_or_fuzzy(catalog: Catalog) -> None:
    """Every message is translated and none is a guess."""
    for message in catalog:
        if message.id:
            assert all(words_of(message)), message.id
            assert not message.fuzzy, message.id


def test_placeholders_agree(catalog: Catalog) -> None:
    """A translation fills the same places, each at most once."""
    for message in catalog:
        places = set(re.findall(r"%\((\w+)\)s", first(message.id)))
        for words in words_of(message) if message.id else []:
            assert set(re.findall(r"%\((\w+)\)s", words)) == places, message.id


def test_it_is_japanese(catalog: Catalog) -> None:
    """Translations are written in Japanese, with full-width katakana and Japanese full stops."""
    for message in catalog:
        if not message.id or first(message.id) in LATIN_ONLY:
            continue
        for words in words_of(message):
            assert any(character not in string.printable for character in words), words
            assert not re.search(r"[\uff61-\uff9f]", words), words
            assert not words.endswith("."), words
            if first(message.id).endswith(".") and not first(message.id).startswith("8"):
                assert words.endswith("。"), words


def test_labels_of_the_articles(catalog: Catalog) -> None:
    """Labels that a trainee must recognise stand as in the Japanese articles."""
    expected = {
        "Log In": "ログイン",
        "Challenge code": "チャレンジコード",
        "Enter response code": "レスポンス・コード入力",
        "Tap Authenticate.": "「認証」をタップします。",
    }
    assert {ident: str(catalog[ident].string) for ident in expected} == expected
    text = PO.read_text()
    for label in (
        "サービス",
        "詳細",
        "メニュー",
        "パスコード作成",
        "レスポンスを作成",
        "レスポンスストリング",
        "認証デバイス",
    ):
        assert label in text


def test_compiled_file_is_fresh(catalog: Catalog) -> None:
    """The compiled catalog says exactly what the source says."""
    compiled = read_mo(io.BytesIO(MO.read_bytes()))
    assert {first(message.id): words_of(message) for message in compiled if message.id} == {
        first(message.id): words_of(message) for message in catalog if message.id
    }
