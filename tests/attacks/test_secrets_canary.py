"""Canaries: after a journey whose every secret is unique, no secret is found anywhere but where it belongs.

What may be found: names of users that exist, challenges (they are public), and what the portal's key file and the
phone's keystore are for. What was typed for an unknown account may be found nowhere at all.
"""

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from authsim.protocol.activation_uri import parse_activation_uri, parse_session_id
from authsim.secret import Secret
from mobile_cli.home import PhoneHome
from tests.support.browser_plain import Visitor
from tests.support.canaries import files_below, find, forms_of, process_table, stands_in
from tests.support.child import children_of
from tests.support.phone import Phone, make_phone
from tests.support.portal import LivePortal, served_portal

NAME = "carla"


def canary(kind: str) -> str:
    """A secret that stands nowhere else in the world."""
    return f"CANARY-{kind}-{uuid.uuid4()}"


@pytest.fixture
def portal(tmp_path: Path) -> Iterator[LivePortal]:
    """A portal that says of each request what it says to its operator."""
    with served_portal(tmp_path / "portal", serving=("--access-log",)) as portal:
        yield portal


@pytest.fixture
def phone(tmp_path: Path) -> Phone:
    """A phone whose Passcode is a canary."""
    return make_phone(tmp_path / "phone", pin=canary("passcode")).is_made("--pin-policy", "hardened")


class Journey:
    """Somebody's day at the portal; `secrets` are all that were typed, shown or drawn in it."""

    def __init__(self, portal: LivePortal, phone: Phone, folder: Path) -> None:
        self.portal = portal
        self.phone = phone
        self.folder = folder
        self.secrets = {"passcode": phone.pin.encode()}
        self.seen: list[str] = []

    def keeps(self, kind: str, secret: str) -> str:
        """Remember a secret, and return it."""
        self.secrets[f"{kind} {len(self.secrets)}"] = secret.encode()
        return secret

    def looks_around(self, *pids: int) -> None:
        """Search everything that exists at this moment."""
        places = (
            self.portal.data,
            self.portal.folder / "stdout",
            self.portal.folder / "stderr",
            Path(self.portal.environment["HOME"]),
            self.phone.home,
            Path(self.phone.environment["HOME"]),
        )
        child = self.portal.child
        serving = () if child is None else (child.pid, *children_of(child.pid))
        self.seen += find(self.secrets, files_below(*places))
        self.seen += find(self.secrets, process_table(*serving, *pids))

    def goes_wrong(self) -> None:
        """Type secrets where they do not belong."""
        browser = self.portal.visitor()
        browser.types_password(NAME, self.keeps("wrong-password", canary("wrong-password")))
        unknown = self.keeps("unknown-user", canary("unknown-user"))
        refused = browser.types_password(unknown, self.keeps("their-password", canary("their-password")))
        assert unknown not in refused.text
        for path in ("path", "query", "cookie", "field", "twice", "large", "header", "json"):
            self.keeps(path, canary(path))
        text = {name.split()[0]: secret.decode() for name, secret in self.secrets.items()}
        browser.request("GET", f"/{text['path']}")
        browser.request("GET", f"/sso/Login?password={text['query']}")
        browser.request(
            "GET", "/sso/Login", Cookie=f"authsim_s_00000000={text['cookie']}", X_Forwarded_For=text["header"]
        )
        browser.request("POST", "/sso/Login", f"username={text['field']}&password={text['field']}")
        browser.request("POST", "/sso/Login", f"password={text['twice']}&password={text['twice']}")
        browser.request("POST", "/sso/Login", f"password={text['large']}{'x' * 70_000}")
        browser.request("POST", "/sso/SecondFactor", f"gold-response={text['field']}")
        device = self.portal.visitor(Content_Type="application/json")
        for body in (f'{{"v":1,"code_id":"{text["json"]}"}}', text["json"], f'{{"label":"{text["json"]}'):
            assert device.request("POST", "/api/device/v1/activate", body).status == 400

    def enters(self, password: str) -> Visitor:
        """Open the page with the QR code; what it shows is a secret in three spellings."""
        browser = self.portal.visitor()
        page = browser.types_password(NAME, password)
        typed = self.keeps("session id", page.one(cls="xyz-sessionid").text)
        self.keeps("session id bare", typed.replace("-", ""))
        self.secrets["code"] = parse_session_id(typed).reveal()
        self.keeps("limited session", browser.cookie("s"))
        return browser

    def activates(self) -> None:
        """Activate with an operator's URI, in a terminal, and look at the process while it waits for the Passcode."""
        uri = self.portal.activation_uri(NAME)
        self.secrets["activation code"] = parse_activation_uri(uri).code.reveal()
        self.keeps("activation uri", uri)
        picture = self.folder / "uri"
        picture.write_text(uri)
        with self.phone.in_terminal("activate", str(picture)) as terminal:
            terminal.sees("Passcode")
            assert terminal.child.pid is not None
            self.looks_around(terminal.child.pid)
            terminal.types(self.phone.pin)
            terminal.sees(f"IB Key is active for {NAME}.")
            assert terminal.ends() == 0
            assert self.phone.pin not in terminal.screen
        account = PhoneHome(str(self.phone.home)).unlock(Secret(self.phone.pin)).phone.accounts[0]
        self.secrets["seed"] = account.seed.reveal()
        self.secrets["signing key"] = account.dsk.reveal()

    def logs_in(self, password: str) -> Visitor:
        """Log in by challenge and response."""
        browser = self.portal.visitor()
        page = browser.types_password(NAME, password)
        self.keeps("login token", browser.cookie("l"))
        response = self.phone.responds(page.challenge)
        self.keeps("response", response)
        assert browser.types_response(response).has_succeeded
        self.keeps("session token", browser.cookie("s"))
        return browser


