"""Many users at once: numbers that nobody has, and one password that is hashed once.

What a user is and how one is added is the verifier's; nothing here adds anybody.
"""

from collections.abc import Collection, Iterator
from typing import Final, final

from authsim import ports
from authsim.secret import Secret

_LEAST_AREA: Final = 200
_AREAS: Final = 800
#: 555-0100 to 555-0199 belong to nobody in every area of the North American plan.
_IN_AREA: Final = 100
_NORTH_AMERICAN: Final = _AREAS * _IN_AREA
#: Ofcom's range for drama.
_BRITISH: Final = 1_000
NUMBERS: Final = _NORTH_AMERICAN + _BRITISH


@final
class SharedHash:
    """`ports.Passwords` that hashes a password once, however many users are given it.

    They then share one PHC text, salt and all. That is on purpose: a crowd of a thousand has one password that its
    maker knows, so a salt of each user's own would hide nothing and cost half a minute. A real portal never does this.
    """

    __slots__ = ("_hashed", "_is_common", "_passwords")

    def __init__(self, passwords: ports.Passwords) -> None:
        self._passwords = passwords
        self._hashed: tuple[Secret, str] | None = None
        self._is_common: dict[str, bool] = {}

    def hash(self, password: Secret) -> str:
        """Return the text that this password was hashed to just before, or hash it."""
        if self._hashed is None or self._hashed[0] != password:
            self._hashed = (password, self._passwords.hash(password))
        return self._hashed[1]

    def is_correct(self, password: Secret, password_hash: str | None) -> bool:
        """Say whether the password fits, with all the work that this takes."""
        return self._passwords.is_correct(password, password_hash)

    def is_common(self, text: str) -> bool:
        """Say whether a text stands on the list of common passwords, which is read once for each text."""
        if text not in self._is_common:
            self._is_common[text] = self._passwords.is_common(text)
        return self._is_common[text]


def draw_numbers(entropy: ports.Entropy, taken: Collection[str]) -> Iterator[str]:
    """Yield fictional telephone numbers that nobody has, none twice, beginning at one that is drawn.

    There are 81,000; it ends when all are given.
    """
    first = entropy.randbelow(NUMBERS)
    for place in range(NUMBERS):
        number = _spell((first + place) % NUMBERS)
        if number not in taken:
            yield number


def draw_names(prefix: str, taken: Collection[str]) -> Iterator[str]:
    """Yield `<prefix><number>`, counting from 1, without those that are taken."""
    number = 0
    while True:
        number += 1
        name = f"{prefix}{number}"
        if name not in taken:
            yield name


def _spell(place: int) -> str:
    if place < _NORTH_AMERICAN:
        return f"+1{_LEAST_AREA + place // _IN_AREA}55501{place % _IN_AREA:02}"
    return f"+447700900{place - _NORTH_AMERICAN:03}"
