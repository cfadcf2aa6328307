"""Which passwords may be set: how long they are, and, where the profile asks it, that nobody tries them first.

After NIST SP 800-63B-4 section 3.1.1.2: length and a blocklist, no rules of composition, and the whole password is
compared, never a word inside it. Storing one belongs to the operators' ceremonies, judging one to `passwords`.
"""

import re
import unicodedata
from typing import Final

from authsim.errors import MessageError
from authsim.secret import Secret
from authsim.verifier import Verifier

MOST_CHARACTERS: Final = 128
#: What a password here may not be made of alone; the user's own name is another.
CONTEXT_WORDS: Final = ("authsim", "authkey", "simulation", "ibkey", "password", "passcode", "login", "secret", "admin")

_RUNS: Final = ("1234567890" * 14, "abcdefghijklmnopqrstuvwxyz" * 6, "qwertyuiopasdfghjklzxcvbnm" * 6)
_SHORTEST_REPEATED: Final = 8


def require_strength(verifier: Verifier, password: Secret, *, name: str) -> None:
    """Return when a password may be set for the user of that name; else `MessageError`, which never quotes it.

    It is long enough (code points, NFC), and not too long to hash. Where the policy asks a blocklist, it is also no
    common password (with or without digits and signs around its letters), no repetition or run, and not made of words
    that anybody would try here: the user's name, the name of the service.
    """
    normal = unicodedata.normalize("NFC", password.reveal_text())
    least = verifier.policy.password_least_characters
    if not least <= len(normal) <= MOST_CHARACTERS:
        raise MessageError(f"a password has {least} to {MOST_CHARACTERS} characters")
    if verifier.policy.password_blocklist and _is_tried_first(verifier, normal.casefold(), name.casefold()):
        raise MessageError("that password is one of those that are tried first: choose another")


def _is_tried_first(verifier: Verifier, text: str, name: str) -> bool:
    letters = "".join(character for character in text if character.isalpha())
    words = "|".join(map(re.escape, (name, *CONTEXT_WORDS)))
    return (
        verifier.passwords.is_common(text)
        or verifier.passwords.is_common(letters)
        or re.fullmatch(f"(?:{words})+", letters) is not None
        or _is_repeated(text)
        or any(text in run or text[::-1] in run for run in _RUNS)
    )


def _is_repeated(text: str) -> bool:
    """Say whether a short piece of the text, again and again, is all of it."""
    return any((text[:length] * len(text)).startswith(text) for length in range(1, _SHORTEST_REPEATED))
