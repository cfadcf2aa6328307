"""In which language a command speaks: what was asked for, else the locale of the environment, else English."""

from collections.abc import Mapping
from typing import Final

LANGUAGES: Final = ("en", "ja")
VARIABLE: Final = "AUTHSIM_LANG"


def choose_language(environ: Mapping[str, str]) -> str:
    """Return `en` or `ja`."""
    for name in (VARIABLE, "LC_ALL", "LC_MESSAGES", "LANG"):
        if environ.get(name):
            return "ja" if environ[name].casefold().startswith("ja") else "en"
    return "en"
