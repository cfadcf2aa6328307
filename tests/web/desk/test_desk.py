"""The help desk's console: who is found, what the file says, what can be done, and that each deed is recorded."""

import re

import pytest

from authsim import states
from authsim.events import Event, EventKind
from authsim.model import User
from authsim.verifier import inbox, operators
from tests.support.browser_plain import Page
from tests.support.device import TestPhone
from tests.support.site import Browser, Site

NUMBER = "+12025550142"
WHY = "call 17"


def sends(browser: Browser, path: str, **fields: str) -> Page:
    """Send a form of the console and see where it leads."""
    body = {"csrf_token": browser.token()} | fields
    return browser._arrives(path, browser.asks("POST", path, body=body))


def opens_file(browser: Browser, query: str = "alice") -> Page:
    """Look a user up and see the file."""
    return sends(browser, "/desk/find", query=query, reason=WHY)


def newest(site: Site, user: User) -> Event:
    """The newest row about a user."""
    return site.verifier.store.audit.list_of(user.user_id, most=1)[0].event


def chapters(page: Page) -> list[list[str]]:
    """The rows of the story: time, told, true."""
    return [[cell.text for cell in row.elements] for body in page.all(tag="tbody") for row in body.elements]


def test_rail_leads_to_the_desk(desk: Browser) -> None:
    """Somebody of the help desk has the console in the menu, and no settings and messages of a customer."""
    rail = desk.opens("/sso/Dispatcher").one(cls="rail")
    links = [one.attributes.get("href") for one in rail.walk() if one.tag == "a"]
    assert "/desk" in links
    assert not {"/portal/settings", "/portal/messages"} & set(links)


@pytest.mark.parametrize("query", ["alice", " alice ", NUMBER, "+1 (202) 555-0142"])
def test_finds_by_name_and_number(site: Site, desk: Browser, alice: User, query: str) -> None:
    """A name or a number leads to the file, and the look-up is recorded with name and reason."""
    page = opens_file(desk, query)
    assert page.path == f"/desk/users/{alice.user_id}"
    assert page.one(tag="h1").text == "alice"
    event = newest(site, alice)
    assert event.kind is EventKind.DESK_LOOKED_UP
    assert (event.facts["by"], event.facts["why"]) == ("mia", WHY)


@pytest.mark.parametrize(
    ("query", "reason", "status", "says"),
    [
        ("nobody", WHY, 404, "Nobody was found."),
        ("", WHY, 404, "Nobody was found."),
        ("alice", "", 400, "a reason has 1 to 200 characters"),
        ("alice", "x" * 201, 400, "a reason has 1 to 200 characters"),
        ("mia", WHY, 403, "The help desk does not act on users of the help desk."),
    ],
)
def test_not_found(desk: Browser, alice: User, query: str, reason: str, status: int, says: str) -> None:
    """What cannot be looked up is said above the form, which keeps what was typed."""
    page = sends(desk, "/desk/find", query=query, reason=reason)
    assert page.status == status
    assert says in page.one(cls="refusal").text
    assert page.one(id="desk-query").attributes["value"] == query
    assert page.one(id="desk-reason").attributes["value"] == reason


def test_file(site: Site, desk: Browser, alice: User, phone: TestPhone) -> None:
    """The file tells the phone, the number, the sessions and the lock-out."""
    site.browser().logs_in("alice", phone)
    page = opens_file(desk)
    assert "IB Key on practice phone" in page.text
    assert NUMBER in page.text
    assert "not locked" in page.text
    assert page.text.count("both factors") == 1
    assert "Suspend the phone" in page.text


def test_same_number(site: Site, desk: Browser, alice: User) -> None:
    """Others with the same number are named, so that the right one is asked for."""
    site.adds("alma", phone=NUMBER)
    assert "The same number belongs to:" in opens_file(desk, NUMBER).text


def test_told_and_true(site: Site, desk: Browser, alice: User, phone: TestPhone) -> None:
    """Each refusal stands in two columns: the public sentence, and the true reason with its meaning, newest first."""
    browser = site.browser()
    browser.logs_in("alice", phone)
    browser.presses("/portal/sign-out")
    browser.types_password("alice", "wrong")
    browser.types_password("alice")
    browser.types_response("00000000")
    rows = [row for row in chapters(opens_file(desk)) if "Login refused" in row[2]]
    assert [row[1] for row in rows] == ["Authentication failed", "Invalid username password combination"]
    assert "wrong response code" in rows[0][2]
    assert "wrong_response" in rows[0][2]
    assert "The password was right." in rows[0][2]
    assert "wrong_password" in rows[1][2]


def test_long_story(site: Site, desk: Browser, alice: User) -> None:
    """Ten rows stand open; what was before them is folded away and still there."""
    for _ in range(11):
        operators.set_seamless(site.verifier, alice, True)
        operators.set_seamless(site.verifier, alice, False)
    page = opens_file(desk)
    assert len(page.all(tag="details")) == 1
    assert len(chapters(page)) == 22


def test_wait_in_the_story(site: Site, desk: Browser, alice: User) -> None:
    """A sentence with a wait is told without a number that nobody kept, and the lock-out says until when."""
    for _ in range(5):
        site.browser().types_password("alice", "wrong")
    site.browser().types_password("alice")
    page = opens_file(desk)
    (row,) = [row for row in chapters(page) if "throttled" in row[2]]
    assert "Please wait … before" in row[1]
    assert "waiting" in page.text
    operators.lock(site.verifier, alice)
    assert "locked" in desk.opens(page.path).one(cls="halted").text


