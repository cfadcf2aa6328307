"""Taking `--lang` out of a command line, wherever it stands.

The choice goes into the environment, so that the portal's commands, which run as children, speak the same.
"""

from collections.abc import MutableMapping, Sequence
from typing import Final

from authsim.terminal.language import LANGUAGES, VARIABLE
from authsim.terminal.outcome import USAGE, CommandError

_OPTION: Final = "--lang"


def take_language(arguments: Sequence[str], environ: MutableMapping[str, str]) -> list[str]:
    """Return the arguments without `--lang`, and note it in `environ`. What follows `--` is left alone."""
    rest: list[str] = []
    waiting = list(arguments)
    while waiting:
        word = waiting.pop(0)
        if word == "--":
            return [*rest, word, *waiting]
        if word != _OPTION and not word.startswith(f"{_OPTION}="):
            rest.append(word)
            continue
        wanted = word.partition("=")[2] if word != _OPTION else waiting.pop(0) if waiting else ""
        if wanted not in LANGUAGES:
            raise CommandError(USAGE, "a language is en or ja: --lang en, --lang ja")
        environ[VARIABLE] = wanted
    return rest
