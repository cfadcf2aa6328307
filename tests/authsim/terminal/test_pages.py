"""A page of help in Japanese: headings, texts, options and notes, broken by cells; commands stay as they are typed."""

import click
import pytest
from click.testing import CliRunner

from authsim.cli.group import authsim
from authsim.terminal.cells import count_cells
from authsim.terminal.running import run
from authsim.terminal.speech import spoken, tell
from web.commands.group import portal


@pytest.fixture
def japanese(monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment that asks for Japanese."""
    monkeypatch.setenv("AUTHSIM_LANG", "ja")


@pytest.fixture
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment that asks for English."""
    monkeypatch.setenv("AUTHSIM_LANG", "en")


def page(group: click.Group, *arguments: str) -> str:
    """Return a page of help as 80 columns show it."""
    return CliRunner().invoke(group, [*arguments, "--help"], terminal_width=80, prog_name="authsim").output


def test_the_page_of_the_group(japanese: None) -> None:
    """Examples keep their commands, their notes and the sections are Japanese."""
    shown = page(authsim)

    assert shown.startswith("例:\n  authsim demo                       ポータルと登場人物、")
    for words in (
        "使い方: authsim [OPTIONS] COMMAND [ARGS]...",
        "オプション:",
        "コマンド:",
        "\n  wipe         削除します。\n",
    ):
        assert words in shown
    assert all(count_cells(line) <= 80 for line in shown.splitlines())


def test_the_page_of_a_command(japanese: None) -> None:
    """Defaults and ranges stand behind what an option means."""
    shown = page(portal, "serve")

    assert "  --host TEXT                 待ち受けるアドレス  [既定値: 127.0.0.1]\n" in shown
    assert "0<=x<=64" not in shown
    assert "ポータルを公開します。" in shown
    assert all(count_cells(line) <= 80 for line in shown.splitlines())


def test_an_english_page_is_clicks_own(english: None) -> None:
    """Nothing of the other language is needed."""
    assert page(portal, "wipe").startswith(
        "Examples:\n  authsim wipe --data ./portal\n\nUsage: authsim wipe [OPTIONS]\n"
    )


def test_a_usage_error_is_japanese(japanese: None, capsys: pytest.CaptureFixture[str]) -> None:
    """click's own sentences too."""
    assert run(portal, ["users", "show"]) == 64
    assert run(portal, ["serve", "--port", "70000"]) == 64
    said = capsys.readouterr().err.splitlines()

    assert said[0] == "authsim: 引数 'NAME' を指定してください。'authsim users show --help' を参照してください。"
    assert said[1].startswith("authsim: '--port' の値が正しくありません: 70000 は範囲 0<=x<=65535 の外です。")


def test_a_refusal_is_japanese(japanese: None, capsys: pytest.CaptureFixture[str]) -> None:
    """With what it names in its place."""
    assert run(portal, ["users", "list", "--data", "/nowhere"]) == 64

    assert capsys.readouterr().err == (
        "authsim: /nowhere にポータルがありません。'authsim init --data /nowhere' で作れます。\n"
    )


def test_an_indented_line_keeps_its_place(japanese: None, capsys: pytest.CaptureFixture[str]) -> None:
    """Blanks before a sentence belong to the picture, not to the sentence."""
    tell("\n  --new-passwords gives them new ones.")

    assert capsys.readouterr().out == "\n  --new-passwords で新しいパスワードになります。\n"
    assert spoken("alice") == "alice"
