"""Help and usage errors in Japanese. English needs nothing of this, and no command that answers imports it."""

from functools import lru_cache

import click

from authsim.terminal.japanese.click_words import SENTENCES
from authsim.terminal.matching import Sentences
from authsim.terminal.pages import Pages
from mobile_cli.labels import labels_of

#: The files of `labels` that hold the pages.
SUBJECTS = ("_help", "_help_more")


@lru_cache(maxsize=1)
def _sentences() -> Sentences:
    table = dict(SENTENCES)
    for subject in SUBJECTS:
        table.update(labels_of("ja", subject))
    return Sentences(table)


def translate(text: str) -> str:
    """Return a text of help, or a usage error, in Japanese; what is not known stays as it is."""
    return _sentences().translate(text)


def open_page(context: click.Context) -> click.HelpFormatter:
    """Return an empty page of Japanese help."""
    return Pages(translate, width=context.terminal_width, max_width=context.max_content_width)
