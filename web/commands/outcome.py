"""What an operator of a portal is told, beyond what every command says: refusals in words, and who can be asked."""

import os
import sys
from typing import Final

import click

from authsim.errors import MessageError, Reason, RefusalError
from authsim.terminal.choosing import take_language
from authsim.terminal.outcome import CommandError, say
from authsim.terminal.running import run

_REFUSALS: Final = {
    Reason.NAME_TAKEN: "this name is taken. Choose another one, or remove that user first",
    Reason.NO_SUCH_USER: "there is no user of that name. See 'authsim users list'",
    Reason.NO_SUCH_ACCOUNT: "there is no such account. Add its primary user first, or name another one with --account",
    Reason.NO_ACTIVE_DEVICE: "this user has no phone in use. There is nothing to suspend, resume or revoke",
    Reason.OPT_OUT_UNAVAILABLE: "where this user lives nobody may opt out: regulators there do not allow it",
    Reason.ALREADY_OPTED_OUT: "this user has opted out already. 'authsim secure NAME opt-in' takes it back",
    Reason.NOT_OPTED_OUT: "this user has not opted out. There is nothing to take back",
    Reason.DEVICE_ALREADY_ACTIVE: "this user has an active phone. --replace revokes it and makes a code for a new one",
}


def sentence_of(error: RefusalError | MessageError) -> str:
    """Return what an operator is told of a refusal."""
    if isinstance(error, RefusalError):
        return _REFUSALS.get(error.reason, f"the portal declines this: {error.reason.value}")
    return str(error)


def exit_with(command: click.Command) -> None:
    """Run `command` on this process's arguments and end the process with its status."""
    try:
        arguments = take_language(sys.argv[1:], os.environ)
    except CommandError as error:
        say(str(error))
        sys.exit(error.status)
    sys.exit(run(command, arguments, explain=sentence_of))


def can_ask() -> bool:
    """Say whether somebody sits at standard input; a script is never asked."""
    return sys.stdin is not None and sys.stdin.isatty()
