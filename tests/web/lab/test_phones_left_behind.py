"""Virtual phones that are about to do something when another world is brought back, or their person thinks again."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from authsim.lab.phones.answering import Wanted, decide, decide_on, find_requests
from authsim.lab.phones.drawer import WorldLeftError
from authsim.lab.phones.wire import Answer
from authsim.protocol.push import APPROVE
from authsim.secret import Secret
from tests.support.child import LONGEST_S
from tests.support.lab_phones import activates, phone_lines
from tests.support.lab_site import LabSite
from web.lab.transport import OwnPortal


@pytest.fixture
def phone(living: LabSite) -> str:
    """A phone that does nothing by itself, of a user whose login waits for it, and a snapshot of just that."""
    made = activates(living)
    living.site.browser(is_patient=True).types_password("alice")
    assert living.lab.hands.wait_until_idle(LONGEST_S)
    living.does("POST", "/snapshots", {"name": "asked"})
    return made


def is_decided(living: LabSite) -> bool:
    """Say whether the request was decided."""
    found = living.site.verifier.store.users.find("alice")
    assert found is not None
    return living.site.portal.store.pushes.list_decided(found.user_id, most=1)[0].decision is not None


class TurningPortal:
    """The way to the portal on which, behind the first list of requests, something turns."""

    def __init__(self, living: LabSite, turn: Callable[[], object]) -> None:
        self.real = OwnPortal(living.site.app, living.site.verifier)
        self.turn = turn
        self.turned = 0

    def send(self, method: str, path: str, *, body: bytes | None = None, bearer: Secret | None = None) -> Answer:
        answer = self.real.send(method, path, body=body, bearer=bearer)
        if path.endswith("/requests") and not self.turned:
            self.turned += 1
            self.turn()
        return answer

    def knows(self, username: str) -> bool:
        return self.real.knows(username)

    def read_number(self, request_id: str) -> str:
        return self.real.read_number(request_id)

    def list_texts(self, username: str, *, after: int = 0) -> Sequence[Any]:
        return self.real.list_texts(username, after=after)

    def wait_for_texts(self, username: str, *, after: int, seconds: float) -> Sequence[Any]:
        return self.real.wait_for_texts(username, after=after, seconds=seconds)


def test_a_hand_leaves_the_other_world_alone(living: LabSite, phone: str) -> None:
    """A phone that has read its requests in a world that is gone answers none of them in the one that came."""
    way = TurningPortal(living, lambda: living.lab.snapshots.restore("asked"))
    living.lab.fleet.connect(way)
    living.does("PUT", f"/phones/{phone}", {"policy": "approve"})
    assert living.lab.hands.wait_until_idle(LONGEST_S)

    assert way.turned == 1
    assert living.does("GET", f"/phones/{phone}")["policy"] == "manual"
    assert not is_decided(living)
    assert "phone:approved" not in [what for what, _, _ in phone_lines(living)]

    living.does("PUT", f"/phones/{phone}", {"policy": "approve"})
    assert living.lab.hands.wait_until_idle(LONGEST_S)
    assert is_decided(living)


def test_nothing_is_signed_for_a_world_that_is_gone(living: LabSite, phone: str) -> None:
    """A phone that was opened before a snapshot was restored sends no decision; opened anew, it does."""
    fleet = living.lab.fleet
    opened = fleet.open(phone)
    (asked,) = find_requests(fleet, opened, opened.phone.accounts)
    living.lab.snapshots.restore("asked")

    with pytest.raises(WorldLeftError, match="snapshot was restored"):
        decide_on(fleet, opened, asked, APPROVE, number=None)
    assert not is_decided(living)
    assert decide(fleet, phone, APPROVE, Wanted()) == "approved"
    assert is_decided(living)


def test_a_hand_does_nothing_that_its_person_no_longer_wants(living: LabSite) -> None:
    """A phone that was to deny when its look began, and is on its person's own when it ends, neither hears nor acts."""
    made = activates(living, policy="deny")
    assert living.lab.hands.wait_until_idle(LONGEST_S)
    way = TurningPortal(living, lambda: living.does("PUT", f"/phones/{made}", {"policy": "manual"}))
    living.lab.fleet.connect(way)
    living.site.browser(is_patient=True).types_password("alice")
    assert living.lab.hands.wait_until_idle(LONGEST_S)

    assert way.turned == 1
    assert not is_decided(living)
    assert phone_lines(living) == [("phone:activated", "alice", None)]
