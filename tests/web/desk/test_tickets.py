"""Web tickets at the help desk: what waits, the evidence, an answer, the end."""

import json

import pytest

from authsim.model import User
from authsim.secret import Secret
from authsim.verifier import tickets
from authsim.verifier.sessions import SignedIn, require_session
from tests.support.device import TestPhone
from tests.support.recordings import SECRETS, make_login
from tests.support.site import Browser, Site


@pytest.fixture
def owner(site: Site, alice: User, phone: TestPhone) -> Browser:
    """Alice with both factors."""
    browser = site.browser()
    browser.logs_in("alice", phone)
    return browser


@pytest.fixture
def signed_in(site: Site, owner: Browser) -> SignedIn:
    """Alice, to the core."""
    return require_session(site.verifier, Secret(owner.cookies()["s"]))


def test_nothing_waits(desk: Browser) -> None:
    """Without open tickets the desk is told so."""
    page = desk.opens("/desk")
    assert "No web ticket waits for an answer." in page.one(cls="empty").text


def test_conversation(site: Site, desk: Browser, owner: Browser, signed_in: SignedIn) -> None:
    """A ticket waits at the desk, is answered there, read by its user, and closed; then nothing can be added."""
    ticket = tickets.open_ticket(site.verifier, signed_in, subject="Help", body="It fails", reference="CS-1")
    waiting = desk.opens("/desk").one(cls="tickets")
    for told in ("#1", "Help", "alice", "CS-1"):
        assert told in waiting.text
    path = next(one.attributes["href"] for one in waiting.walk() if one.tag == "a")
    body = {"csrf_token": desk.token(), "body": "Set the clock of your phone."}
    assert desk.asks("POST", f"{path}/reply", body=body).status_code == 303
    page = owner.opens(f"/portal/messages/{ticket.ticket_id}")
    assert [said.text for said in page.all(cls="said")] == ["It fails", "Set the clock of your phone."]
    assert "Help desk" in page.one(cls="help_desk").text
    assert "That cannot be undone." in desk.opens(f"{path}/close").text
    page = desk.presses("/close")
    assert page.path == "/desk"
    assert page.one(cls="notice").text == "The web ticket is closed."
    assert not page.all(cls="tickets")
    assert "This web ticket is closed" in desk.opens(path).text
    for act in ("reply", "close"):
        body = {"csrf_token": desk.token(), "body": "More"}
        assert desk.asks("POST", f"{path}/{act}", body=body).status_code == 409


def test_empty_answer(site: Site, desk: Browser, signed_in: SignedIn) -> None:
    """An answer that breaks a rule comes back with the rule, and is not sent."""
    ticket = tickets.open_ticket(site.verifier, signed_in, subject="Help", body="It fails")
    path = f"/desk/tickets/{ticket.ticket_id}"
    answer = desk.asks("POST", f"{path}/reply", body={"csrf_token": desk.token(), "body": "y" * 4001})
    assert answer.status_code == 400
    assert "a message has 1 to 4000 characters" in answer.text
    assert "y" * 4001 in answer.text
    assert len(desk.opens(path).all(cls="said")) == 1


def test_evidence(site: Site, desk: Browser, owner: Browser) -> None:
    """The desk sees report and waterfall of what was attached, downloads the clean file, and meets no secret."""
    token = owner.token()
    parts = [("csrf_token", token), ("subject", "Help"), ("body", "See the file")]
    body = b"".join(
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode() for name, value in parts
    )
    body += b'--x\r\nContent-Disposition: form-data; name="har"; filename="a.har"\r\n\r\n'
    body += json.dumps(make_login()).encode() + b"\r\n--x--\r\n"
    answer = owner.asks("POST", "/portal/messages/new", body=body, content_type="multipart/form-data; boundary=x")
    path = "/desk/tickets/" + answer.headers["Location"].rpartition("/")[2]
    page = desk.opens(path)
    links = [one.attributes["href"] for one in page.one(cls="evidence-line").walk() if one.tag == "a"]
    report = desk.opens(links[0])
    assert len(report.one(cls="waterfall").elements) == 6
    assert [item.text for item in report.one(cls="trail").elements] == ["Help desk", "Web ticket 1", "Evidence"]
    file = desk.asks("GET", links[1])
    assert file.headers["Content-Disposition"].startswith("attachment")
    for secret in SECRETS.values():
        assert secret not in page.text + report.text + file.text


def test_meter_measures(site: Site, desk: Browser, owner: Browser, signed_in: SignedIn) -> None:
    """The meter is no picture: where a file still held a token that opens something, it would say so."""
    har = json.dumps({"log": {"entries": [], "comment": f"see {owner.cookies()['s']}"}}).encode()
    report = b'{"v":1,"entries":0,"pages":0,"bytes_read":2,"searched":0,"left":0,"counts":{},"findings":[]}'
    evidence = tickets.Evidence(har=har, report=report, uploaded_bytes=2)
    ticket = tickets.open_ticket(site.verifier, signed_in, subject="Help", body="See", evidence=evidence)
    page = desk.opens(f"/desk/tickets/{ticket.ticket_id}")
    assert "1 secret of this portal is left" in page.one(cls="meter").text
    assert page.all(cls="leaking")
