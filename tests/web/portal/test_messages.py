"""The Message Center: web tickets, what is typed into them, and what becomes of a file that is attached."""

import json
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from werkzeug.test import TestResponse

from authsim.events import EventKind
from authsim.model import User
from tests.support.browser_plain import Element, Page
from tests.support.device import TestPhone
from tests.support.recordings import SECRETS, make_login
from tests.support.site import Browser, Site

NEW = "/portal/messages/new"
TYPED = {"subject": "I cannot log in", "reference": "CS-2041 / Mia", "body": "It says:\nAuthentication failed"}
MEBI = 1024 * 1024


@pytest.fixture
def inside(browser: Browser, alice: User, phone: TestPhone) -> Browser:
    """Alice with both factors."""
    browser.logs_in("alice", phone)
    return browser


def recorded(file: object | None = None) -> bytes:
    """A HAR file as a browser saves it."""
    return json.dumps(make_login() if file is None else file).encode()


def sends(
    browser: Browser,
    path: str = NEW,
    *,
    har: bytes | None = None,
    name: str = "login.har",
    **typed: str,
) -> TestResponse:
    """Send a form of the Message Center as a browser does; without a file its part is empty."""
    parts = [
        f'Content-Disposition: form-data; name="{field}"\r\n\r\n{value}'.encode()
        for field, value in ({"csrf_token": browser.token()} | typed).items()
    ]
    head = f'Content-Disposition: form-data; name="har"; filename="{name if har is not None else ""}"\r\n'
    parts.append(f"{head}Content-Type: application/octet-stream\r\n\r\n".encode() + (har or b""))
    body = b"".join(b"--x-edge\r\n" + part + b"\r\n" for part in parts) + b"--x-edge--\r\n"
    return browser.asks("POST", path, body=body, content_type="multipart/form-data; boundary=x-edge")


def opens_ticket(browser: Browser, har: bytes | None = None) -> Page:
    """Create a ticket and see it."""
    answer = sends(browser, har=har, **TYPED)
    assert answer.status_code == 303, answer.text
    return browser.opens(answer.headers["Location"])


def shown(answer: TestResponse) -> Page:
    """What an answer shows."""
    return Page(url="http://127.0.0.1:8765" + NEW, status=answer.status_code, headers={}, text=answer.text)


def rows_of(page: Page) -> list[list[str]]:
    """The rows of the last table of a page."""
    body = page.all(tag="tbody")[-1]
    return [[cell.text for cell in row.elements] for row in body.elements]


def link(page: Page, words: str) -> Element:
    """The link of a page with these words."""
    return next(one for one in page.all(tag="a") if one.text == words)


def test_empty(inside: Browser) -> None:
    """Nobody asked anything yet: one sentence and one action, and the way to the steps."""
    page = inside.opens("/portal/messages")
    assert "You have no web ticket yet." in page.one(cls="empty").text
    assert page.one(cls="empty").elements[-1].attributes["href"] == NEW
    assert link(page, "How to generate a .har file").attributes["href"] == "/portal/messages/har-file"
    (here,) = [one for one in page.one(cls="rail").walk() if "aria-current" in one.attributes]
    assert here.attributes["href"] == "/portal/messages"


def test_new_ticket(inside: Browser) -> None:
    """A ticket shows what was typed, line by line, stands in the list, and says once that it was sent."""
    page = opens_ticket(inside)
    assert page.one(tag="h1").text == "I cannot log in"
    assert "CS-2041 / Mia" in page.one(cls="lead").text
    assert page.one(cls="said").text == "It says:\nAuthentication failed"
    assert page.one(cls="notice").text == "The web ticket is sent. The help desk answers here."
    assert not inside.opens(page.path).all(cls="notice")
    listed = inside.opens("/portal/messages").one(cls="tickets")
    assert "#1" in listed.text
    assert "I cannot log in" in listed.text


