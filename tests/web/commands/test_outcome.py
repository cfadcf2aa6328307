import os
import subprocess
from collections.abc import Callable

import click
import pytest

from authsim.errors import MessageError, Reason, RefusalError, StoreError
from tests.support.child import LONGEST_S, shell
from tests.web.commands.conftest import Operator
from web.commands import outcome


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
    ("error", "status", "word"),
    [
        (outcome.CommandError(65, "so it is. Do that"), 65, "so it is. Do that."),
        (RefusalError(Reason.NAME_TAKEN), 77, "taken"),
        (RefusalError(Reason.SUITE_MISMATCH), 77, "suite_mismatch"),
        (MessageError("a rule"), 64, "a rule."),
        (StoreError("the disk is full"), 74, "the disk is full."),
        (PermissionError(13, "Permission denied", "/some/file"), 74, "/some/file: permission denied."),
        (OSError("no number"), 74, "refused"),
        (click.Abort(), 77, "nothing was changed"),
    ],
)
def test_each_error_has_its_status_and_sentence(
    capsys: pytest.CaptureFixture[str], error: Exception, status: int, word: str
) -> None:
    """Whatever ends a command leaves as one sentence on stderr with the status of its kind."""
    assert outcome.run(ending(error), []) == status
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("authsim: ")
    assert word in err
    assert len(err.splitlines()) == 1


def test_the_unforeseen_has_a_reference_and_no_value(capsys: pytest.CaptureFixture[str]) -> None:
    """The last resort names the kind of error and its place, never what was in it."""

    @click.command()
    def command() -> None:
        broken()

    assert outcome.run(command, []) == 74
    said = capsys.readouterr().err
    assert "reference KeyError-test_outcome.py-" in said
    assert "CANARY" not in said
    assert outcome.reference_of(KeyError()) == "KeyError"


@pytest.mark.parametrize("interrupt", [KeyboardInterrupt, EOFError])
def test_an_interrupt_is_quiet_and_an_end_of_input_is_not(
    capsys: pytest.CaptureFixture[str], interrupt: Callable[[], BaseException]
) -> None:
    """Ctrl-C ends with 130 and no word; input that ends where an answer was awaited is told."""
    status = outcome.run(ending(interrupt()), [])
    said = capsys.readouterr().err.strip()

    assert (status, said) == (
        (130, "") if interrupt is KeyboardInterrupt else (77, "authsim: stopped, nothing was changed.")
    )


def test_a_reader_who_leaves_is_not_told_of_it(operator: Operator, data: str) -> None:
    """When nobody reads stdout any more, the command ends with status 74 and without a traceback."""
    read_end, write_end = os.pipe()
    os.close(read_end)
    try:
        done = subprocess.run(
            shell("web", "users", "list", "--json", "--data", data),
            env=operator.environment,
            stdout=write_end,
            stderr=subprocess.PIPE,
            text=True,
            timeout=LONGEST_S,
        )
    finally:
        os.close(write_end)

    assert (done.returncode, done.stderr) == (74, "")
