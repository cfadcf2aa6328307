"""Texts, with faults: lost, late, or in the other order; and a carrier whose clock is skewed.

What is sent is decided once, when it has been kept; what has arrived is looked at each time. Texts are numbered in the
order of their arrival, so that whoever asks for those after the last one that was seen misses none. A call is no text:
who asks for one because no text comes gets it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, final

from authsim import ports
from authsim.lab.catalogue import Step
from authsim.lab.clock import TEXT
from authsim.lab.worlds.world import Marks, World
from authsim.model import TextMessage, UserId
from authsim.verifier.topics import inbox_topic

#: As many texts of one number are put in order.
_MOST: Final = 10_000
_NEVER: Final = 2**62


@final
class Carrier:
    """Decides what becomes of texts. `marks` are those of texts, by the nonces of their ciphertexts."""

    __slots__ = ("_marks", "_world")

    def __init__(self, world: World, marks: Marks) -> None:
        self._world = world
        self._marks = marks

    def take(self, text: TextMessage, user_id: UserId) -> None:
        """Decide what becomes of a text that has just been kept."""
        if not self._world.is_on("text_lost", "text_late", "text_swapped"):
            return
        if self._decide("text_lost", text, user_id) is not None:
            return
        late_ms = self._decide("text_late", text, user_id)
        if late_ms is not None:
            due_ms = text.sent_ms + late_ms - self._world.skew_of(TEXT)
            self._world.ring_at(due_ms, inbox_topic(text.number))
        elif not self._is_awaited(text):
            self._decide("text_swapped", text, user_id)

    def _is_awaited(self, text: TextMessage) -> bool:
        """Say whether a text before this one waits for it: then this one arrives, and lets that one follow."""
        newest = self._world.portal.store.texts.list_of(text.number, after=0, most=2)
        return len(newest) > 1 and self._marks.find("text_swapped", key_of(newest[0])) is not None

    def _decide(self, name: str, text: TextMessage, user_id: UserId) -> int | None:
        return self._marks.decide(name, key_of(text), user_id, Step.TEXT)


@final
class FaultyTexts:
    """`ports.Texts`: the inbox of each number, with what has arrived by now."""

    __slots__ = ("_inner", "_marks", "_world", "list_numbers")

    def __init__(self, world: World, marks: Marks) -> None:
        inner: ports.Texts = world.portal.store.texts
        self._inner = inner
        self._world = world
        self._marks = marks
        self.list_numbers = inner.list_numbers

    def list_of(self, number: str, *, after: int, most: int) -> Sequence[TextMessage]:
        """Return what has arrived with `sequence > after`, oldest first; of more than `most`, the newest."""
        marks, skew_ms = self._marks.read(), self._world.skew_of(TEXT)
        if not marks and not skew_ms:
            return self._inner.list_of(number, after=after, most=most)
        now_ms = self._world.portal.clock.now_ms() + skew_ms
        sent = self._inner.list_of(number, after=0, most=_MOST)
        arrived = [text for arrives_ms, text in put_in_order(sent, marks) if arrives_ms <= now_ms]
        found = [text for text in arrived if text.sequence > after]
        return found[max(len(found) - most, 0) :]


def key_of(text: TextMessage) -> str:
    """Return what a text is known by before and after the store numbers it."""
    return text.body.nonce.hex()


def put_in_order(
    sent: Sequence[TextMessage], marks: Mapping[str, Mapping[str, Any]]
) -> Sequence[tuple[int, TextMessage]]:
    """Return texts in the order of their arrival, each with its instant, and numbered so; lost ones are left out."""
    noted = [(text, marks.get(key_of(text), {})) for text in sent]
    coming = [(text, words) for text, words in noted if words.get("text_lost") is None]
    ranked: list[tuple[int, int, int, TextMessage]] = []
    for place, (text, words) in enumerate(coming):
        if words.get("text_swapped") is None:
            ranked.append((text.sent_ms + (words.get("text_late") or 0), place, 0, text))
        elif place + 1 < len(coming):  # it follows the next one
            following, its_words = coming[place + 1]
            ranked.append((following.sent_ms + (its_words.get("text_late") or 0), place + 1, 1, text))
        else:
            ranked.append((_NEVER, place, 0, text))
    numbers = sorted(text.sequence for text, _ in coming)
    ordered = sorted(ranked, key=lambda rank: rank[:3])
    return [
        (arrives_ms, replace(text, sequence=number))
        for number, (arrives_ms, _, _, text) in zip(numbers, ordered, strict=True)
    ]