def test_reply_and_close(inside: Browser) -> None:
    """What is added stands beneath; a closed ticket is read and takes nothing more."""
    path = opens_ticket(inside).path
    assert sends(inside, f"{path}/reply", body="Still so.").status_code == 303
    assert [said.text for said in inside.opens(path).all(cls="said")][1:] == ["Still so."]
    asked = inside.opens(f"{path}/close")
    assert "That cannot be undone." in asked.text
    page = inside.presses("/close")
    assert "This web ticket is closed" in page.text
    assert not page.all(tag="textarea")
    assert page.one(cls="notice").text == "The web ticket is closed."
    for act in ("reply", "close"):
        answer = (
            sends(inside, f"{path}/reply", body="More")
            if act == "reply"
            else inside.asks("POST", f"{path}/close", body={"csrf_token": inside.token()})
        )
        assert answer.status_code == 409
        assert "This web ticket is closed." in answer.text


@pytest.mark.parametrize(
    ("typed", "rule"),
    [
        ({"subject": ""}, "a subject has 1 to 100 characters"),
        ({"subject": "x" * 101}, "a subject has 1 to 100 characters"),
        ({"subject": "two\nlines"}, "a subject is one line without control characters"),
        ({"reference": "x" * 61}, "a reference has 0 to 60 characters"),
        ({"body": " "}, "a message has 1 to 4000 characters"),
        ({"body": "\x07bell"}, "a message has no control characters but line ends and tabs"),
    ],
)
def test_rule_is_named_and_nothing_is_lost(site: Site, inside: Browser, typed: dict[str, str], rule: str) -> None:
    """A form that breaks a rule comes back with the rule, and with everything that was typed."""
    before = site.rows()["tickets"]
    wanted = TYPED | typed
    page = shown(sends(inside, **wanted))
    assert page.status == 400
    assert rule in page.one(cls="refusal").text
    if "body" not in typed:
        assert page.one(tag="textarea").text == wanted["body"].strip()
        assert page.one(id="ticket-subject").attributes["value"] == wanted["subject"]
    assert site.rows()["tickets"] == before


@pytest.mark.parametrize(
    ("har", "status", "rule"),
    [
        (b"", 400, "a HAR file is JSON"),
        (b"no har", 400, "a HAR file is JSON"),
        (b"\xff\xfe", 400, "a HAR file is UTF-8"),
        (b"{}", 400, "a HAR file is a JSON object with an object named log"),
        (b'{"log":{"entries":[1]}}', 400, "the entries of a HAR file are an array of objects"),
        (b"[" * 100_000, 400, "a HAR file nests at most 32 levels"),
        (b" " * (10 * MEBI + 1), 413, "a HAR file has at most 10 MiB"),
    ],
    ids=["empty", "text", "bytes", "no log", "no entries", "deep", "large"],
)
def test_bad_files(site: Site, inside: Browser, alice: User, har: bytes, status: int, rule: str) -> None:
    """A file that is no evidence is refused by the rule it breaks; subject, reference and message stay in the form."""
    page = shown(sends(inside, har=har, **TYPED))
    assert page.status == status
    assert rule in page.one(cls="refusal").text
    assert page.one(tag="textarea").text == TYPED["body"]
    for field in ("subject", "reference"):
        assert page.one(id=f"ticket-{field}").attributes["value"] == TYPED[field]
    assert page.one(id="ticket-har").attributes["aria-invalid"] == "true"
    assert not site.rows()["tickets"]
    newest = site.verifier.store.audit.list_of(alice.user_id, most=1)[0].event
    assert newest.kind is EventKind.EVIDENCE_REFUSED


def test_bad_file_in_a_reply(inside: Browser) -> None:
    """The reply that was typed stays beside a file that is refused, and nothing is sent."""
    path = opens_ticket(inside).path
    page = shown(sends(inside, f"{path}/reply", har=b"{", body="See this"))
    assert page.status == 400
    assert page.one(tag="textarea").text == "See this"
    assert len(page.all(cls="said")) == 1


