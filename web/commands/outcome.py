"""How a command ends: its exit status (sysexits), and one sentence on stderr that says what happened and what to do.

No traceback ever reaches a terminal. What nobody foresaw is named by a reference: the kind of error and the place in
the code, never a value.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import click

from authsim.errors import MessageError, Reason, RefusalError, StoreError

PROGRAM: Final = "authsim"
BANNER: Final = "SIMULATION · not a real financial service · never enter real credentials"

DONE: Final = 0
USAGE: Final = 64
MALFORMED: Final = 65
UNAVAILABLE: Final = 69
IO: Final = 74
REFUSED: Final = 77
INTERRUPTED: Final = 130

_REFUSALS: Final = {
    Reason.NAME_TAKEN: "this name is taken. Choose another one, or remove that user first",
    Reason.NO_SUCH_USER: "there is no user of that name. See 'authsim users list'",
    Reason.NO_SUCH_ACCOUNT: "there is no such account. Add its primary user first, or name another one with --account",
    Reason.NO_ACTIVE_DEVICE: "this user has no active phone. There is nothing to revoke",
    Reason.DEVICE_ALREADY_ACTIVE: "this user has an active phone. --replace revokes it and makes a code for a new one",
}


class CommandError(Exception):
    """A foreseen end of a command: `status` is its exit status, the text says what happened and what to do."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


def say(text: str) -> None:
    """Write one sentence of ours to stderr."""
    sentence = " ".join(text.split())
    ending = "" if sentence.endswith((".", "?")) else "."
    click.echo(f"{PROGRAM}: {sentence}{ending}", err=True)


def run(command: click.Command, arguments: Sequence[str]) -> int:
    """Run a command and return its exit status; whatever goes wrong leaves as one sentence."""
    try:
        command.main(args=list(arguments), prog_name=PROGRAM, standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        return USAGE
    except click.Abort as error:
        if isinstance(error.__cause__, KeyboardInterrupt):
            return INTERRUPTED
        say("stopped, nothing was changed")
        return REFUSED
    except SystemExit as error:
        if error.code == 1:  # click's own, when whoever read us has gone: there is nobody to tell
            return IO
        raise
    except Exception as error:  # noqa: BLE001 - the last resort: nothing leaves as a traceback
        status, text = _describe(error)
        say(text)
        return status
    return DONE


def _describe(error: Exception) -> tuple[int, str]:
    """Return exit status and sentence of whatever ended a command."""
    if isinstance(error, CommandError):
        return error.status, str(error)
    if isinstance(error, click.UsageError):
        path = PROGRAM if error.ctx is None else error.ctx.command_path
        message = error.format_message().rstrip(".")
        return USAGE, f"{message[:1].lower()}{message[1:]}. See '{path} --help'"
    if isinstance(error, RefusalError):
        return REFUSED, sentence_of(error)
    if isinstance(error, MessageError):
        return USAGE, sentence_of(error)
    if isinstance(error, StoreError):
        return IO, str(error)
    if isinstance(error, OSError):
        return IO, describe_os_error(error)
    return (
        IO,
        f"something unforeseen happened, reference {reference_of(error)}. 'authsim doctor' checks the installation",
    )


def sentence_of(error: RefusalError | MessageError) -> str:
    """Return what an operator is told of a refusal."""
    if isinstance(error, RefusalError):
        return _REFUSALS.get(error.reason, f"the portal declines this: {error.reason.value}")
    return str(error)


def describe_os_error(error: OSError) -> str:
    """Return a sentence for an error of the operating system, with the file it is about."""
    name = f"{error.filename}: " if isinstance(error.filename, str) else ""
    return f"{name}{(error.strerror or 'the operating system refused').lower()}. Check the path and its permissions"


def reference_of(error: BaseException) -> str:
    """Return kind and place of an error, such as `KeyError-users.py-88`: enough for a bug report, and no value."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return type(error).__name__
    return f"{type(error).__name__}-{Path(trace.tb_frame.f_code.co_filename).name}-{trace.tb_lineno}"


def exit_with(command: click.Command) -> None:
    """Run `command` on this process's arguments and end the process with its status."""
    sys.exit(run(command, sys.argv[1:]))


def can_ask() -> bool:
    """Say whether somebody sits at standard input; a script is never asked."""
    return sys.stdin is not None and sys.stdin.isatty()
