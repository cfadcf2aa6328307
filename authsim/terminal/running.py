"""Running a click command to its end: whatever goes wrong leaves as one sentence and a status, never as a traceback.

What nobody foresaw is named by a reference: the kind of error and the place in the code, never a value.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

import click

from authsim.errors import MessageError, RefusalError, StoreError
from authsim.terminal.outcome import DONE, INTERRUPTED, IO, PROGRAM, REFUSED, USAGE, CommandError, say
from authsim.terminal.speech import spoken


def _name_reason(refusal: RefusalError) -> str:
    return f"the portal declines this: {refusal.reason.value}"


def run(
    command: click.Command, arguments: Sequence[str], *, explain: Callable[[RefusalError], str] = _name_reason
) -> int:
    """Run `command` and return its exit status. `explain` says a refusal in words for an operator."""
    try:
        status = command.main(args=list(arguments), prog_name=PROGRAM, standalone_mode=False)
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
        status, text = _describe(error, explain)
        say(text)
        return status
    return status if type(status) is int else DONE


def _describe(error: Exception, explain: Callable[[RefusalError], str]) -> tuple[int, str]:
    """Return exit status and sentence of whatever ended a command."""
    if isinstance(error, CommandError):
        return error.status, str(error)
    if isinstance(error, click.UsageError):
        path = PROGRAM if error.ctx is None else error.ctx.command_path
        message = error.format_message().rstrip(".")
        problem = spoken(message)
        if problem == message:
            problem = f"{message[:1].lower()}{message[1:]}"
        return USAGE, f"{problem}. See '{path} --help'"
    if isinstance(error, RefusalError):
        return REFUSED, explain(error)
    if isinstance(error, MessageError):
        return USAGE, str(error)
    if isinstance(error, StoreError):
        return IO, str(error)
    if isinstance(error, OSError):
        name = f"{error.filename}: " if isinstance(error.filename, str) else ""
        return IO, f"{name}{(error.strerror or 'refused').lower()}. Check the path and its permissions"
    return (
        IO,
        f"something unforeseen happened, reference {reference_of(error)}. 'authsim doctor' checks the installation",
    )


def reference_of(error: BaseException) -> str:
    """Return kind and place of an error, such as `KeyError-tour.py-88`: enough for a bug report, and no value."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return type(error).__name__
    return f"{type(error).__name__}-{Path(trace.tb_frame.f_code.co_filename).name}-{trace.tb_lineno}"
