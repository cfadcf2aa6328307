"""Who may enter the console: every route, for every standing, and with ids of others."""

import json
from collections.abc import Iterator

import pytest

from authsim.model import AttachmentId, TicketId, User
from authsim.secret import Secret
from authsim.verifier import tickets
from authsim.verifier.sessions import require_session
from authsim.verifier.tickets import Evidence
from tests.support.device import TestPhone
from tests.support.site import Browser, Site

DEEDS = ("passcode", "unlock", "suspend", "resume", "number")
STANDINGS = {"nobody": 401, "one factor": 403, "both factors": 404, "secondary": 404}
HAR = json.dumps({"log": {"version": "1.2", "creator": {"name": "x", "version": "1"}, "pages": [], "entries": []}})
REPORT = b'{"v":1,"entries":0,"pages":0,"bytes_read":2,"searched":0,"left":0,"counts":{},"findings":[]}'


def opens_ticket(site: Site, browser: Browser) -> tuple[TicketId, AttachmentId]:
    """Let somebody who is signed in open a ticket with evidence."""
    signed_in = require_session(site.verifier, Secret(browser.cookies()["s"]))
    evidence = Evidence(har=HAR.encode(), report=REPORT, uploaded_bytes=2)
    ticket = tickets.open_ticket(site.verifier, signed_in, subject="Help", body="It fails", evidence=evidence)
    view = tickets.show_ticket(site.verifier, signed_in, ticket.ticket_id)
    return ticket.ticket_id, view.attachments[0].attachment_id


def routes(site: Site, user: User, ticket: TicketId, attachment: AttachmentId) -> Iterator[tuple[str, str]]:
    """Every method and path of the console, with ids that exist."""
    found = [rule for rule in site.app.url_map.iter_rules() if rule.rule.startswith("/desk")]
    assert len(found) >= 10
    for rule in found:
        for deed in DEEDS if "<deed>" in rule.rule else ("",):
            path = rule.rule.replace("<user_id>", user.user_id).replace("<ticket_id>", ticket)
            path = path.replace("<attachment_id>", attachment).replace("<deed>", deed)
            assert "<" not in path
            for method in (rule.methods or set()) & {"GET", "POST"}:
                yield method, path


@pytest.mark.parametrize("standing", list(STANDINGS))
def test_role_and_route(site: Site, alice: User, phone: TestPhone, desk: Browser, standing: str) -> None:
    """Whoever is not of the help desk hears 401, 403 or that there is no such page, and nothing changes."""
    owner = site.browser()
    owner.logs_in("alice", phone)
    ticket, attachment = opens_ticket(site, owner)
    browser = site.browser()
    if standing == "one factor":
        site.adds("bob")
        browser.types_password("bob")
    elif standing == "both factors":
        browser = owner
    elif standing == "secondary":
        site.adds("bob")
        browser.logs_in("bob", site.sells_phone())
    body = {"csrf_token": browser.token(), "reason": "x", "query": "alice", "number": "+12025550143", "body": "x"}
    before = site.rows()
    for method, path in routes(site, alice, ticket, attachment):
        answer = browser.asks(method, path, body=body if method == "POST" else None)
        assert answer.status_code == STANDINGS[standing], (method, path)
        assert "Help" not in answer.text.partition("<main")[2]
    assert site.rows() == before


def test_desk_may(site: Site, alice: User, phone: TestPhone, desk: Browser) -> None:
    """Somebody of the help desk opens every page, and looking changes nothing."""
    owner = site.browser()
    owner.logs_in("alice", phone)
    ticket, attachment = opens_ticket(site, owner)
    desk.asks("POST", "/desk/find", body={"csrf_token": desk.token(), "query": "alice", "reason": "call 17"})
    before = site.rows()
    for method, path in routes(site, alice, ticket, attachment):
        if method == "GET":
            assert desk.asks("GET", path).status_code == 200, path
            assert desk.asks("HEAD", path).status_code == 200, path
    assert site.rows() == before


def test_file_takes_a_look_up(site: Site, alice: User, desk: Browser) -> None:
    """A file opens only for whom this session looked up: neither by an id from elsewhere, nor after a new login."""
    path = f"/desk/users/{alice.user_id}"
    for wanted in (path, f"{path}/unlock", "/desk/users/" + "0" * 32):
        assert desk.opens(wanted).status == 404
    body = {"csrf_token": desk.token(), "reason": "no look-up"}
    assert desk.asks("POST", f"{path}/unlock", body=body).status_code == 404


def test_ids_that_are_none(site: Site, alice: User, desk: Browser, phone: TestPhone) -> None:
    """Malformed ids, unknown deeds, and a file under another ticket do not exist."""
    owner = site.browser()
    owner.logs_in("alice", phone)
    ticket, attachment = opens_ticket(site, owner)
    other, _ = opens_ticket(site, owner)
    ghost = "0" * 32
    paths = ["/desk/users/x", "/desk/tickets/x", f"/desk/tickets/{ghost}", f"/desk/tickets/{ticket}/evidence/x"]
    paths += [f"/desk/tickets/{other}/evidence/{attachment}", f"/desk/tickets/{other}/evidence/{attachment}/file"]
    paths += [f"/desk/tickets/{ticket}/evidence/{ghost}", f"/desk/users/{alice.user_id}/remove"]
    for path in paths:
        assert desk.opens(path).status == 404, path


def test_desk_on_the_desk(site: Site, mia: User, desk: Browser) -> None:
    """Nobody of the help desk acts on the help desk, not even on themself."""
    body = {"csrf_token": desk.token(), "query": "mia", "reason": "curious"}
    assert desk.asks("POST", "/desk/find", body=body).status_code == 403
    assert desk.opens(f"/desk/users/{mia.user_id}").status in (403, 404)


def test_forged_forms(site: Site, alice: User, desk: Browser) -> None:
    """No form of the console is taken without the token of this browser."""
    before = site.rows()
    for path in ("/desk/find", f"/desk/users/{alice.user_id}/unlock", f"/desk/tickets/{'0' * 32}/reply"):
        assert desk.asks("POST", path, body={"csrf_token": "x", "query": "alice", "reason": "x"}).status_code == 403
    assert site.rows() == before
