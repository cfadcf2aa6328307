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
yes_option = click.option("--yes", is_flag=True, help="Go on without asking.")

_json = click.option("--json", "as_json", is_flag=True, help="Write one JSON object for a script.")
_pin_file = click.option("--pin-file", metavar="FILE", help="Read the PIN or Passcode from a file.")
_pin_stdin = click.option("--pin-stdin", is_flag=True, help="Read the PIN or Passcode from standard input.")


def phone_command(
    name: str, summary: str, *, pin: bool, examples: tuple[str, ...]
) -> Callable[[Callable[..., None]], click.Command]:
    """Make a sub-command whose function is given an `Invocation` first. `pin` adds the options that say where one is.

    A PIN is never an argument and never stands in the environment. Help begins with the examples.
    """

    def decorate(function: Callable[..., None]) -> click.Command:
        @functools.wraps(function)
        def run(**options: Any) -> None:
            _run(function, options)

        for option in (help_option, _json, lang_option, home_option, *((_pin_stdin, _pin_file) if pin else ())):
            run = option(run)
        lines = "\n".join(f"  {example}" for example in examples)
        shown = f"\b\nExamples:\n{lines}\n\n{inspect.cleandoc(function.__doc__ or '')}"
        return click.command(name, help=shown, short_help=summary, add_help_option=False)(run)

    return decorate


def _run(function: Callable[..., None], options: dict[str, Any]) -> None:
    from mobile_cli.invocation import Invocation, resolve_home

    parent = click.get_current_context().parent
    before = parent.params if parent else {}
    invocation = Invocation(
        home=resolve_home(options.pop("home") or before.get("home")),
        language=choose_language(options.pop("lang") or before.get("lang"), os.environ),
        as_json=options.pop("as_json"),
        pin_file=options.pop("pin_file", None),
        pin_stdin=options.pop("pin_stdin", False),
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
