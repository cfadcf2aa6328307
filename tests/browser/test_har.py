"""A real Chromium records a whole login in two ways; what is made of the files names nobody and opens nothing."""

import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, CDPSession, Error, Page

from authsim.adapters.system import SystemEntropy
from authsim.evidence import Cleaned, Kind, read_har, sanitise, token_shapes, waterfall
from authsim.secret import Secret
from tests.support.browser_chromium import Screen, open_window
from tests.support.canaries import forms_of, stands_in
from tests.support.phone import Phone, make_phone
from tests.support.portal import LivePortal, password_of

NAME = "evita"
WRONG = "CANARY-wrong-horse-77"


class DevTools:
    """What the network panel of a browser's developer tools keeps: every request, with its headers and bodies."""

    def __init__(self, page: Page) -> None:
        self._session: CDPSession = page.context.new_cdp_session(page)
        self._heard: dict[str, dict[str, Any]] = {}
        self._order: list[dict[str, Any]] = []
        self._session.on("Network.requestWillBeSent", self._begin)
        self._session.on("Network.requestWillBeSentExtraInfo", self._hear_request)
        self._session.on("Network.responseReceived", self._answer)
        self._session.on("Network.loadingFinished", self._finish)
        self._session.send("Network.enable")

    def _begin(self, event: dict[str, Any]) -> None:
        earlier = self._heard.get(event["requestId"])
        if earlier is not None and "redirectResponse" in event:
            earlier["answer"] = event["redirectResponse"]
        heard = {"request": event["request"], "at": event["wallTime"], "sent": {}, "id": event["requestId"]}
        self._heard[event["requestId"]] = heard
        self._order.append(heard)

    def _hear_request(self, event: dict[str, Any]) -> None:
        self._heard.get(event["requestId"], {})["sent"] = event["headers"]

    def _answer(self, event: dict[str, Any]) -> None:
        self._heard[event["requestId"]]["answer"] = event["response"]

    def _finish(self, event: dict[str, Any]) -> None:
        self._heard[event["requestId"]]["is_whole"] = True

    def read_bodies(self) -> None:
        """Take the bodies out of the browser, as long as it has them."""
        for heard in self._order:
            if heard.pop("is_whole", False) and "body" not in heard:
                with suppress(Error):  # a page that has gone takes its bodies along
                    heard["body"] = self._session.send("Network.getResponseBody", {"requestId": heard["id"]})

    def saves(self) -> bytes:
        """Return a HAR file with content, as *Save all as HAR with Content* would."""
        entries = [self._entry(heard) for heard in self._order if "answer" in heard]
        creator = {"name": "WebInspector", "version": "537.36"}
        return json.dumps({"log": {"version": "1.2", "creator": creator, "pages": [], "entries": entries}}).encode()

    def _entry(self, heard: dict[str, Any]) -> dict[str, Any]:
        request, answer, body = heard["request"], heard["answer"], heard.get("body", {})
        content = {
            "size": answer.get("encodedDataLength", 0),
            "mimeType": answer["mimeType"],
            "text": body.get("body", ""),
        }
        if body.get("base64Encoded"):
            content["encoding"] = "base64"
        sent: dict[str, Any] = {
            "method": request["method"],
            "url": request["url"] + request.get("urlFragment", ""),
            "headers": pairs_of(request["headers"] | heard["sent"]),
            "cookies": [],
            "queryString": [],
        }
        if "postData" in request:
            kind = "application/x-www-form-urlencoded"
            sent["postData"] = {"mimeType": kind, "text": request["postData"]}
        return {
            "startedDateTime": f"2026-03-04T05:06:{int(heard['at']) % 60:02}.000Z",
            "time": 1,
            "request": sent,
            "response": {
                "status": answer["status"],
                "statusText": answer["statusText"],
                "headers": pairs_of(answer["headers"]),
                "cookies": [],
                "content": content,
                "redirectURL": answer["headers"].get("Location", ""),
            },
            "timings": {"send": 0, "wait": 1, "receive": 0},
            "_initiator": {"type": "other", "url": request["url"]},
        }


def pairs_of(headers: Mapping[str, str]) -> list[dict[str, str]]:
    """Headers as the format has them."""
    return [{"name": name, "value": value} for name, value in headers.items()]


