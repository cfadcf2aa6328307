"""`ports.Texts` in memory."""

from dataclasses import replace
from typing import TYPE_CHECKING, final

from authsim.adapters.memory.tables import KeptText

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authsim.adapters.memory.tables import Tables
    from authsim.model import TextMessage, UserId


@final
class MemoryTexts:
    """The simulated inbox of each phone number."""

    __slots__ = ("_tables",)

    def __init__(self, tables: "Tables") -> None:
        self._tables = tables

    def list_of(self, number: str, *, after: int, most: int) -> "Sequence[TextMessage]":
        """Return texts after a sequence, oldest first; of more than `most`, the newest."""
        with self._tables.lock:
            found = [
                kept.text for kept in self._tables.texts if kept.text.number == number and kept.text.sequence > after
            ]
            return found[max(len(found) - most, 0) :]

    def list_numbers(self) -> "Sequence[str]":
        """Return the numbers of all users, each once, ascending."""
        with self._tables.lock:
            return sorted({user.phone for user in self._tables.users.values() if user.phone is not None})


def deliver(tables: "Tables", text: "TextMessage", *, user_id: "UserId") -> None:
    """Put a text into its inbox; `user_id` says with whom it goes."""
    tables.texts.append(KeptText(user_id=user_id, text=replace(text, sequence=tables.next_sequence())))
