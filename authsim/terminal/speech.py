"""What a command says to people, in their language. What programs read passes none of this.

The sentences stand in English where they are made; `authsim.terminal.japanese` has each of them in Japanese.
"""

import os

from authsim.terminal.language import choose_language


def spoken(text: str) -> str:
    """Return a sentence or label in the language of this process. Blanks and empty lines before it are kept."""
    if choose_language(os.environ) == "en":
        return text
    from authsim.terminal.japanese import translate

    body = text.lstrip()
    return text[: len(text) - len(body)] + translate(body)


def tell(text: str = "", *, err: bool = False) -> None:
    """Write a line for people."""
    import click

    click.echo(spoken(text), err=err)