def test_unlock(site: Site, desk: Browser, alice: User) -> None:
    """Unlocking asks why, lifts the lock, and leaves a row with the reason."""
    operators.lock(site.verifier, alice)
    path = opens_file(desk).path
    form = desk.opens(f"{path}/unlock")
    assert "The lock ends at once" in form.text
    page = sends(desk, f"{path}/unlock", reason="knew the account number")
    assert page.one(cls="notice").text == "The user is unlocked."
    assert "not locked" in page.text
    event = newest(site, alice)
    assert (event.kind, event.facts["why"]) == (EventKind.DESK_UNLOCKED, "knew the account number")
    assert "by mia · knew the account number" in page.text


def test_suspend_and_resume(site: Site, desk: Browser, alice: User, phone: TestPhone) -> None:
    """A lost phone is stopped and, when found, let go on; its browsers are signed out."""
    owner = site.browser()
    owner.logs_in("alice", phone)
    path = opens_file(desk).path
    page = sends(desk, f"{path}/suspend", reason="lost on a train")
    assert "Resume the phone" in page.text
    assert owner.opens("/sso/Dispatcher").path == "/sso/Login"
    device = site.verifier.store.devices.get(phone.device_id)
    assert device is not None
    assert device.state is states.Device.SUSPENDED
    page = sends(desk, f"{path}/resume", reason="found again")
    assert page.one(cls="notice").text == "The phone is in use again."
    assert "Suspend the phone" in page.text


@pytest.mark.parametrize("deed", ["suspend", "resume"])
def test_no_phone(desk: Browser, alice: User, deed: str) -> None:
    """Where there is no phone, the desk hears that in its own words, on the file."""
    path = opens_file(desk).path
    page = sends(desk, f"{path}/{deed}", reason=WHY)
    assert page.path == path
    assert page.error == "This user has no phone that could be suspended or resumed."


def test_number(site: Site, desk: Browser, alice: User) -> None:
    """Another number stands in the file, unverified; one that is not fictional is refused, and the form keeps it."""
    path = opens_file(desk).path
    page = sends(desk, f"{path}/number", number="+49 30 123456", reason=WHY)
    assert page.status == 400
    assert "a telephone number is fictional" in page.one(cls="refusal").text
    assert page.one(id="desk-number").attributes["value"] == "+49 30 123456"
    page = sends(desk, f"{path}/number", number="+44 7700 900123", reason=WHY)
    assert "+447700900123" in page.text
    assert "not verified" in page.text
    assert newest(site, alice).kind is EventKind.DESK_NUMBER_SET


def test_passcode_is_never_shown(site: Site, desk: Browser, alice: User) -> None:
    """The passcode is texted to the user's own number, and stands on no page of the desk."""
    path = opens_file(desk).path
    page = sends(desk, f"{path}/passcode", reason="phone lost, identity checked")
    assert page.one(cls="notice").text == "The temporary passcode is on its way to the user's own number."
    text = inbox.list_texts(site.verifier, NUMBER)[-1].text
    (code,) = re.findall(r"[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}", text)
    pages = [page.text, *(desk.opens(one).text for one in (path, "/desk", f"{path}/passcode", "/portal/activity"))]
    for shown in pages:
        assert code not in shown
        assert code.replace("-", "") not in shown
    page = sends(desk, f"{path}/passcode", reason="again")
    assert page.error == "A temporary passcode is still valid."
    assert "Temporary Passcode" in page.text


@pytest.mark.parametrize("deed", ["passcode", "unlock", "suspend", "resume", "number"])
def test_every_deed_takes_a_reason(site: Site, desk: Browser, alice: User, deed: str) -> None:
    """Without a reason nothing is done, and the page says so."""
    path = opens_file(desk).path
    before = site.rows()
    page = sends(desk, f"{path}/{deed}", number="+44 7700 900123", reason=" ")
    assert page.status == 400
    assert "a reason has 1 to 200 characters" in page.one(cls="refusal").text
    assert site.rows() == before


def test_secrets_stand_nowhere(site: Site, desk: Browser, alice: User, phone: TestPhone) -> None:
    """No page of the console holds a password hash, a seed, a key or a token of the user."""
    owner = site.browser()
    owner.logs_in("alice", phone)
    page = opens_file(desk)
    assert phone.seed is not None
    for secret in (alice.password_hash, phone.seed.reveal().hex(), owner.cookies()["s"], phone.device_id):
        assert secret not in page.text


def test_in_japanese(site: Site, desk: Browser, alice: User) -> None:
    """The console speaks the language of its reader: both columns of the story too."""
    site.browser().types_password("alice", "wrong")
    desk.opens("/look/language/ja")
    page = opens_file(desk)
    assert page.one(tag="html").attributes["lang"] == "ja"
    assert any("ユーザー名" in row[1] and "パスワード" in row[2] for row in chapters(page))


@pytest.mark.parametrize("page", ["", "/unlock", "/number"])
def test_switches_lead_back(desk: Browser, alice: User, page: str) -> None:
    """Language and theme lead back to the file, or to the page of the deed."""
    path = opens_file(desk).path + page
    links = [one.attributes.get("href", "") for one in desk.opens(path).one(cls="foot").walk()]
    assert desk.opens(next(one for one in links if "/language/ja" in one)).path == path
