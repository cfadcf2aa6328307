"""The list of common passwords that is shipped beside this file, with its source and licence at its head."""

from importlib.resources import files
from typing import Final

_FILE: Final = "common_passwords.txt"


def read_common_passwords() -> frozenset[str]:
    """Return the list, in lower case; what stands before the first blank line says where it comes from."""
    text = files("authsim.adapters").joinpath(_FILE).read_text(encoding="utf-8")
    return frozenset(text.partition("\n\n")[2].splitlines())