def test_no_secret_is_left_anywhere(portal: LivePortal, phone: Phone, tmp_path: Path) -> None:
    """Passwords, Passcode, codes, responses, tokens, seed, unknown names: 0 hits in logs, files and processes."""
    journey = Journey(portal, phone, tmp_path)
    password = journey.keeps("password", canary("password"))
    password_file = tmp_path / "password"
    password_file.write_text(f"{password}\n")
    portal.operator("users", "add", NAME, "--password-file", str(password_file))

    journey.goes_wrong()
    journey.enters(password)
    journey.looks_around()
    journey.activates()
    browser = journey.logs_in(password)
    browser.get("/portal/activity")
    browser.get("/portal/sessions")
    journey.looks_around()
    assert (portal.data / "portal.sqlite3-wal").exists(), "the log was looked at too, while there was one"
    browser.signs_out()
    new_password = journey.keeps("new password", canary("new-password"))
    password_file.write_text(new_password)
    portal.operator("users", "set-password", NAME, "--password-file", str(password_file))
    journey.logs_in(new_password)
    generated = journey.keeps("generated", portal.operator("users", "set-password", NAME).stdout.strip())
    journey.logs_in(generated)
    portal.stop()
    journey.looks_around()

    assert journey.seen == []
    assert len(journey.secrets) > 25
    assert "GET /sso/Login 200" in portal.log, "there was a log to look at"
    assert find({"name": NAME.encode()}, files_below(portal.data)), "and a database"


@pytest.mark.parametrize("before", range(4))
def test_the_search_finds_every_form(tmp_path: Path, before: int) -> None:
    """The search is not blind: each form of a secret, at each alignment, is found in the middle of other bytes."""
    secret = uuid.uuid4().bytes + b"+/ text"
    for number, form in enumerate(forms_of(secret).values()):
        (tmp_path / str(number)).write_bytes(b"x" * before + form + b"y" * 5)

    found = find({"it": secret}, files_below(tmp_path))

    assert {line.partition(" in ")[0] for line in found} == {f"it ({form})" for form in forms_of(secret)}


def test_digits_inside_a_number_are_not_a_code() -> None:
    """A code of six digits is found as a word, a value or a member, and not within an instant, a fraction or an id."""
    for text in (b"407182", b"code=407182&x=1", b'{"code":"407182"}', b"is 407182.", b"is 407182, for"):
        assert stands_in(b"407182", text)
    for text in (b"1795407182945", b"12.407182", b"407182ab", b"ab407182"):
        assert not stands_in(b"407182", text)
    assert stands_in(b"40718253917", b"140718253917"), "so many digits are no chance"


@pytest.mark.parametrize("before", range(4))
def test_base64_of_a_larger_whole_is_found(tmp_path: Path, before: int) -> None:
    """A secret inside something that was base64-encoded as a whole is found wherever it began."""
    import base64

    secret = b"CANARY " + uuid.uuid4().hex.encode()
    (tmp_path / "whole").write_bytes(base64.b64encode(b"?" * before + secret + b"tail"))

    assert find({"it": secret}, files_below(tmp_path))
