"""What stands in place of a value: how long it was, and a tag by which equal values are known as equal.

The tag is an HMAC under a key that nobody keeps, so nothing can be guessed from it. It is written in letters: digits
could be taken for a code.
"""

import hmac
from typing import Final, final

from authsim.secret import Secret

KEY_BYTES: Final = 32
_LETTERS: Final = "abcdefghijklmnop"


@final
class Marker:
    """Makes marks under one key; let go of it, and the key is gone."""

    __slots__ = ("_key", "_tags")

    def __init__(self, key: Secret) -> None:
        self._key = key
        self._tags: dict[str, str] = {}

    def tag(self, value: str) -> str:
        """Return 8 letters that are the same for the same value."""
        tag = self._tags.get(value)
        if tag is None:
            digest = hmac.digest(self._key.reveal(), value.encode("utf-8", "surrogatepass"), "sha256")
            tag = self._tags[value] = "".join(_LETTERS[byte >> 4] + _LETTERS[byte & 15] for byte in digest[:4])
        return tag

    def mark(self, value: str) -> str:
        """Return what stands in place of `value`."""
        return f"‹redacted:len={len(value)}:tag={self.tag(value)}›"
