from collections.abc import Callable

import click
import pytest

from authsim.errors import MessageError, Reason, RefusalError, StoreError
from authsim.terminal import running
from authsim.terminal.outcome import CommandError


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
        (RefusalError(Reason.SUITE_MISMATCH), 77, "authsim: the portal declines this: suite_mismatch.\n"),
        (MessageError("a rule"), 64, "authsim: a rule.\n"),
        (StoreError("the disk is full"), 74, "authsim: the disk is full.\n"),
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


def test_refusals_are_explained_by_who_knows_them() -> None:
    """Whoever runs a command says what its refusals mean."""
    told: list[RefusalError] = []
    refusal = RefusalError(Reason.NAME_TAKEN)

    assert running.run(ending(refusal), [], explain=lambda error: told.append(error) or "so") == 77
    assert told == [refusal]


@pytest.mark.parametrize("interrupt", [KeyboardInterrupt, EOFError])
def test_an_interrupt_is_quiet_and_an_end_of_input_is_not(
    capsys: pytest.CaptureFixture[str], interrupt: Callable[[], BaseException]
) -> None:
    """Ctrl-C ends with 130 and no word; input that ends where an answer was awaited is told."""
    status = running.run(ending(interrupt()), [])
    said = capsys.readouterr().err.strip()

    assert (status, said) == (
        (130, "") if interrupt is KeyboardInterrupt else (77, "authsim: stopped, nothing was changed.")
    )
