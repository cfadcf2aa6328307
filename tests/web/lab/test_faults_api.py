"""Switching faults on and off over HTTP: each is named, none is played that cannot be."""

import json

import pytest

from authsim.lab.catalogue import FAULTS
from tests.support.lab_site import LabSite

AS_IT_IS = {"user": None, "step": None, "nth": None, "every": None, "seconds": None, "seen": 0, "struck": 0}


def test_the_list_tells_what_there_is(living: LabSite) -> None:
    """Every fault of the catalogue is told, with where it strikes and for how long; none is on at first."""
    told = living.does("GET", "/faults")

    assert told["faults"] == []
    assert [known["name"] for known in told["known"]] == sorted(FAULTS)
    for known in told["known"]:
        kind = FAULTS[known["name"]]
        assert known["says"] == kind.says
        assert known["steps"] == [step.value for step in kind.steps]
        assert (known["by_ms"], known["needs_user"]) == (kind.by_ms, kind.needs_user)


@pytest.mark.parametrize("name", sorted(FAULTS))
def test_every_fault_is_switched_on_and_off(living: LabSite, name: str) -> None:
    """Each of them goes on for a user, is listed and told, and goes off again."""
    fault = living.does("PUT", f"/faults/{name}", {"user": "alice"})

    expected = AS_IT_IS | {"name": name, "user": "alice", "by_ms": FAULTS[name].by_ms, "armed_ms": 1_750_000_000_000}
    assert fault == expected
    assert living.does("GET", "/faults")["faults"] == [expected]
    assert living.does("DELETE", f"/faults/{name}") is None
    assert living.does("GET", "/faults")["faults"] == []
    told = [(line["what"], line["facts"].get("fault")) for line in living.told("lab")]
    assert told[0] == ("fault:on", name)
    assert told[-1] == ("fault:off", name)


def test_all_members_are_kept(living: LabSite) -> None:
    """User, step, turn, duration and length are those that were asked for."""
    asked = {"user": "alice", "step": "page", "every": 3, "seconds": 2.5, "by_ms": 40}
    assert living.does("PUT", "/faults/slow_answer", asked).items() >= asked.items()
    assert (
        living.does("PUT", "/faults/slow_answer", {"nth": 2}).items() >= {"nth": 2, "user": None, "every": None}.items()
    )
    assert len(living.does("GET", "/faults")["faults"]) == 1


def test_all_go_off_at_once(living: LabSite) -> None:
    """Deleting the board leaves none on; doing so twice is no error."""
    for name in ("http_500", "text_lost"):
        living.does("PUT", f"/faults/{name}")
    for _ in range(2):
        living.does("DELETE", "/faults")
        assert living.does("GET", "/faults")["faults"] == []


def test_a_fault_ends_by_itself(living: LabSite) -> None:
    """One that was switched on for some seconds is off when they are over, on the lab's clock."""
    living.does("PUT", "/faults/http_500", {"seconds": 60})
    living.does("POST", "/clock", {"advance_ms": 59_999})
    assert len(living.does("GET", "/faults")["faults"]) == 1
    living.does("POST", "/clock", {"advance_ms": 1})
    assert living.does("GET", "/faults")["faults"] == []


@pytest.mark.parametrize(
    ("method", "path", "members", "says"),
    [
        ("PUT", "/faults/no_such", {}, "there is no such fault. There are: approval_error"),
        ("DELETE", "/faults/no_such", None, "there is no such fault"),
        ("PUT", "/faults/http_500", {"user": "Not A Name"}, "user is no name"),
        ("PUT", "/faults/http_500", {"user": ""}, "user is no name"),
        ("PUT", "/faults/http_500", {"user": 7}, "user is of another kind"),
        ("PUT", "/faults/http_500", {"by_ms": 7}, "not about time"),
        ("PUT", "/faults/http_500", {"nth": 0}, "nth is a number"),
        ("PUT", "/faults/http_500", {"every": -1}, "every is a number"),
        ("PUT", "/faults/http_500", {"nth": 1, "every": 1}, "not both"),
        ("PUT", "/faults/http_500", {"seconds": 0}, "seconds is above 0"),
        ("PUT", "/faults/http_500", {"step": "no-step"}, "http_500 strikes at"),
        ("PUT", "/faults/push_lost", {"step": "password"}, "push_lost strikes at: notification"),
        ("PUT", "/faults/slow_answer", {"by_ms": -1}, "by_ms is a number"),
        ("PUT", "/faults/slow_answer", {"by_ms": True}, "by_ms is of another kind"),
        ("PUT", "/faults/slow_answer", {"twice": True}, "Known are: user, step, nth, every, seconds, by_ms"),
        ("DELETE", "/faults/http_500", {"user": "alice"}, "Known are: none"),
        ("DELETE", "/faults", {"user": "alice"}, "Known are: none"),
    ],
)
def test_what_cannot_be_played_is_declined(living: LabSite, method: str, path: str, members: object, says: str) -> None:
    """A name, a member or a value that makes no sense is 400 with what would, and nothing goes on or off."""
    living.does("PUT", "/faults/text_late")

    answer = living.asks(method, path, members)

    assert answer.status_code == 400
    assert says in json.loads(answer.text)["detail"]
    assert [fault["name"] for fault in living.does("GET", "/faults")["faults"]] == ["text_late"]


def test_every_fault_that_is_about_one_user_needs_a_name(living: LabSite) -> None:
    """A fault of one user's own state is declined without a user."""
    for name, kind in FAULTS.items():
        assert living.asks("PUT", f"/faults/{name}").status_code == (400 if kind.needs_user else 200)
