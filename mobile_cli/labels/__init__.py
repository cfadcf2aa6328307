"""Every sentence and label that `authkey` shows. A sentence says what happened and what to do.

`en` and `ja` hold the same keys with the same blanks; only the language in use is imported. Values are made harmless
before they are filled in (`console`).
"""

from collections.abc import Mapping
from typing import Final

BANNER: Final = "SIMULATION · not a real financial service · never enter real credentials"
LANGUAGES: Final = ("en", "ja")


def say(language: str, key: str, **facts: object) -> str:
    """Return a sentence or label in `language`, with its blanks filled."""
    if language == "ja":
        from mobile_cli.labels.ja import LABELS
    else:
        from mobile_cli.labels.en import LABELS
    return LABELS[key].format(**facts)


def choose_language(wanted: str | None, environ: Mapping[str, str]) -> str:
    """Return `en` or `ja`: what was asked for, else AUTHKEY_LANG, else the locale of the environment, else English."""
    for candidate in (wanted, *(environ.get(name) for name in ("AUTHKEY_LANG", "LC_ALL", "LC_MESSAGES", "LANG"))):
        if candidate:
            return "ja" if candidate.casefold().startswith("ja") else "en"
    return "en"
