"""The story of a portal that is served: by two workers at once, and with no secret in it."""

import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest

from authsim.ends.children import PortalChild
from authsim.testing import Lab, Portal
from tests.support.canaries import forms_of, stands_in


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[Portal]:
    """A portal of two workers."""
    folder = tmp_path / "portal"
    with PortalChild(folder, "--port", "0", "--lab", "--workers", "2") as child:
        address = child.wait_until_ready()
        with Lab.open(address, folder / "lab.token") as lab, Portal(lab) as served:
            yield served


def test_two_workers_tell_one_story(portal: Portal) -> None:
    """While several people log in, whoever reads on and on reads what stands there at the end, rows before answers."""
    people = [portal.add_user(f"person-{number}") for number in range(4)]
    phones = [portal.add_phone(user) for user in people]

    def logs_in(number: int) -> None:
        for _ in range(2):
            assert portal.log_in(people[number], phones[number]).authenticated

    threads = [threading.Thread(target=logs_in, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    followed, after = [], 0
    while any(thread.is_alive() for thread in threads):
        told = portal.lab.call("GET", "events", after=after, most=5, wait_ms=100)
        followed += told["events"]
        after = told["next"]
    followed += portal.lab.list_events(after=after)

    whole = portal.lab.list_events()
    assert followed == whole
    assert [entry["number"] for entry in whole] == list(range(1, len(whole) + 1))
    for user in people:
        own = [entry for entry in whole if entry["user"] == user.name]
        completed = [entry["number"] for entry in own if entry["what"] == "login:completed"]
        answered = [entry["number"] for entry in own if entry["what"] == "POST /sso/SecondFactor"]
        computed = [entry["number"] for entry in own if entry["what"] == "phone:responded"]
        assert len(completed) == len(answered) == len(computed) == 2
        steps = zip(computed, completed, answered, strict=True)
        assert all(said < done < told for said, done, told in steps)


def test_no_secret_stands_in_a_long_story(portal: Portal, tmp_path: Path) -> None:
    """Passwords, URIs and their codes, texts, responses, cookies, keys of apps, the token of the lab: none is told."""
    secrets = {"lab": (tmp_path / "portal" / "lab.token").read_text().strip()}
    alice, carol = portal.add_user("alice", activation=True), portal.add_user("carol", authenticator=True)
    bob = portal.add_user("bob", phone="+12015550123")
    secrets |= {"password": alice.password, "bob's": bob.password, "wrong": "CANARY-of-a-wrong-password"}
    for name, uri in (("activation", alice.activation), ("app", carol.authenticator)):
        assert uri is not None
        secrets[name] = uri
        secrets |= {f"{name} {key}": value for key, value in parse_qsl(urlsplit(uri).query) if len(value) > 15}
    phone = portal.add_phone()
    assert alice.activation is not None
    phone.activate(alice.activation)
    phone.add_app(carol)
    secrets["code"] = phone.code(carol)
    assert portal.begin_login(carol).enter_code(secrets["code"])
    phone.add_user(bob)
    secrets |= {f"text {text['sequence']}": text["text"] for text in portal.lab.list_texts("+12015550123")}
    portal.begin_login("CANARY-of-a-name-nobody-has", "CANARY-of-a-wrong-password")
    portal.begin_login(alice, "CANARY-of-a-wrong-password")
    for number, user in enumerate((alice, bob)):
        login = portal.begin_login(user)
        secrets[f"response {number}"] = phone.respond(login.challenge(), user)
        login.respond("00000000")
        login = portal.begin_login(user)
        secrets[f"right response {number}"] = phone.respond(login.challenge(), user)
        assert login.respond(secrets[f"right response {number}"])
        secrets |= {f"cookie {number} {one.name}": one.value or "" for one in login.browser._client.cookies.jar}
    approved = portal.begin_login(alice)
    phone.approve(alice)
    assert approved.wait()
    phone.set_policy("wrong_pin")
    portal.lab.lock_user("alice")
    portal.lab.remove_user("bob")

    told = str(portal.lab.list_events()) + str(portal.timeline)

    assert "login:completed" in told
    assert "bob" in told
    assert "CANARY" not in told
    forms = {name: forms_of(secret.encode()).values() for name, secret in secrets.items() if secret}
    assert [name for name, spelt in forms.items() if any(stands_in(one, told.encode()) for one in spelt)] == []
