"""The hands of virtual phones where the lab's file fails: the portal's own work goes on."""

import pytest

from authsim.errors import StoreError
from authsim.lab.agenda import Agenda
from authsim.lab.phones.drawer import Drawer
from authsim.lab.phones.fleet import Fleet
from authsim.lab.phones.hands import Hands
from authsim.lab.phones.wire import Answer
from authsim.secret import Secret
from tests.support.lab import LabTown, MemoryShelf
from tests.support.ports import CountedEntropy


class FailingShelf(MemoryShelf):
    """A shelf whose file is gone."""

    def read(self, name: str) -> str | None:
        raise StoreError(f"no {name}")


class Nowhere:
    """A way to no portal."""

    def send(self, method: str, path: str, *, body: bytes | None = None, bearer: Secret | None = None) -> Answer:
        return Answer(502, {}, f"{method} {path} {body!r} {bearer}".encode())

    def read_number(self, request_id: str) -> str:
        return request_id

    def list_texts(self, username: str, *, after: int = 0) -> list[object]:
        return [username, after]

    def wait_for_texts(self, username: str, *, after: int, seconds: float) -> list[object]:
        return [username, after, seconds]


def test_a_bell_that_nobody_can_hear_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """Whoever publishes is never disturbed by the lab: a file that fails costs a line of the log."""
    town, shelf = LabTown(), FailingShelf()
    agenda = Agenda(shelf, town.lab.clock)
    fleet = Fleet(
        Drawer(shelf, CountedEntropy()),
        clock=town.lab.clock,
        entropy=town.lab.entropy,
        teller=town.lab.teller,
        agenda=agenda,
    )
    hands = Hands(fleet, agenda)
    hands.hear(f"device:{'0' * 32}")
    assert caplog.text == ""

    fleet.connect(Nowhere())  # type: ignore[arg-type]
    hands.hear("login:1")
    assert caplog.text == ""
    hands.hear(f"device:{'0' * 32}")
    assert "a phone of the lab did not hear: StoreError" in caplog.text
    hands.close()