def test_rules_are_said_in_japanese(site: Site, alice: User, phone: TestPhone) -> None:
    """To a Japanese reader the rule is Japanese as well."""
    browser = site.browser(Accept_Language="ja")
    browser.logs_in("alice", phone)
    page = shown(sends(browser, har=b"{}", **TYPED))
    assert "HARファイルは、log というオブジェクトを持つJSONオブジェクトです" in page.one(cls="refusal").text


def test_evidence(site: Site, inside: Browser) -> None:
    """None of ten secrets is on a page, in the store or in the download; what was found is counted; 0 are left."""
    page = opens_ticket(inside, har=recorded())
    assert page.one(cls="meter").text.startswith("0")
    assert "0 secrets of this portal are left" in page.text
    assert "passwords" in page.one(cls="found").text
    report = inside.opens(link(page, "See report and waterfall").attributes["href"])
    assert [row[1:4] for row in rows_of(report)][:2] == [
        ["POST", "/sso/Login", "303"],
        ["GET", "/sso/SecondFactor", "200"],
    ]
    assert len(report.one(cls="waterfall").elements) == 6
    assert "request.postData" in report.one(cls="scrolls").text
    file = inside.asks("GET", link(report, "Download the clean file").attributes["href"])
    assert len(json.loads(file.data)["log"]["entries"]) == 6
    kept = site.stored_bytes()
    for name, secret in SECRETS.items():
        assert secret not in page.text + report.text + file.text, name
        assert len(secret) <= 8 or secret.encode() not in kept, name


def test_download_is_never_rendered(inside: Browser) -> None:
    """The clean file leaves as an attachment of unknown bytes, under a name of ours, and is kept by no cache."""
    page = opens_ticket(inside, har=recorded())
    answer = inside.asks("GET", link(page, "Download the clean file").attributes["href"])
    assert answer.headers["Content-Disposition"] == 'attachment; filename="ticket-1-clean.har"'
    assert answer.mimetype == "application/octet-stream"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    assert (
        "sandbox" in answer.headers["Content-Security-Policy"]
        or "default-src 'none'" in (answer.headers["Content-Security-Policy"])
    )


def test_file_names_are_ignored(site: Site, inside: Browser) -> None:
    """What the file is called on somebody's computer is neither shown nor kept."""
    answer = sends(inside, har=recorded(), name="../../etc/canary-name<script>.har", **TYPED)
    page = inside.opens(answer.headers["Location"])
    assert "canary-name" not in page.text
    assert b"canary-name" not in site.stored_bytes()


def test_own_session_in_the_file(inside: Browser) -> None:
    """The token of the very browser that uploads is searched for in every spelling, and is not left."""
    token = inside.cookies()["s"]
    file = make_login()
    file["log"]["entries"][0]["request"]["url"] += f"?x={token}&y={token.encode().hex()}"
    page = opens_ticket(inside, har=recorded(file))
    report = inside.opens(link(page, "See report and waterfall").attributes["href"])
    assert "1 known secret was searched for in every spelling" in report.text
    answer = inside.asks("GET", link(report, "Download the clean file").attributes["href"])
    assert token not in answer.text
    assert token.encode().hex() not in answer.text


def test_hostile_file_is_inert(inside: Browser) -> None:
    """Markup in a file's addresses and methods reaches no page as markup."""
    file = make_login()
    file["log"]["entries"][0]["request"] |= {"url": "https://x.test/<script>alert(1)</script>", "method": "<img>"}
    page = opens_ticket(inside, har=recorded(file))
    report = inside.opens(link(page, "See report and waterfall").attributes["href"])
    assert "<script>alert" not in report.text
    assert "<img>" not in report.text


def test_long_recording(inside: Browser) -> None:
    """A page draws the first 200 requests and says how many more there are."""
    file = make_login()
    file["log"]["entries"] = file["log"]["entries"][1:2] * 203
    page = opens_ticket(inside, har=recorded(file))
    report = inside.opens(link(page, "See report and waterfall").attributes["href"])
    assert len(report.one(cls="waterfall").elements) == 200
    assert "3 more requests are in the clean file." in report.text


