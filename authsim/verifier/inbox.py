"""The simulated SIM card: what arrived for a telephone number, opened for whoever may look.

Who may is the shell's business: pages on this machine, and the operator. Sending is `add_user`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from authsim.verifier import Verifier
from authsim.verifier.sealing import open_text

#: As many texts as a person scrolls through.
MOST_TEXTS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """One text. `sequence` ascends with each that the portal sent."""

    sequence: int
    text: str = field(repr=False)
    sent_ms: int


def list_texts(verifier: Verifier, number: str, *, after: int = 0, most: int = MOST_TEXTS) -> Sequence[Received]:
    """Return the texts of a number with `sequence > after`, oldest first; of more than `most`, the newest."""
    return [
        Received(sequence=message.sequence, text=open_text(verifier, message).reveal_text(), sent_ms=message.sent_ms)
        for message in verifier.store.texts.list_of(number, after=after, most=most)
    ]


def list_numbers(verifier: Verifier) -> Sequence[str]:
    """Return the numbers that have an inbox: those of all users, each once, ascending."""
    return verifier.store.texts.list_numbers()
