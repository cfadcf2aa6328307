"""The bus of a portal in a lab: it rings as ever, and lets virtual phones hear what rings for them."""

from typing import final

from authsim import ports
from authsim.lab.agenda import RING, Agenda
from authsim.lab.phones.hands import Hands


@final
class LabBus:
    """`ports.Bus`. What the agenda rings later rings for everybody, here and in other processes."""

    __slots__ = ("_hands", "_real")

    def __init__(self, real: ports.Bus, *, hands: Hands, agenda: Agenda) -> None:
        self._real = real
        self._hands = hands
        agenda.when_due(RING, self.publish)

    def publish(self, topic: str) -> None:
        """Wake all that listen to `topic`, and the phones that it is about."""
        self._real.publish(topic)
        self._hands.hear(topic)

    def subscribe(self, topic: str) -> ports.Subscription:
        """Listen."""
        return self._real.subscribe(topic)
