"""The options that commands share, and the frame in which each command runs.

`--home` and `--lang` stand before or after the sub-command; the later one holds.
"""

import functools
import inspect
import os
from collections.abc import Callable
from typing import Any

import click

from mobile_cli.console import show_error
from mobile_cli.exits import Exit
from mobile_cli.labels import LANGUAGES, choose_language


class PhoneContext(click.Context):
    """A command that is being run; the root's `obj` is the language of its help."""

    def make_formatter(self) -> click.HelpFormatter:
        """Return an empty page of help."""
        if self.obj != "ja":
            return super().make_formatter()
        from mobile_cli.help_pages import open_page

        return open_page(self)


class PhoneCommand(click.Command):
    """A sub-command whose help is of its language."""

    context_class = PhoneContext


class PhoneGroup(click.Group):
    """A sub-command with sub-commands of its own."""

    context_class = PhoneContext


def flag_that_shows(*names: str, text: Callable[[click.Context], str], help: str) -> Callable[[Any], Any]:  # noqa: A002
    """Make an eager flag that writes a text and ends. click's own ones look for translations at each start."""

    def show(context: click.Context, _: click.Parameter, value: bool) -> None:
        if value and not context.resilient_parsing:
            click.echo(text(context), color=context.color)
            context.exit()

    return click.option(*names, is_flag=True, expose_value=False, is_eager=True, callback=show, help=help)


help_option = flag_that_shows("-h", "--help", text=click.Context.get_help, help="Show this and end.")
home_option = click.option("--home", metavar="DIR", help="Folder of the phone.  [env: AUTHKEY_HOME]")
lang_option = click.option("--lang", type=click.Choice(LANGUAGES), help="Language of labels.  [env: AUTHKEY_LANG]")
biometric_option = click.option(
    "--biometric", type=click.Choice(["match", "no-match"]), help="What Face ID or Touch ID finds (iOS)."
)
purpose_option = click.option(
    "--purpose", metavar="NAME", help="What it is for: log-in, add-device, secure-login, change-contact and so on."
)
yes_option = click.option("--yes", is_flag=True, help="Go on without asking.")

_json = click.option("--json", "as_json", is_flag=True, help="Write one JSON object for a script.")
_pin_file = click.option("--pin-file", metavar="FILE", help="Read the PIN or Passcode from a file.")
_pin_stdin = click.option("--pin-stdin", is_flag=True, help="Read the PIN or Passcode from standard input.")


def phone_command(
    name: str, summary: str, *, pin: bool, examples: tuple[str, ...], element: str | None = None
) -> Callable[[Callable[..., None]], click.Command]:
    """Make a sub-command whose function is given an `Invocation` first. `pin` adds the options that say where one is.

    `element` is the label of what is asked in place of the phone's own PIN or Passcode. A PIN is never an argument and
    never stands in the environment. Help begins with the examples.
    """

    def decorate(function: Callable[..., None]) -> click.Command:
        @functools.wraps(function)
        def run(**options: Any) -> None:
            _run(function, options, element)

        for option in (help_option, _json, lang_option, home_option, *((_pin_stdin, _pin_file) if pin else ())):
            run = option(run)
        shown = _with_examples(inspect.cleandoc(function.__doc__ or ""), examples)
        made = click.command(name, cls=PhoneCommand, help=shown, short_help=summary, add_help_option=False)
        return made(run)

    return decorate


def phone_group(name: str, summary: str, *, text: str, examples: tuple[str, ...]) -> PhoneGroup:
    """Make a sub-command with sub-commands of its own. Help begins with the examples."""
    shown = _with_examples(text, examples)
    group = PhoneGroup(name, help=shown, short_help=summary, add_help_option=False, no_args_is_help=False)
    for option in (help_option, lang_option, home_option):
        option(group)  # click appends to what the command has
    return group


def _with_examples(text: str, examples: tuple[str, ...]) -> str:
    lines = "\n".join(f"  {example}" for example in examples)
    return f"\b\nExamples:\n{lines}\n\n{text}"


def _said_before(name: str) -> str | None:
    """Return an option of the groups before this command; the later one holds."""
    context = click.get_current_context().parent
    while context is not None:
        if context.params.get(name):
            return str(context.params[name])
        context = context.parent
    return None


def _run(function: Callable[..., None], options: dict[str, Any], element: str | None) -> None:
    from mobile_cli.invocation import Invocation, resolve_home

    home, lang = (options.pop(name) or _said_before(name) for name in ("home", "lang"))
    invocation = Invocation(
        home=resolve_home(home),
        language=choose_language(lang, os.environ),
        as_json=options.pop("as_json"),
        pin_file=options.pop("pin_file", None),
        pin_stdin=options.pop("pin_stdin", False),
        element=element,
    )
    try:
        invocation.require_one_pin()
        function(invocation, **options)
    except (click.ClickException, click.exceptions.Exit, EOFError):
        raise
    except BrokenPipeError:
        raise click.exceptions.Exit(Exit.IO) from None  # whoever read us has left, so nobody is told
    except Exception as error:  # noqa: BLE001 - the one door of refusals.py
        from mobile_cli.refusals import explain

        status, sentence = explain(error, invocation.console, element=invocation.element)
        show_error(sentence)
        raise click.exceptions.Exit(status) from None
