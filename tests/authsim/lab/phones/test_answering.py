"""What a virtual phone does with a request, step by step: that it came is told before anybody answers it."""

import threading
from types import SimpleNamespace
from typing import cast

from authsim.lab.agenda import Agenda
from authsim.lab.phones.answering import Asked, claim, hear
from authsim.lab.phones.drawer import Drawer
from authsim.lab.phones.fleet import Fleet
from authsim.lab.phones.handset import Seen
from authsim.lab.telling import Teller
from tests.support.lab import CountedRecord, LabTown, MemoryShelf
from tests.support.ports import CountedEntropy

REQUEST = "request-1"


class SlowJournal(MemoryShelf):
    """A journal that takes a line only once it may: `is_asked` tells that somebody waits."""

    def __init__(self) -> None:
        super().__init__()
        self.is_asked = threading.Event()
        self.may = threading.Event()

    def append(self, line: str) -> int:
        self.is_asked.set()
        assert self.may.wait(60)
        return super().append(line)


class Shelved:
    """A phone, the fleet it belongs to, and a request for it."""

    def __init__(self) -> None:
        self.town = LabTown()
        self.journal = SlowJournal()
        shelf = MemoryShelf()
        self.fleet = Fleet(
            Drawer(shelf, CountedEntropy()),
            clock=self.town.lab.clock,
            entropy=self.town.lab.entropy,
            teller=Teller(self.journal, self.town.lab.clock, CountedRecord(self.town.verifier.store.audit)),
            agenda=Agenda(shelf, self.town.lab.clock),
        )
        self.fleet.connect(self)  # type: ignore[arg-type]
        self.phone = self.fleet.make("ios").phone_id
        account, request = SimpleNamespace(label="alice"), SimpleNamespace(request_id=REQUEST)
        self.asked = cast(Asked, SimpleNamespace(line=SimpleNamespace(account=account), request=request))

    def knows(self, username: str) -> bool:
        """The only word of the portal that is needed."""
        return username == "alice"

    def is_answered(self) -> bool:
        """Try to be the one who answers, and say whether one is."""
        return claim(self.fleet, self.phone, REQUEST, Seen.ANSWERED, was=Seen.LEFT)


def test_nobody_answers_before_it_is_told_that_it_came() -> None:
    """Two who hear at once: until the line is written neither may answer, and the second one waits for it."""
    shelved = Shelved()
    heard: list[tuple[str, bool, int]] = []

    def hears(name: str) -> None:
        is_news = hear(shelved.fleet, shelved.phone, shelved.asked)
        heard.append((name, is_news, len(shelved.journal.lines)))

    first = threading.Thread(target=hears, args=("first",))
    first.start()
    assert shelved.journal.is_asked.wait(60)
    assert not shelved.is_answered()
    second = threading.Thread(target=hears, args=("second",))
    second.start()
    shelved.journal.may.set()
    first.join(60)
    second.join(60)

    assert sorted(heard) == [("first", True, 1), ("second", False, 1)]
    assert shelved.is_answered()
    assert not shelved.is_answered()


def test_one_who_died_while_telling_holds_nobody_up_for_long() -> None:
    """What was left half told by a worker that is no more can be answered all the same."""
    shelved = Shelved()
    assert claim(shelved.fleet, shelved.phone, REQUEST, Seen.COMING, was=None)

    assert not hear(shelved.fleet, shelved.phone, shelved.asked)
    assert shelved.is_answered()
