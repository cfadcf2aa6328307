"""The challenges that a person carries from the portal to the phone, and the responses carried back.

Both suites answer with 8 digits, bind the purpose into the answer, and have challenges that begin with 1 to 9 at a
fixed length, so that no two of them are the same OCRA input (a numeric question q and 16·q encode alike).
"""

import enum
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from authsim.errors import MessageError
from authsim.protocol.encodings import require_digits
from authsim.protocol.ocra import compute_response
from authsim.protocol.suite import CLASSIC6, STRICT10, SUITES, require_suite_name
from authsim.secret import Secret

RESPONSE_DIGITS: Final = 8

#: What a security card computes. It has no menu, and so no purpose: whoever answers says only that the card is there.
CARD_SUITE: Final = "OCRA-1:HOTP-SHA256-8:QN06"
CARD_CHALLENGE_DIGITS: Final = 6
#: How many challenges a card knows: `format_card_challenge` takes a draw below it.
CARD_SPACE: Final = 900_000

_CHALLENGE_DIGITS: Final[Mapping[str, int]] = MappingProxyType({CLASSIC6: 6, STRICT10: 10})

# Damm's quasigroup of order 10: H. M. Damm, Total anti-symmetrische Quasigruppen, 2004.
_DAMM: Final = (
    "0317598642",
    "7092154863",
    "4206871359",
    "1750983426",
    "6123045978",
    "3674209581",
    "5869720134",
    "8945362017",
    "9438617205",
    "2581436790",
)


class Purpose(enum.IntEnum):
    """What a response is for. It is bound into the response: one made for `LOG_IN` opens nothing else."""

    LOG_IN = 1
    ADD_DEVICE = 2
    SECURE_LOGIN = 3
    TEMPORARY_PASSCODE = 4
    CHANGE_CONTACT = 5
    RECOVERY = 6
    SIGN_TRANSACTION = 7
    ACTIVATION = 8
    SELF_TEST = 9


def compute_check_digit(digits: str) -> str:
    """Return the Damm check digit: every wrong digit and every swap of neighbours is noticed."""
    state = 0
    for digit in digits:
        state = int(_DAMM[state][int(digit)])
    return str(state)


def challenge_space(suite_name: str) -> int:
    """Return how many challenges one purpose has: `format_challenge` takes a draw below it."""
    return 900_000 if require_suite_name(suite_name) == CLASSIC6 else 10**8


def format_challenge(suite_name: str, *, purpose: int, draw: int) -> str:
    """Return the challenge that a random `draw` in `range(challenge_space(suite_name))` stands for, ungrouped."""
    if not 0 <= draw < challenge_space(suite_name):
        raise ValueError("the draw lies outside the challenge space")
    purpose = Purpose(purpose)
    if require_suite_name(suite_name) == CLASSIC6:
        return str(100_000 + draw)
    digits = f"{purpose:d}{draw:08d}"
    return digits + compute_check_digit(digits)


def require_challenge(suite_name: str, text: object) -> str:
    """Return a challenge as typed by a person, normalised, or raise `MessageError` when the suite has no such one."""
    name = require_suite_name(suite_name)
    challenge = require_digits(text, length=_CHALLENGE_DIGITS[name])
    if challenge[0] == "0":
        raise MessageError("a challenge does not begin with 0")
    if name != CLASSIC6 and compute_check_digit(challenge) != "0":
        raise MessageError("the check digit does not fit: one digit was mistyped")
    return challenge


def purpose_of(suite_name: str, challenge: str, default: int) -> int:
    """Return the purpose that a challenge carries (strict10), or `default` where it carries none (classic6)."""
    return default if require_suite_name(suite_name) == CLASSIC6 else int(challenge[0])


def compute_challenge_response(suite_name: str, seed: Secret, *, challenge: str, purpose: int) -> str:
    """Return the 8-digit response string to a valid challenge, for one purpose, under a device's 32-byte seed.

    Raises `MessageError` when the challenge is not one of the suite, or carries another purpose.
    """
    name = require_suite_name(suite_name)
    question = require_challenge(name, challenge)
    purpose = Purpose(purpose)
    if purpose_of(name, question, purpose) != purpose:
        raise MessageError("the challenge was issued for another purpose")
    session = f"authsim/1/purpose/{purpose:d}".encode("ascii") if name == CLASSIC6 else None
    return compute_response(SUITES[name], seed.reveal(), question=question, session=session)


def format_card_challenge(draw: int) -> str:
    """Return the challenge for a security card that a random `draw` in `range(CARD_SPACE)` stands for."""
    if not 0 <= draw < CARD_SPACE:
        raise ValueError("the draw lies outside the challenge space")
    return str(100_000 + draw)


def require_card_challenge(text: object) -> str:
    """Return a card's challenge as typed by a person, normalised: 6 digits, the first 1 to 9; else `MessageError`."""
    challenge = require_digits(text, length=CARD_CHALLENGE_DIGITS)
    if challenge[0] == "0":
        raise MessageError("a challenge does not begin with 0")
    return challenge


def compute_card_response(seed: Secret, challenge: str) -> str:
    """Return the 8 digits with which a security card answers, under its 32-byte seed; `MessageError`: no challenge."""
    return compute_response(CARD_SUITE, seed.reveal(), question=require_card_challenge(challenge))