def logs_in(screen: Screen, tools: DevTools, phone: Phone, picture: Path) -> dict[str, str]:
    """Fail once, activate by QR code, answer the challenge; return every secret that was seen or typed."""
    secrets = {"wrong password": WRONG, "password": password_of(NAME), "user": NAME}

    def keeps() -> None:
        tools.read_bodies()
        for cookie in screen.page.context.cookies():
            secrets[f"cookie {len(secrets)}"] = cookie.get("value", "")
        for field in screen.page.locator("input[name=csrf_token]").all():
            secrets[f"csrf {len(secrets)}"] = field.get_attribute("value") or ""

    screen.opens()
    keeps()
    screen.types_password(NAME, WRONG)
    keeps()
    screen.types_password(NAME, password_of(NAME))
    keeps()
    secrets["activation code"] = screen.page.locator(".xyz-sessionid").inner_text()
    phone.does("activate", str(screen.shot(picture)), "--pin-file", str(phone.pin_file))
    screen.page.get_by_text(screen.label("is active", name=NAME)).wait_for()
    screen.steps_up()
    keeps()
    secrets["challenge"] = screen.challenge.replace(" ", "")
    secrets["response"] = phone.responds(screen.challenge)
    screen.types_response(secrets["response"])
    keeps()
    screen.sees_success(NAME)
    screen.opens("/portal/activity")
    keeps()
    screen.signs_out()
    keeps()
    return secrets


def found_in(data: bytes, secrets: Mapping[str, str]) -> list[str]:
    """The secrets that stand in a file, in any form."""
    return [
        f"{name} ({form})"
        for name, value in secrets.items()
        for form, spelt in forms_of(value.encode()).items()
        if stands_in(spelt, data)
    ]


def paths_of(cleaned: Cleaned) -> set[tuple[str, str, int]]:
    """What a reader still sees of each request."""
    return {(bar.method, urlsplit(bar.address).path, bar.status) for bar in waterfall(cleaned)}


def test_a_recorded_login_comes_out_clean(browser: Browser, portal: LivePortal, tmp_path: Path) -> None:
    """Recorded by Playwright and assembled from the browser's own events: 0 secrets left, and the story readable."""
    portal.adds(NAME)
    phone = make_phone(tmp_path / "phone").is_made()
    screen = open_window(
        browser, portal.address, record_har_path=tmp_path / "playwright.har", record_har_content="embed"
    )
    tools = DevTools(screen.page)
    secrets = logs_in(screen, tools, phone, tmp_path / "shot.png")
    screen.page.context.close()
    known = [Secret(value) for value in secrets.values() if len(value) >= 6]

    for data in ((tmp_path / "playwright.har").read_bytes(), tools.saves()):
        planted = {line.partition(" (")[0] for line in found_in(data, secrets)}
        assert len(planted) >= 10, "the file has what must not be left"
        assert {"password", "wrong password", "user", "challenge", "response"} <= planted

        cleaned = sanitise(read_har(data), entropy=SystemEntropy())
        proven = sanitise(read_har(data), entropy=SystemEntropy(), known=known)

        assert found_in(cleaned.har, secrets) == []
        assert proven.report.searched == len(known)
        assert token_shapes(cleaned) == ()
        assert {
            ("POST", "/sso/Login", 303),
            ("GET", "/portal/activation", 200),
            ("POST", "/portal/activation/sign-in", 303),
            ("GET", "/sso/SecondFactor", 200),
            ("GET", "/sso/Dispatcher", 200),
            ("POST", "/portal/sign-out", 303),
        } <= paths_of(cleaned)
        assert {Kind.PASSWORD, Kind.CHALLENGE, Kind.RESPONSE, Kind.TOKEN, Kind.PERSONAL} <= cleaned.report.counts.keys()
        assert {entry["request"]["url"].split("/")[2] for entry in json.loads(cleaned.har)["log"]["entries"]} == {
            urlsplit(portal.address).netloc
        }


def test_a_browser_takes_the_clean_file_for_a_recording(browser: Browser, portal: LivePortal, tmp_path: Path) -> None:
    """What came out is a HAR file to a browser: it answers from it, with the status and type that were recorded."""
    screen = open_window(browser, portal.address, record_har_path=tmp_path / "seen.har", record_har_content="embed")
    screen.opens("/sso/Login")
    screen.page.context.close()
    cleaned = sanitise(read_har((tmp_path / "seen.har").read_bytes()), entropy=SystemEntropy())
    (tmp_path / "clean.har").write_bytes(cleaned.har)

    again = open_window(browser, portal.address)
    again.page.route_from_har(tmp_path / "clean.har", not_found="abort")
    answer = again.page.goto(f"{portal.address}/sso/Login")

    assert answer is not None
    assert (answer.status, answer.header_value("content-type")) == (200, "text/html; charset=utf-8")
    assert "‹redacted:len=" in answer.text()
    again.page.context.close()
