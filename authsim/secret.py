"""A value that must not be printed: both ends wrap keys, PINs, passwords and tokens in it.

It excludes any cryptography: it only keeps a secret out of reprs, logs, f-strings and pickles.
"""

import hmac
from typing import NoReturn, final


@final
class Secret:
    """Bytes whose every textual form is redacted; `reveal()` is the one way to read them."""

    __slots__ = ("_value",)

    def __init__(self, value: bytes | str) -> None:
        self._value = value.encode() if isinstance(value, str) else bytes(value)

    def reveal(self) -> bytes:
        """Return the bytes."""
        return self._value

    def reveal_text(self) -> str:
        """Return the bytes as UTF-8 text."""
        return self._value.decode()

    def __repr__(self) -> str:
        return "Secret(•••)"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return repr(self)

    def __len__(self) -> int:
        return len(self._value)

    def __eq__(self, other: object) -> bool:
        """Compare in constant time with another secret."""
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self._value, other._value)

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Secret is never pickled or copied")
