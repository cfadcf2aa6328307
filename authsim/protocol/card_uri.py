"""What is written on the letter that brings a security card: which portal it belongs to, its serial number, its seed.

A real card comes with its seed inside; this one is a program, into which its owner reads the letter.
"""

import re
from dataclasses import dataclass, field
from typing import Final

from authsim.errors import MessageError
from authsim.protocol.encodings import format_b64u, parse_b64u, require_digits, require_id
from authsim.secret import Secret

SERIAL_DIGITS: Final = 8
SEED_BYTES: Final = 32

_URI: Final = re.compile(
    r"authsim://card/1"
    r"\?i=(?P<i>[0-9a-f]{32})"
    r"&n=(?P<n>[0-9]{8})"
    r"&k=(?P<k>[A-Za-z0-9_-]{43})",
    re.ASCII,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CardUri:
    """One card: its portal's id, the 8 digits that stand on it, and its seed, 32 bytes."""

    instance_id: str
    serial: str
    seed: Secret = field(repr=False)


def format_card_uri(card: CardUri) -> Secret:
    """Return the text of the letter."""
    serial = require_digits(card.serial, length=SERIAL_DIGITS)
    return Secret(f"authsim://card/1?i={require_id(card.instance_id)}&n={serial}&k={format_b64u(card.seed.reveal())}")


def parse_card_uri(text: str) -> CardUri:
    """Return what a letter says, or raise `MessageError`: each parameter once, in this order, nothing else."""
    found = _URI.fullmatch(text)
    if found is None:
        raise MessageError("not a card URI of authsim/1")
    return CardUri(instance_id=found["i"], serial=found["n"], seed=Secret(parse_b64u(found["k"], length=SEED_BYTES)))
