"""The group of sub-commands, and the frame around a run: banner, exit status, never a traceback.

Sub-commands are imported when they run, and nothing else before.
"""

import importlib
import io
import os
import sys

import click

from authsim import __version__
from mobile_cli.console import show_banner, show_error
from mobile_cli.exits import Exit
from mobile_cli.labels import choose_language
from mobile_cli.options import PhoneGroup, flag_that_shows, help_option, home_option, lang_option

COMMANDS = (
    "init",
    "activate",
    "add-user",
    "respond",
    "listen",
    "serve",
    "approve",
    "deny",
    "card",
    "troubleshoot",
    "trade",
    "phone",
    "users",
    "status",
    "settings",
    "app",
    "inbox",
    "migrate",
    "recover",
    "change-pin",
    "trust",
    "forget",
)

_HELP = """\b
Examples:
  authkey activate screenshot.png      scan the QR code that the portal shows
  authkey respond 123456               compute the response string
  authkey add-user bob                 one more user, by password and text message
  authkey --home ~/second-phone init --platform android

A simulated phone with IB Key: activate a user, answer challenges. Not affiliated with any broker.

Nothing here is real: it answers AuthSim portals only.
"""
_EPILOG = "Exit status: 0 done, 64 usage, 65 malformed, 69 portal unreachable, 74 input or output failed, 77 refused."


class LazyGroup(PhoneGroup):
    """A group that knows the names of its commands, and imports the one that is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the names, in the order in which a person meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Return the command, or None when there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        found = importlib.import_module(f"mobile_cli.commands.{cmd_name.replace('-', '_')}").command
        return found if isinstance(found, click.Command) else None


@click.group(
    cls=LazyGroup,
    invoke_without_command=True,
    help=_HELP,
    epilog=_EPILOG,
    add_help_option=False,
    context_settings={"max_content_width": 100},
)
@help_option
@flag_that_shows("--version", text=lambda _: f"authkey, version {__version__}", help="Show the version and end.")
@home_option
@lang_option
@click.pass_context
def cli(context: click.Context, home: str | None, lang: str | None) -> None:
    """Keep the phone's folder and language for the command that follows."""
    del home, lang  # the commands read them from this context
    if context.invoked_subcommand is None:
        raise click.UsageError("Say what the phone shall do.", ctx=context)


def run(arguments: list[str]) -> int:
    """Run `authkey` with these arguments; return the exit status."""
    _keep_to_itself()
    status = _run(arguments)
    try:
        sys.stdout.flush()
    except OSError:
        # What could not be written stays in the buffer, and Python would complain about it once more at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return status or Exit.IO
    return status


def _run(arguments: list[str]) -> int:
    language = choose_language(_find_language(arguments), os.environ)
    try:
        show_banner(as_json="--json" in arguments)
        return int(cli.main(arguments, prog_name="authkey", standalone_mode=False, obj=language) or Exit.DONE)
    except click.ClickException as error:
        show_error(_explain_usage(error, language))
        return Exit.USAGE
    except (click.Abort, KeyboardInterrupt):
        return Exit.INTERRUPTED
    except SystemExit:
        return Exit.IO  # how click leaves when nobody reads its output
    except Exception as error:  # noqa: BLE001 - no traceback ever
        from mobile_cli.console import Console
        from mobile_cli.refusals import explain

        status, sentence = explain(error, Console(language=language, as_json=False))
        show_error(sentence)
        return status


def _find_language(arguments: list[str]) -> str | None:
    """Return what `--lang` says, wherever it stands: help is written before the options are read."""
    for word, following in zip(reversed(arguments), [None, *reversed(arguments)], strict=False):
        if word == "--lang":
            return following
        if word.startswith("--lang="):
            return word.partition("=")[2]
    return None


def _explain_usage(error: click.ClickException, language: str) -> str:
    where = getattr(error, "ctx", None)
    path = where.command_path if where else "authkey"
    problem = " ".join(error.format_message().split()).rstrip(".")
    if language != "ja":
        return f"{problem}. Run {path} --help."
    from mobile_cli.help_pages import translate

    return translate(f"{translate(problem)}. Run {path} --help.")


def _keep_to_itself() -> None:
    """Have all streams, make new files private, leave no core dump, and let no odd locale stop a sentence."""
    import resource

    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:  # closed by whoever started us: no file of the phone may take its number
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115 - open as long as we live
    os.umask(0o077)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