def test_file_without_requests(inside: Browser) -> None:
    """A file that holds nothing is evidence of nothing, and says so."""
    page = opens_ticket(inside, har=b'{"log":{"entries":[]}}')
    assert "No secret was found in it." in page.text
    report = inside.opens(link(page, "See report and waterfall").attributes["href"])
    assert "The file holds no request." in report.text


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        ({"subject": "x"}, "application/x-www-form-urlencoded", 415),
        ({"har": [(BytesIO(b"{}"), "a"), (BytesIO(b"{}"), "b")]}, "multipart/form-data", 400),
        ({"subject": ["x", "y"]}, "multipart/form-data", 400),
        ({"other": (BytesIO(b"{}"), "a")}, "multipart/form-data", 400),
        ({f"field{number}": "x" for number in range(25)}, "multipart/form-data", 413),
        ({"body": "x" * 70_000}, "multipart/form-data", 413),
    ],
    ids=["no multipart", "two files", "a field twice", "a file elsewhere", "many parts", "a long field"],
)
def test_forms_are_read_strictly(inside: Browser, body: dict[str, Any], kind: str, status: int) -> None:
    """One value for each field, one file for one field, few parts, and no long text: anything else is refused."""
    sent = {"csrf_token": inside.token()} | body
    answer = inside.client.post(NEW, base_url=inside.address, data=sent, content_type=kind)
    assert answer.status_code == status


def test_only_these_forms_are_large(site: Site, inside: Browser) -> None:
    """10 MiB are read where evidence is attached, and nowhere else; nor from a browser that is not inside."""
    large = b"x" * (64 * 1024 + 1)
    for path in ("/portal/settings/secure-login", "/portal/sign-out", "/desk/find"):
        assert sends(inside, path, har=large).status_code == 413, path
    assert sends(inside, har=b" " * (9 * MEBI), **TYPED).status_code == 400
    assert sends(inside, har=b" " * (10 * MEBI + 64 * 1024), **TYPED).status_code == 413
    stranger = site.browser()
    assert sends(stranger, har=large, **TYPED).status_code == 413
    assert sends(stranger, har=b"{}", **TYPED).status_code == 401


def test_one_factor_is_not_enough(site: Site, alice: User) -> None:
    """The limited session reaches no page of the Message Center, and its forms are small."""
    browser = site.browser()
    browser.types_password("alice")
    for path in ("/portal/messages", NEW, "/portal/messages/har-file"):
        assert browser.opens(path).status == 403
    assert sends(browser, har=b"x" * (64 * 1024 + 1), **TYPED).status_code == 413


def test_forged_upload(site: Site, inside: Browser) -> None:
    """Without the token of this browser, or from another page, nothing is taken."""
    before = site.rows()
    for headers, token in (({}, "wrong"), ({"Origin": "https://evil.test"}, inside.token())):
        answer = inside.client.post(
            NEW,
            base_url=inside.address,
            data=TYPED | {"csrf_token": token},
            content_type="multipart/form-data",
            headers=headers,
        )
        assert answer.status_code == 403
    assert site.rows() == before


def test_others_see_nothing(site: Site, inside: Browser) -> None:
    """Another user's ticket, its evidence and a malformed id are as unknown as one that does not exist."""
    page = opens_ticket(inside, har=recorded())
    report = link(page, "See report and waterfall").attributes["href"]
    file = link(page, "Download the clean file").attributes["href"]
    site.adds("bob")
    other = site.browser()
    other.logs_in("bob", site.sells_phone())
    own = opens_ticket(other, har=recorded())
    mixed = report.replace(page.path, own.path)
    ghost = page.path[:-32] + "0" * 32
    for path in (page.path, report, file, mixed, ghost, f"{own.path}/evidence/{'0' * 32}", f"{own.path}/evidence/x"):
        answer = other.opens(path)
        assert (answer.status, "There is no such web ticket." in answer.text) == (404, True), path
    assert other.opens("/portal/messages/x").status == 404
    for act in ("reply", "close"):
        sent = (
            sends(other, f"{page.path}/{act}", body="mine now")
            if act == "reply"
            else other.asks("POST", f"{page.path}/close", body={"csrf_token": other.token()})
        )
        assert sent.status_code == 404, act
    assert len(inside.opens(page.path).all(cls="said")) == 1


