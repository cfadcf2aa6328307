import json
import re
from contextlib import closing
from pathlib import Path

import pytest

from authsim.ends.children import PortalChild
from authsim.policy import CLASSIC, Policy
from authsim.protocol.suite import CLASSIC6
from authsim.secret import Secret
from authsim.testing.client import Lab
from authsim.testing.portal import Portal
from tests.support.lab_phones import activates
from tests.support.lab_site import LabSite
from tests.support.ports import BEGINNING_MS
from web.settings import LabSettings, Settings
from web.wiring import create_portal

AT_MS = 2_000_000_000_000


def test_a_seed_is_given_and_taken_away(living: LabSite) -> None:
    """Chance is the machine's until a seed is put, and again when null is."""
    assert living.does("GET", "/seed") == {"seed": None}
    assert living.does("PUT", "/seed", {"seed": 7}) == {"seed": 7}
    assert living.does("GET", "/seed") == {"seed": 7}
    assert living.does("PUT", "/seed", {"seed": None}) == {"seed": None}


@pytest.mark.parametrize("members", [{}, {"seed": -1}, {"seed": 2**63}, {"seed": "7"}, {"seed": 7.0}, {"seed": True}])
def test_what_is_no_seed(living: LabSite, members: dict[str, object]) -> None:
    """A seed that is missing, out of range or of another kind is a 400, and chance stays what it was."""
    answer = living.asks("PUT", "/seed", members)

    assert answer.status_code == 400
    assert "seed" in answer.get_json()["detail"]
    assert living.does("GET", "/seed") == {"seed": None}


def test_one_seed_makes_the_same_users(living: LabSite) -> None:
    """Passwords, numbers and codes of two runs with one seed are the same; those of another seed differ."""
    runs = []
    for seed in (7, 7, 8):
        living.does("POST", "/reset")
        living.does("PUT", "/seed", {"seed": seed})
        runs.append(living.does("POST", "/users", {"count": 3, "activation": True, "authenticator": True}))

    assert runs[0] == runs[1]
    assert runs[0] != runs[2]
    assert living.does("GET", "/clock")["now_ms"] == BEGINNING_MS


def test_a_world_that_is_brought_back_goes_on_the_same_way(living: LabSite) -> None:
    """What a phone's app has in memory goes back too: the same calls after a restore lead to the same requests."""
    living.does("PUT", "/seed", {"seed": 7})
    phone = activates(living)
    living.does("POST", "/snapshots", {"name": "before"})
    stories = []
    for _ in range(3):
        living.does("POST", "/snapshots/before/restore")
        living.does("GET", f"/phones/{phone}/requests")
        stories.append(living.asks("GET", "/events").text)

    assert "/api/device/v1/session" in stories[0]
    assert stories[1:] == stories[:1] * 2


def run_of(folder: Path) -> str:
    """What a client of a new demo with a seed, whose clock stands still, is shown byte for byte."""
    with PortalChild(folder, "--port", "0", "--lab", "--lab-seed", "41") as child:
        address = child.wait_until_ready()
        with Portal(Lab.open(address, folder / "lab.token")) as portal:
            portal.lab.change_clock(freeze=True, at_ms=AT_MS)
            alice = portal.lab.create_user(name="alice", activation=True)
            (phone,) = portal.lab.phones.create(platform="ios", policy="manual")
            bound = portal.lab.phones.activate(phone["id"], activation=Secret(alice["activation"]))
            bob = portal.lab.create_user(name="bob", phone="+12015550123", authenticator=True)
            portal.lab.phones.add_user(phone["id"], user="bob", password=Secret(bob["password"]))
            texts = portal.lab.list_texts("+12015550123")
            login = portal.begin_login("alice", password=alice["password"])
            told = [alice, phone, bound, bob, texts, login.challenge(), portal.lab.list_events()]
    return re.sub(r"127\.0\.0\.1(:|%3A)[0-9]+", "HOST", json.dumps(told, indent=1))


def test_two_fresh_portals_with_one_seed_are_the_same(tmp_path: Path) -> None:
    """Keys, passwords, activation and text codes, challenges and the whole story of two demos are the same bytes."""
    first, second = (run_of(tmp_path / name) for name in ("first", "second"))

    assert first.splitlines() == second.splitlines()
    assert "authsim://activate" in first
    assert re.search(r'"code": "[0-9]+"', first)


def test_another_seed_is_another_portal(tmp_path: Path) -> None:
    """Keys and identity of a new demo come from its seed, and those of another seed are others."""
    settings = [
        Settings(data_dir=tmp_path / name, lab=LabSettings(token_file=tmp_path / "t", folder=tmp_path, seed=seed))
        for name, seed in (("a", 7), ("b", 7), ("c", 8), ("d", None), ("e", None))
    ]
    made = []
    for one in settings:
        with closing(create_portal(one, profile=CLASSIC, policy=Policy(), suite=CLASSIC6, is_demo=True)) as portal:
            made.append((portal.vault.signing_public_key(), portal.verifier.instance.instance_id))

    assert made[0] == made[1]
    assert len(set(made)) == 4
