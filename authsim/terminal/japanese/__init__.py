"""Every sentence of `authsim` in Japanese: written, not translated word by word. One file for each subject.

The key is the English sentence as its source makes it, with the blanks in braces.
"""

from collections.abc import Mapping
from importlib import import_module
from typing import Final

from authsim.terminal.matching import cached

SUBJECTS: Final = ("click_words", "help_pages", "portal", "programs", "rules", "shows", "acts", "conformance")


def read_all() -> Mapping[str, str]:
    """Return all tables as one."""
    whole: dict[str, str] = {}
    for subject in SUBJECTS:
        whole.update(table_of(subject))
    return whole


def table_of(subject: str) -> Mapping[str, str]:
    """Return the sentences of one subject."""
    found: Mapping[str, str] = import_module(f"{__name__}.{subject}").SENTENCES
    return found


_sentences = cached(read_all)


def translate(text: str) -> str:
    """Return a sentence in Japanese; what is not known stays as it is."""
    return _sentences().translate(text)