def test_looking_changes_nothing(site: Site, inside: Browser) -> None:
    """No page of the Message Center writes a row when it is looked at."""
    page = opens_ticket(inside, har=recorded())
    paths = [page.path, "/portal/messages", NEW, "/portal/messages/har-file"]
    paths += [link(page, words).attributes["href"] for words in ("See report and waterfall", "Download the clean file")]
    before = site.rows()
    for path in paths:
        for method in ("GET", "HEAD"):
            assert inside.asks(method, path).status_code == 200
    assert site.rows() == before


AGENTS = {
    "Chrome": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0 Safari/537.36",
    "Firefox": "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
    "Edge": "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/128.0 Safari/537.36 Edg/128.0",
    "Safari": "Mozilla/5.0 (Macintosh; Mac OS X 14) AppleWebKit/605.1.15 Version/17.5 Safari/605.1.15",
}
LABELS = {
    "Chrome": ("Network", "Record", "Preserve log", "Clear", "Save all as HAR with Content", "Developer Tools"),
    "Firefox": ("Web Developer > Network", "Persists logs", "Save All As HAR"),
    "Edge": ("Network", "Export as HAR"),
    "Safari": ("Show Develop menu in menu bar", "Show Web Inspector", "Preserve log", "Export"),
}


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("browser_name", list(AGENTS))
def test_guide(opens_site: Callable[..., Site], phone: TestPhone, browser_name: str, language: str) -> None:
    """The steps are those of the browser that asks, or of the one that is chosen, with its labels word for word."""
    site = opens_site()
    site.adds("alice")
    browser = site.browser(Accept_Language=language, User_Agent=AGENTS[browser_name])
    browser.logs_in("alice", phone)
    page = browser.opens("/portal/messages/har-file")
    assert (
        page.one(cls="tabs").elements[list(AGENTS).index(browser_name)].elements[0].attributes["aria-current"] == "page"
    )
    for label in LABELS[browser_name]:
        assert label in page.one(cls="tabbed").text, label
    for tab in page.one(cls="tabs").elements:
        assert browser.opens(tab.elements[0].attributes["href"]).one(id="guide-title").text == tab.text


def test_switches_lead_back(inside: Browser) -> None:
    """Language and theme lead back to the very ticket, its evidence, the steps, and the form that was refused."""
    ticket = opens_ticket(inside, har=recorded())
    report = link(ticket, "See report and waterfall").attributes["href"]
    for path in (
        "/portal/messages",
        NEW,
        "/portal/messages/har-file?browser=edge",
        ticket.path,
        f"{ticket.path}/close",
        report,
    ):
        theme = next(one for one in inside.opens(path).one(cls="foot").walk() if "/theme/dark" in str(one.attributes))
        inside.opens(theme.attributes["href"])
        assert inside.page is not None
        assert inside.page.url.removeprefix(inside.address) == path
    refused = shown(sends(inside, **TYPED | {"subject": ""}))
    assert (
        "next=new-ticket" in refused.one(cls="foot").elements[0].elements[0].elements[0].elements[0].attributes["href"]
    )


@pytest.mark.parametrize(
    "place", ["ticket", "ticket.x", "ticket." + "0" * 31, "messages." + "0" * 32, "evidence." + "0" * 32]
)
def test_switches_take_no_other_ids(inside: Browser, place: str) -> None:
    """What is no name of a page with the ids that it has leads to the login page's place."""
    answer = inside.asks("GET", f"/look/theme/dark?next={place}")
    assert answer.headers["Location"] == "/sso/Login"
