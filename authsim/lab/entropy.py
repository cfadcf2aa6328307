"""Chance that repeats: with a seed, every draw of the portal and of its virtual phones is the same in each run.

The draws are numbered on the shelf, so several workers share one sequence. Without a seed it is the machine's chance.
"""

import hashlib
import hmac
import json
from typing import Final, final

from authsim import ports
from authsim.lab.ports import Shelf

_DOCUMENT: Final = "entropy"
#: What fits a signed 64-bit number, as most languages have it.
MOST_SEED: Final = 2**63 - 1
_DRAWS: Final = "draws"
_KEYS: Final = "keys"
_BLOCK: Final = 32


@final
class LabEntropy:
    """`ports.Entropy`: HMAC-SHA-256 of the number of the draw under the seed, or the machine's."""

    __slots__ = ("_real", "_shelf")

    def __init__(self, shelf: Shelf, real: ports.Entropy) -> None:
        self._shelf = shelf
        self._real = real

    def seed(self, seed: int | None) -> None:
        """Begin the sequence of a seed, or go back to the machine's chance."""
        self._shelf.change(_DOCUMENT, lambda _: None if seed is None else json.dumps({"seed": seed, "draws": 0}))

    def read_seed(self) -> int | None:
        """Return the seed, or None."""
        text = self._shelf.read(_DOCUMENT)
        return None if text is None else int(json.loads(text)["seed"])

    def token_bytes(self, count: int) -> bytes:
        """Return `count` bytes."""
        if self._shelf.read(_DOCUMENT) is None:
            return self._real.token_bytes(count)
        text = self._shelf.change(_DOCUMENT, _count)
        if text is None:  # the seed was taken away meanwhile
            return self._real.token_bytes(count)
        drawn = json.loads(text)
        return expand(drawn["seed"], drawn["draws"], count)

    def randbelow(self, bound: int) -> int:
        """Return a number in [0, bound); as uniform as 128 bits more than needed make it."""
        if self._shelf.read(_DOCUMENT) is None:
            return self._real.randbelow(bound)
        return _reduce(self.token_bytes(_length_for(bound)), bound)


@final
class KeyEntropy:
    """`ports.Entropy` for what a new portal is made of: keys and identity, from a seed's other sequence.

    What a portal draws later never repeats these bytes, although both come from one seed.
    """

    __slots__ = ("_count", "_seed")

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._count = 0

    def token_bytes(self, count: int) -> bytes:
        """Return `count` bytes."""
        self._count += 1
        return expand(self._seed, self._count, count, purpose=_KEYS)

    def randbelow(self, bound: int) -> int:
        """Return a number in [0, bound)."""
        return _reduce(self.token_bytes(_length_for(bound)), bound)


def expand(seed: int, draw: int, count: int, *, purpose: str = _DRAWS) -> bytes:
    """Return the bytes of one draw; each purpose has a sequence of its own."""
    key = f"authsim/lab/{purpose}/{seed}".encode()
    blocks = (hmac.digest(key, f"{draw}/{block}".encode(), hashlib.sha256) for block in range(-(-count // _BLOCK)))
    return b"".join(blocks)[:count]


def _length_for(bound: int) -> int:
    return (bound.bit_length() + 7) // 8 + 16


def _reduce(drawn: bytes, bound: int) -> int:
    return int.from_bytes(drawn) % bound


def _count(text: str | None) -> str | None:
    if text is None:
        return None
    members = json.loads(text)
    return json.dumps({"seed": members["seed"], "draws": members["draws"] + 1})
