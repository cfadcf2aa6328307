"""Faults on the wire: errors and delays at one step, for one user, at one call, without any trace in the portal."""

import json
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path
from typing import Any

import pytest

from authsim.model import Decision
from tests.support.device_line import Line, OnlinePhone, begins_login, enrols, line_to, wire_to
from tests.support.lab_site import LabSite
from tests.support.portal import served_portal
from tests.support.site import PASSWORD, Browser
from web.streams import Streams

PHRASES = {500: "500 Internal Server Error", 503: "503 Service Unavailable"}


def types_password(browser: Browser, name: str) -> int:
    """Type a right password, and return the status of the answer."""
    body = {"csrf_token": browser.token(), "username": name, "password": PASSWORD}
    return browser.asks("POST", "/sso/Login", body=body).status_code


def rows_of(living: LabSite) -> dict[str, list[tuple[object, ...]]]:
    """Everything in the portal's database."""
    return living.site.rows()


@pytest.mark.parametrize(("name", "status"), [("http_500", 500), ("http_503", 503)])
@pytest.mark.parametrize("path", ["/sso/Login", "/portal/activity", "/api/device/v1/instance", "/nothing"])
def test_an_error_in_place_of_the_answer(living: LabSite, name: str, status: int, path: str) -> None:
    """Pages and device messages alike: the status as gateways spell it, our banner or our JSON, until it is off."""
    browser = living.site.browser(Accept_Language="ja")
    before = browser.asks("GET", path).status_code
    living.does("PUT", f"/faults/{name}")

    answer = browser.asks("GET", path)

    assert answer.status == PHRASES[status]
    assert answer.headers.get("Retry-After") == ("5" if status == 503 else None)
    if path.startswith("/api/"):
        assert json.loads(answer.text)["error"] == {500: "internal", 503: "busy"}[status]
    else:
        assert "SIMULATION" in answer.text
        assert 'lang="ja"' in answer.text
    assert living.told("browser" if answer.mimetype == "text/html" else "phone")[-1]["facts"]["status"] == status
    living.does("DELETE", f"/faults/{name}")
    assert browser.asks("GET", path).status_code == before


@pytest.mark.parametrize("name", ["http_500", "http_503"])
def test_nothing_happens_behind_an_error(living: LabSite, name: str) -> None:
    """A password that meets the error is neither judged nor counted."""
    living.site.adds("alice")
    browser = living.site.browser()
    browser.token()
    living.does("PUT", f"/faults/{name}", {"step": "password"})
    before = rows_of(living)

    assert types_password(browser, "alice") == int(name[-3:])

    assert rows_of(living) == before
    (line,) = [line for line in living.told("browser") if line["what"] == "POST /sso/Login"]
    assert (line["user"], line["why"]) == ("alice", {"http_500": "internal", "http_503": "busy"}[name])


def test_one_user_one_step_one_call(living: LabSite) -> None:
    """A fault for bella's second password is no matter to alice, to another step, or to bella's first and third."""
    living.site.adds("alice")
    living.site.adds("bella")
    living.does("PUT", "/faults/http_500", {"user": "bella", "step": "password", "nth": 2})
    browser = living.site.browser()

    seen = [types_password(browser, name) for name in ("alice", "bella", "alice", "bella", "bella")]

    assert seen == [303, 303, 303, 500, 303]
    struck = [line for line in living.told("lab") if line["what"] == "fault:struck"]
    assert [(line["user"], line["facts"]) for line in struck] == [("bella", {"fault": "http_500", "step": "password"})]


def test_the_wait_is_what_is_left(living: LabSite) -> None:
    """A 503 for some seconds says how many of them are left, at least one."""
    living.does("PUT", "/faults/http_503", {"seconds": 90})
    browser = living.site.browser()
    waits = []
    for step_ms in (0, 60_000, 29_500):
        living.does("POST", "/clock", {"freeze": True, "advance_ms": step_ms})
        waits.append(browser.asks("GET", "/sso/Login").headers["Retry-After"])
    living.does("POST", "/clock", {"advance_ms": 500})

    assert waits == ["90", "30", "1"]
    assert browser.asks("GET", "/sso/Login").status_code == 200


def test_files_probes_and_the_lab_are_spared(living: LabSite) -> None:
    """What is no part of a ceremony is answered as ever: a page that fails keeps its look, and the lab its door."""
    living.does("PUT", "/faults/http_500")
    browser = living.site.browser()

    assert browser.asks("GET", "/healthz").status_code == 200
    assert browser.asks("GET", "/favicon.svg").status_code == 200
    assert living.asks("GET", "/clock").status_code == 200
    assert living.does("GET", "/faults")["faults"][0]["struck"] == 0


