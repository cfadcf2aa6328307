"""Commands whose help shows examples first, and a group that imports a command only when it is asked for.

Help is written in the language of the process.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any, Final

import click

from authsim.terminal.language import LANGUAGES, choose_language

#: For the page of help alone: `choosing` has taken the option out of the arguments before a command sees them.
lang_option: Final[Callable[[Any], Any]] = click.option(
    "--lang", type=click.Choice(LANGUAGES), expose_value=False, help="Language of what is said.  [env: AUTHSIM_LANG]"
)


class _Context(click.Context):
    """A command that is being run, whose page of help is of its language."""

    def make_formatter(self) -> click.HelpFormatter:
        """Return an empty page."""
        if choose_language(os.environ) == "en":
            return super().make_formatter()
        from authsim.terminal.japanese import translate
        from authsim.terminal.pages import Pages

        return Pages(translate, width=self.terminal_width, max_width=self.max_content_width)


def write_examples(formatter: click.HelpFormatter, examples: Sequence[str]) -> None:
    """Write the examples as a section of their own, one a line."""
    if not examples:
        return
    with formatter.section("Examples"):
        formatter.write_text("\n".join(("\b", *examples)))
    formatter.write_paragraph()


class Command(click.Command):
    """A command with `examples`."""

    context_class = _Context

    def __init__(self, *args: Any, examples: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.examples = tuple(examples)

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write examples, then usage, text and options."""
        write_examples(formatter, self.examples)
        super().format_help(ctx, formatter)


class Group(click.Group):
    """A group with `examples`, of commands with theirs."""

    context_class = _Context
    command_class = Command
    group_class = type

    def __init__(self, *args: Any, examples: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.examples = tuple(examples)

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write examples, then usage, text, options and commands."""
        write_examples(formatter, self.examples)
        super().format_help(ctx, formatter)


class LazyGroup(Group):
    """A group whose `commands_at` maps a name to its module and the sentence that help shows."""

    def __init__(self, *args: Any, commands_at: Mapping[str, tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.commands_at = commands_at

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the names in the order of the table."""
        return list(self.commands_at)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """Import one command: it is the attribute of its module that bears its name."""
        if cmd_name not in self.commands_at:
            return None
        command = getattr(import_module(self.commands_at[cmd_name][0]), cmd_name)
        return command if isinstance(command, click.Command) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the names with their sentences; nothing is imported for it."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in self.commands_at.items()])
