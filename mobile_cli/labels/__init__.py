"""Every sentence and label that `authkey` shows. A sentence says what happened and what to do.

`en` and `ja` hold the same keys with the same blanks, each continued by files of its own for one subject; only the
language in use is imported, and a subject when it is spoken of. Values are made harmless before they are filled in
(`console`).
"""

from collections.abc import Mapping
from importlib import import_module
from typing import Final

BANNER: Final = "SIMULATION · not a real financial service · never enter real credentials"
LANGUAGES: Final = ("en", "ja")


# What continues `en` and `ja`, in the order in which a key is looked for.
SUBJECTS: Final = ("", "_notifications", "_enrolment", "_card", "_serving")


def say(language: str, key: str, **facts: object) -> str:
    """Return a sentence or label in `language`, with its blanks filled."""
    for subject in SUBJECTS:
        labels = labels_of(language, subject)
        if key in labels:
            return labels[key].format(**facts)
    raise KeyError(key)


def labels_of(language: str, subject: str = "") -> Mapping[str, str]:
    """Return the labels of one file: a language, and the subject that continues it."""
    found: Mapping[str, str] = import_module(f"mobile_cli.labels.{language}{subject}").LABELS
    return found


def choose_language(wanted: str | None, environ: Mapping[str, str]) -> str:
    """Return `en` or `ja`: what was asked for, else AUTHKEY_LANG, else the locale of the environment, else English."""
    for candidate in (wanted, *(environ.get(name) for name in ("AUTHKEY_LANG", "LC_ALL", "LC_MESSAGES", "LANG"))):
        if candidate:
            return "ja" if candidate.casefold().startswith("ja") else "en"
    return "en"
