"""A card with numbered values: the printed security code card and the online one.

It has 224 index numbers, each with a value of three characters that both sides derive from one seed. A question is two
different index numbers, its answer the two values together. Drawing the numbers is `verifier.prompts`.
"""

import re
from typing import Final

from authsim.errors import MessageError
from authsim.protocol.hkdf import expand
from authsim.secret import Secret

INDEXES: Final = 224
VALUE_CHARACTERS: Final = 3
ANSWER_CHARACTERS: Final = 2 * VALUE_CHARACTERS
SEED_BYTES: Final = 32
#: 32 characters that are not mistaken for one another: five bits each, so that every one is as likely.
ALPHABET: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"

_INFO: Final = b"authsim/1/code-card\0"
_QUESTION: Final = re.compile(r"(?P<first>[0-2][0-9]{2}) (?P<second>[0-2][0-9]{2})", re.ASCII)
_ANSWER: Final = re.compile(r"[A-Z0-9]{6}", re.ASCII)
_ORNAMENT: Final = str.maketrans("", "", " -")


def compute_value(seed: Secret, index: int) -> str:
    """Return the three characters that stand beside an index number, 1 to 224. `seed` has 32 bytes."""
    if not 1 <= index <= INDEXES:
        raise ValueError("a card has the index numbers 1 to 224")
    drawn = expand(seed.reveal(), _INFO + bytes((index,)), VALUE_CHARACTERS)
    return "".join(ALPHABET[byte % len(ALPHABET)] for byte in drawn)


def format_question(first: int, second: int) -> str:
    """Return the two index numbers as a page shows them: `017 203`."""
    if first == second or not all(1 <= index <= INDEXES for index in (first, second)):
        raise ValueError("a question is two different index numbers, 1 to 224")
    return f"{first:03d} {second:03d}"


def compute_answer(seed: Secret, question: str) -> str:
    """Return the two values together, 6 characters; `MessageError` when it is no question."""
    found = _QUESTION.fullmatch(question)
    indexes = (0, 0) if found is None else (int(found["first"]), int(found["second"]))
    if indexes[0] == indexes[1] or not all(1 <= index <= INDEXES for index in indexes):
        raise MessageError("a question is two different index numbers, 001 to 224")
    return "".join(compute_value(seed, index) for index in indexes)


def require_answer(text: object) -> str:
    """Return an answer as a person typed it, in upper case without blanks and hyphens; else `MessageError`.

    What is easily misread for another character (0, O, 1, I) stands on no card: it is an answer, and a wrong one.
    """
    answer = text.translate(_ORNAMENT).upper() if type(text) is str and text.isascii() else ""
    if not _ANSWER.fullmatch(answer):
        raise MessageError("an answer is the two values of three characters")
    return answer