@pytest.fixture
def online(living: LabSite) -> tuple[OnlinePhone, Line]:
    """Alice's phone, with a session."""
    alice = living.site.adds("alice")
    phone, line = enrols(living.site.verifier, alice.user_id), line_to(living.site.app)
    phone.opens_session(line)
    return phone, line


def test_an_approval_that_fails(living: LabSite, online: tuple[OnlinePhone, Line]) -> None:
    """The phone's approval is an error and approves nothing; the same approval is good when the fault is over."""
    phone, line = online
    begins_login(living.site.verifier, "alice")
    (info,) = phone.requests(line).requests
    living.does("PUT", "/faults/approval_error", {"user": "alice", "nth": 1})
    before = rows_of(living)

    failed = phone.decides(line, info, Decision.APPROVE)

    assert (failed.status, json.loads(failed.text)["error"]) == (500, "internal")
    assert rows_of(living) == before
    assert phone.request(line, info.request_id).state == "issued"
    assert phone.decides(line, info, Decision.APPROVE).status == 200


def test_only_approvals_fail(living: LabSite, online: tuple[OnlinePhone, Line]) -> None:
    """Denying is no approval: it is taken, and the fault stays for the next approval."""
    phone, line = online
    begins_login(living.site.verifier, "alice")
    (info,) = phone.requests(line).requests
    living.does("PUT", "/faults/approval_error")

    assert phone.decides(line, info, Decision.DENY).status == 200
    assert living.does("GET", "/faults")["faults"][0]["seen"] == 0


def test_a_late_answer_is_late_by_the_machine(living: LabSite) -> None:
    """The answer is right and takes as long as was said, although the lab's clock stands still; no other is late."""
    living.does("POST", "/clock", {"freeze": True})
    browser = living.site.browser()
    times = []
    for fault in ({"by_ms": 1_000, "nth": 1}, {"by_ms": 60_000, "nth": 2}):
        living.does("PUT", "/faults/slow_answer", fault)
        began = time.monotonic()
        assert browser.asks("GET", "/sso/Login").status_code == 200
        times.append(time.monotonic() - began)

    assert times[0] >= 1
    assert times[1] < 60
    assert living.lab.clock.now_ms() == 1_750_000_000_000


def test_without_a_place_to_wait_in_it_is_answered_at_once(living: LabSite) -> None:
    """When too many answers are open already, a late one is not late rather than an error."""
    living.site.app.extensions["authsim-streams"] = Streams(most=0)
    living.does("PUT", "/faults/slow_answer", {"by_ms": 60_000})

    assert living.site.browser().asks("GET", "/sso/Login").status_code == 200


def test_late_answers_hold_nobody_else(tmp_path: Path) -> None:
    """While answers are held back, other pages and the lab answer as ever, by a server of one process."""
    with served_portal(tmp_path, serving=("--lab",)) as portal:
        token = (portal.data / "lab.token").read_text().strip()
        ask = asker(portal.address, token)
        ask("PUT", "/api/lab/v1/faults/slow_answer", {"by_ms": 60_000, "step": "page"})

        def is_held() -> None:
            with suppress(OSError, HTTPException):  # the portal ends before all are answered
                ask("GET", "/sso/Login")

        held = [threading.Thread(target=is_held) for _ in range(40)]
        for thread in held:
            thread.start()
        while ask("GET", "/api/lab/v1/faults")["faults"][0]["struck"] < 10:
            assert any(thread.is_alive() for thread in held)
        assert ask("GET", "/portal/activation/state") == 401
        ask("DELETE", "/api/lab/v1/faults")
        still_held = sum(thread.is_alive() for thread in held)
    for thread in held:
        thread.join()

    assert still_held > 0


def asker(address: str, token: str) -> Callable[..., Any]:
    """A way to send requests to a portal that is served: with the lab's token to the lab."""
    line = wire_to(address)

    def ask(method: str, path: str, members: object = None) -> Any:
        headers = {"Authorization": f"Bearer {token}"} if "/lab/" in path else {}
        body = None if members is None else json.dumps(members)
        answer = line(method, path, body, headers | ({} if body is None else {"Content-Type": "application/json"}))
        return json.loads(answer.text) if "/lab/" in path and answer.text else answer.status

    return ask
