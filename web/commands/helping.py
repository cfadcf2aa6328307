"""Commands whose help shows examples first."""

from collections.abc import Sequence
from typing import Any

import click


def write_examples(formatter: click.HelpFormatter, examples: Sequence[str]) -> None:
    """Write the examples as a section of their own, one a line."""
    if not examples:
        return
    with formatter.section("Examples"):
        for example in examples:
            formatter.write(f"{'':>{formatter.current_indent}}{example}\n")
    formatter.write_paragraph()


class Command(click.Command):
    """A command with `examples`."""

    def __init__(self, *args: Any, examples: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.examples = tuple(examples)

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write examples, then usage, text and options."""
        write_examples(formatter, self.examples)
        super().format_help(ctx, formatter)


class Group(click.Group):
    """A group with `examples`, of commands with theirs."""

    command_class = Command
    group_class = type

    def __init__(self, *args: Any, examples: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.examples = tuple(examples)

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write examples, then usage, text, options and commands."""
        write_examples(formatter, self.examples)
        super().format_help(ctx, formatter)
