"""Several phones and several users: who answers for whom, and what a phone says when it is no longer asked."""

import json
from collections.abc import Callable
from pathlib import Path

from tests.support.phone import Phone
from tests.support.portal import LivePortal, password_of, served_portal

USAGE = 64
REFUSED = 77


def logs_in(portal: LivePortal, name: str, respond: Callable[[str], str]) -> str:
    """Log a user in; return what the portal said went wrong, or nothing."""
    browser = portal.visitor()
    page = browser.types_password(name, password_of(name))
    home = browser.types_response(respond(page.challenge))
    assert home.has_succeeded or home.error
    return home.error


def test_two_users_on_one_phone(portal: LivePortal, sells: Callable[..., Phone]) -> None:
    """One phone answers for two users when it is told which; without that, in a pipe, it asks for the name."""
    made = portal.adds("olga", "oscar", activation=True)
    phone = sells("shared")
    for entry in made.values():
        phone.activates(entry["activation"])

    assert {user["name"] for user in json.loads(phone.does("users", "--json"))["users"]} == {"olga", "oscar"}
    for name in made:
        assert logs_in(portal, name, lambda challenge, n=name: phone.responds(challenge, "--user", n)) == ""
    crossed = logs_in(portal, "olga", lambda challenge: phone.responds(challenge, "--user", "oscar"))
    assert crossed == "Authentication failed"
    unnamed = phone.runs("respond", "123456", "--pin-file", str(phone.pin_file))
    assert (unnamed.returncode, unnamed.stdout) == (USAGE, "")
    assert "olga" in unnamed.stderr
    assert "oscar" in unnamed.stderr


def test_two_users_on_one_phone_in_a_terminal(portal: LivePortal, sells: Callable[..., Phone]) -> None:
    """At a terminal the phone lists its users, and the one that is chosen logs in."""
    made = portal.adds("uma", "uwe", activation=True)
    phone = sells("shared", platform="android").is_made()
    for entry in made.values():
        phone.activates(entry["activation"])
    users = [user["name"] for user in json.loads(phone.does("users", "--json"))["users"]]

    def respond(challenge: str) -> str:
        with phone.in_terminal("respond", challenge) as terminal:
            terminal.sees("User (1-2)")
            terminal.types(str(users.index("uwe") + 1))
            terminal.sees("PIN")
            terminal.types(phone.pin)
            terminal.sees("Response String")
            assert terminal.ends() == 0
            assert phone.pin not in terminal.screen
            return terminal.screen.split()[-1]

    assert logs_in(portal, "uwe", respond) == ""


def test_a_user_has_one_active_phone(portal: LivePortal, sells: Callable[..., Phone]) -> None:
    """A second phone is refused while one is active; after a replacement the old one's responses fail."""
    uri = portal.adds("ida", activation=True)["ida"]["activation"]
    old, new = sells("old"), sells("new", platform="android").is_made()
    old.activates(uri)

    again = new.runs("activate", "-", "--pin-file", str(new.pin_file), given=uri)
    assert again.returncode == REFUSED
    assert "An error has occurred. Please try again." in again.stderr
    new.activates(portal.activation_uri("ida", "--replace"))

    assert logs_in(portal, "ida", old.responds) == "Authentication failed"
    assert logs_in(portal, "ida", new.responds) == ""


def test_a_revoked_phone_answers_no_more(portal: LivePortal, sells: Callable[..., Phone]) -> None:
    """After `users revoke` the next login leads to a fresh QR code, and a pending challenge is not answered."""
    uri = portal.adds("rita", activation=True)["rita"]["activation"]
    phone = sells("revoked")
    phone.activates(uri)
    browser = portal.visitor()
    pending = browser.types_password("rita", password_of("rita")).challenge
    portal.operator("users", "revoke", "rita")

    refused = browser.types_response(phone.responds(pending))
    limited = browser.types_password("rita", password_of("rita"))

    assert refused.error == "Authentication failed"
    assert limited.path == "/portal/activation"
    assert limited.all(cls="xyz-sessionid")


def test_one_phone_at_two_portals(portal: LivePortal, sells: Callable[..., Phone], tmp_path: Path) -> None:
    """The same username at two portals: the phone keeps them apart and names the portal."""

    def name_at(place: LivePortal) -> str:
        return f"iris@127.0.0.1:{place.port}"

    phone = sells("traveller")
    with served_portal(tmp_path / "other") as other:
        for place in (portal, other):
            phone.activates(place.adds("iris", activation=True)["iris"]["activation"])
        for place in (portal, other):
            full = name_at(place)
            assert logs_in(place, "iris", lambda challenge, n=full: phone.responds(challenge, "--user", n)) == ""
        wrong = logs_in(portal, "iris", lambda challenge: phone.responds(challenge, "--user", name_at(other)))
        assert wrong == "Authentication failed"


def test_a_forgotten_user_is_gone_from_the_phone_only(portal: LivePortal, sells: Callable[..., Phone]) -> None:
    """`forget` takes the user off the phone; the portal still asks for that phone until somebody revokes it there."""
    uri = portal.adds("fay", activation=True)["fay"]["activation"]
    phone = sells("forgetful")
    phone.activates(uri)

    phone.does("forget", "fay", "--yes", "--pin-file", str(phone.pin_file))

    assert json.loads(phone.does("users", "--json"))["users"] == []
    browser = portal.visitor()
    challenge = browser.types_password("fay", password_of("fay")).challenge
    gone = phone.runs("respond", challenge, "--pin-file", str(phone.pin_file))
    assert (gone.returncode, gone.stdout) == (REFUSED, "")
    phone.activates(portal.activation_uri("fay", "--replace"))
    assert logs_in(portal, "fay", phone.responds) == ""
