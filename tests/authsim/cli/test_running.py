from collections.abc import Callable

import click
import pytest

from authsim.cli import running
from authsim.cli.browser import parse_page
from authsim.cli.outcome import CommandError
from authsim.cli.stage import ActError, expect, require_challenge, require_inside, require_refusal, require_refused


def ending(error: BaseException) -> click.Command:
    """A command that ends with `error`."""

    @click.command()
    def command() -> None:
        raise error

    return command


def broken() -> None:
    """Fail as nobody foresaw."""
    raise KeyError("CANARY")


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (CommandError(65, "so it is. Do that"), 65, "authsim: so it is. Do that.\n"),
        (CommandError(74, ""), 74, ""),
        (PermissionError(13, "Permission denied", "/some/file"), 74, "authsim: /some/file: permission denied. "),
        (OSError("no number"), 74, "authsim: refused. "),
        (click.Abort(), 77, "authsim: stopped, nothing was changed.\n"),
        (click.UsageError("What is this"), 64, "authsim: what is this. See 'authsim --help'.\n"),
    ],
)
def test_each_error_has_its_status_and_sentence(
    capsys: pytest.CaptureFixture[str], error: Exception, status: int, said: str
) -> None:
    """Whatever ends a command leaves as one sentence on stderr; what a child has said already is not said again."""
    assert running.run(ending(error), []) == status
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(said)
    assert bool(err) == bool(said)


def test_the_unforeseen_has_a_reference_and_no_value(capsys: pytest.CaptureFixture[str]) -> None:
    """The last resort names the kind of error and its place, never what was in it."""

    @click.command()
    def command() -> None:
        broken()

    assert running.run(command, []) == 74
    said = capsys.readouterr().err
    assert "reference KeyError-test_running.py-" in said
    assert "CANARY" not in said
    assert running.reference_of(KeyError()) == "KeyError"


@pytest.mark.parametrize(("code", "status"), [(1, 74), (0, 0), (3, 3)])
def test_only_clicks_own_end_is_translated(code: int, status: int) -> None:
    """A reader who has gone ends a command with 74; any other exit is what it says."""
    if code == 1:
        assert running.run(ending(SystemExit(code)), []) == status
    else:
        with pytest.raises(SystemExit) as caught:
            running.run(ending(SystemExit(code)), [])
        assert caught.value.code == status


def test_a_command_says_its_own_status() -> None:
    """What a command returns as a number is its status; anything else is success."""

    @click.command()
    @click.argument("number", type=int)
    def command(number: int) -> int | str:
        return number or "a text"

    assert running.run(command, ["7"]) == 7
    assert running.run(command, ["0"]) == 0


INSIDE = "<pre>Client login succeeds</pre>"
REFUSED = "<p class=xyz-errormessage>Authentication failed</p>"


@pytest.mark.parametrize(
    ("look", "markup"),
    [
        (require_inside, "<pre>something else</pre>"),
        (require_inside, "<p>Client login succeeds</p>"),
        (require_inside, INSIDE + REFUSED),
        (require_challenge, "<b class=xyz-goldchallenge>12345</b>"),
        (require_challenge, "<b class=xyz-goldchallenge>١٢٣٤٥٦</b>"),
        (require_challenge, "<b class=xyz-goldchallenge>123456</b>" + REFUSED),
        (lambda page: require_refusal(page, "another sentence"), REFUSED),
        (lambda page: require_refusal(page, "another sentence"), INSIDE),
    ],
)
def test_the_tour_sees_what_does_not_hold(look: Callable[..., object], markup: str) -> None:
    """A page that is not what an act expects ends the act: the tour does not pass by looking away."""
    with pytest.raises(ActError):
        look(parse_page(markup, status=200, path="/"))


def test_the_tour_sees_a_wrong_status() -> None:
    """A device that ends otherwise than expected ends the act, with its last words."""

    class Done:
        returncode = 0
        stderr = "first\nlast words\n"

    with pytest.raises(ActError, match="ended with 0 and not 77: last words"):
        require_refused(Done(), 77)
    with pytest.raises(ActError, match="so"):
        expect(None, "so")
