import threading

import pytest

from tests.support.child import LONGEST_S
from tests.support.lab_site import LabSite
from tests.support.ports import BEGINNING_MS
from tests.support.site import PASSWORD


def enrolled(living: LabSite) -> str:
    """Alice with an active phone of the lab; return the phone's id."""
    living.does("POST", "/users", {"name": "alice", "password": PASSWORD})
    (phone,) = living.does("POST", "/phones", {})["phones"]
    living.does("POST", f"/phones/{phone['id']}/activate", {"user": "alice"})
    return str(phone["id"])


def test_the_beginning_is_kept(living: LabSite) -> None:
    """A lab begins with one snapshot, which a reset goes back to and nobody drops."""
    assert living.does("GET", "/snapshots") == {"snapshots": ["beginning"]}
    declined = living.asks("DELETE", "/snapshots/beginning")

    assert declined.status_code == 400
    assert "reset" in declined.get_json()["detail"]


def test_a_second_factor_is_brought_back(living: LabSite) -> None:
    """A user, the phone, its keys and an open session are again what they were: the same phone logs in again."""
    phone = enrolled(living)
    browser = living.site.browser()
    browser.types_password("alice")
    living.does("POST", "/snapshots", {"name": "ready"})
    living.does("POST", "/users/alice/revoke")
    living.does("DELETE", f"/phones/{phone}")
    living.does("DELETE", "/users/alice")

    assert living.asks("POST", "/snapshots/ready/restore").status_code == 204

    assert living.does("GET", "/users/alice")["state"] == "active"
    page = living.site.browser().types_password("alice")
    response = living.does("POST", f"/phones/{phone}/respond", {"challenge": page.challenge})["response"]
    assert browser.opens("/sso/SecondFactor").status == 200
    assert response


def test_everything_of_the_lab_is_brought_back(living: LabSite) -> None:
    """Clock, faults, seed, phones, texts and the story are those of the snapshot."""
    living.does("PUT", "/seed", {"seed": 7})
    living.does("POST", "/clock", {"freeze": True, "advance_ms": 5_000})
    living.does("PUT", "/faults/push_lost", {})
    living.does("POST", "/snapshots", {"name": "one"})
    before = {path: living.does("GET", path) for path in ("/clock", "/faults", "/seed", "/phones", "/users")}
    first = living.does("POST", "/users")
    living.does("POST", "/clock", {"advance_ms": 60_000, "freeze": False})
    living.does("DELETE", "/faults")
    living.does("POST", "/phones", {})
    living.does("PUT", "/seed", {"seed": None})

    living.does("POST", "/snapshots/one/restore")

    assert {path: living.does("GET", path) for path in before} == before
    assert living.does("POST", "/users") == first  # chance goes on where it stood
    whats = [line["what"] for line in living.told("lab")]
    assert whats[-1] == "snapshot:restored"
    assert "seed:changed" in whats
    assert whats.count("seed:changed") == 1


def test_names_are_made_and_replaced(living: LabSite) -> None:
    """Without a name one is counted up; a name that is given again stands for the newer world."""
    assert living.does("POST", "/snapshots") == {"snapshot": "snapshot-1"}
    assert living.does("POST", "/snapshots", {}) == {"snapshot": "snapshot-2"}
    living.does("POST", "/users", {"name": "alice"})
    assert living.does("POST", "/snapshots", {"name": "snapshot-1"}) == {"snapshot": "snapshot-1"}
    living.does("POST", "/reset")
    assert living.does("GET", "/users")["users"] == []

    living.does("POST", "/snapshots/snapshot-1/restore")

    assert [user["name"] for user in living.does("GET", "/users")["users"]] == ["alice"]
    assert living.does("GET", "/snapshots")["snapshots"] == ["beginning", "snapshot-1", "snapshot-2"]


def test_a_snapshot_is_dropped(living: LabSite) -> None:
    """What is dropped is gone, and asking for it again is a 404 that says where to look."""
    living.does("POST", "/snapshots", {"name": "one"})
    assert living.asks("DELETE", "/snapshots/one").status_code == 204

    for method, path in (("DELETE", "/snapshots/one"), ("POST", "/snapshots/one/restore")):
        answer = living.asks(method, path)
        assert (answer.status_code, "GET snapshots" in answer.get_json()["detail"]) == (404, True)


@pytest.mark.parametrize("name", ["One", "../one", "a b", "x" * 65])
def test_a_name_is_plain(living: LabSite, name: str) -> None:
    """A name that could be a path is a 400 that says the rule."""
    answer = living.asks("POST", "/snapshots", {"name": name})

    assert (answer.status_code, "a-z" in answer.get_json()["detail"]) == (400, True)


def test_a_reset_goes_back_to_the_opening(living: LabSite) -> None:
    """Users, phones, faults, clock, seed and story are as when the lab was opened; snapshots stay."""
    opened = {path: living.does("GET", path) for path in ("/clock", "/faults", "/seed", "/phones", "/users")}
    enrolled(living)
    living.does("POST", "/clock", {"freeze": True, "advance_ms": 86_400_000})
    living.does("PUT", "/faults/http_503", {"nth": 99})
    living.does("PUT", "/seed", {"seed": 7})
    living.does("POST", "/snapshots", {"name": "kept"})

    assert living.asks("POST", "/reset").status_code == 204

    assert {path: living.does("GET", path) for path in opened} == opened
    assert living.does("GET", "/clock")["now_ms"] == BEGINNING_MS
    assert not [line for line in living.told("lab") if line["what"] != "clock:changed"]
    assert living.does("GET", "/snapshots")["snapshots"] == ["beginning", "kept"]


def test_the_beginning_can_be_another_one(living: LabSite) -> None:
    """Whoever takes a snapshot of that name says what later resets go back to."""
    living.does("POST", "/users", {"name": "alice"})
    living.does("POST", "/snapshots", {"name": "beginning"})
    living.does("POST", "/users", {"name": "berta"})

    living.does("POST", "/reset")

    assert [user["name"] for user in living.does("GET", "/users")["users"]] == ["alice"]


def test_two_runs_after_resets_tell_the_same_story(living: LabSite) -> None:
    """A run that is repeated after a reset, with a seed and a frozen clock, is the same byte for byte."""
    stories = []
    for _ in range(2):
        living.does("POST", "/reset")
        living.does("PUT", "/seed", {"seed": 3})
        living.does("POST", "/clock", {"freeze": True, "at_ms": BEGINNING_MS + 86_400_000})
        enrolled(living)
        living.does("POST", "/snapshots", {"name": "one"})
        living.does("POST", "/snapshots/one/restore")
        stories.append(living.asks("GET", "/events").data)

    assert stories[0] == stories[1]
    assert b"snapshot:restored" in stories[0]


def test_who_waits_is_woken_by_a_restore(living: LabSite) -> None:
    """An open page looks again when a world was brought back: its session may be another one by now."""
    living.does("POST", "/snapshots", {"name": "one"})
    listener = living.site.verifier.bus.subscribe("session:any")
    while listener.wait(0.2):
        pass
    woken = threading.Event()
    waiting = threading.Thread(target=lambda: woken.set() if listener.wait(LONGEST_S) else None)
    waiting.start()

    living.does("POST", "/snapshots/one/restore")
    waiting.join(LONGEST_S)
    listener.close()

    assert woken.is_set()
