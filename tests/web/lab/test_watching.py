"""The journal's lines of what browsers and phones asked: one for each answer, and nothing that was typed."""

import json
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace

import pytest

from authsim.lab.catalogue import Step
from authsim.model import Decision
from authsim.policy import Policy
from tests.support.device_line import API, begins_login, enrols, line_to, post
from tests.support.lab_site import LabSite
from tests.support.ports import ORIGIN
from tests.support.site import PASSWORD
from web.lab.steps import _ROOMS, _VIEWS, ASIDE, find_step
from web.settings import GatewaySettings


def lines_of(living: LabSite, end: str) -> list[tuple[str, str | None, str | None, str, int]]:
    """What, user, why, step and status of the lines of one end."""
    return [
        (line["what"], line["user"], line["why"], line["facts"]["step"], line["facts"]["status"])
        for line in living.told(end)
    ]


def test_every_address_has_its_step(opens_lab: Callable[..., LabSite]) -> None:
    """Each view of a portal that is a gateway is at a step or aside, and nothing that is listed is gone."""
    living = opens_lab(in_settings={"gateway": GatewaySettings()})
    views = {rule.endpoint for rule in living.site.app.url_map.iter_rules() if not rule.rule.startswith("/api/lab/")}

    placed = ASIDE | _VIEWS.keys()
    assert {view for view in views - placed if view.partition(".")[0] not in _ROOMS} == set()
    assert views >= ASIDE | _VIEWS.keys()
    assert {view.partition(".")[0] for view in views} >= _ROOMS.keys()
    assert {find_step(view) for view in views - ASIDE} == set(Step)
    assert {find_step(view) for view in ASIDE} == {None}
    assert find_step(None) is Step.PAGE


def test_a_login_is_told_step_by_step(living: LabSite) -> None:
    """Each page of a login is a line with its template, its step, its status, and the user once known."""
    living.site.adds("alice")
    phone = living.site.sells_phone()
    browser = living.site.browser()
    browser.types_password("alice", "wrong")
    browser.types_password("alice")
    browser.activates(phone)
    browser.opens("/portal/activation")
    browser.presses("/portal/activation/sign-in")
    browser.types_response(phone.respond(browser.page.challenge))  # type: ignore[union-attr]

    assert lines_of(living, "browser") == [
        ("GET /", None, None, "page", 302),
        ("GET /sso/Login", None, None, "page", 200),
        ("POST /sso/Login", "alice", "wrong_password", "password", 303),
        ("GET /sso/Login", None, None, "page", 200),
        ("GET /", None, None, "page", 302),
        ("GET /sso/Login", None, None, "page", 200),
        ("POST /sso/Login", "alice", None, "password", 303),
        ("GET /portal/activation", "alice", None, "activation", 200),
        ("GET /portal/activation", "alice", None, "activation", 200),
        ("POST /portal/activation/sign-in", "alice", None, "activation", 303),
        ("GET /sso/SecondFactor", "alice", None, "challenge", 200),
        ("GET /sso/SecondFactor", "alice", None, "challenge", 200),
        ("POST /sso/SecondFactor", "alice", None, "response", 302),
        ("GET /sso/Dispatcher", "alice", None, "session", 200),
    ]
    assert lines_of(living, "phone") == [
        ("GET /api/device/v1/instance", None, None, "page", 200),
        ("POST /api/device/v1/activate", "alice", None, "activation", 200),
    ]


def test_a_phone_is_told_by_whom_it_serves(living: LabSite) -> None:
    """Nonce, session, requests, decision and credentials are lines of the phone's user, each at its step."""
    alice = living.site.adds("alice")
    online = enrols(living.site.verifier, alice.user_id)
    line = line_to(living.site.app)
    online.opens_session(line)
    begins_login(living.site.verifier, "alice")
    (info,) = online.requests(line).requests
    online.request(line, info.request_id)
    assert online.decides(line, info, Decision.DENY).status == 200
    body = json.dumps({"v": 1, "username": "alice", "password": PASSWORD})
    post(line, f"{API}/credentials", body, **online.bearer)

    assert lines_of(living, "phone") == [
        ("POST /api/device/v1/nonce", "alice", None, "session", 200),
        ("POST /api/device/v1/session", "alice", None, "session", 200),
        ("GET /api/device/v1/requests", "alice", None, "notification", 200),
        ("GET /api/device/v1/requests/{request_id}", "alice", None, "notification", 200),
        ("POST /api/device/v1/push/{request_id}", "alice", None, "decision", 200),
        ("POST /api/device/v1/credentials", "alice", None, "password", 200),
    ]


def test_a_trading_device_is_told_by_what_its_messages_name(living: LabSite) -> None:
    """Its login is told by the name, and what follows by the tokens in its messages or its cookies."""
    alice = living.site.adds("alice")
    online = enrols(living.site.verifier, alice.user_id)
    line = line_to(living.site.app)
    trading = "/api/trading/v1"
    asked = json.loads(
        post(line, f"{trading}/login", json.dumps({"v": 1, "username": "alice", "password": PASSWORD})).text
    )
    response = online.phone.respond(asked["challenge"])
    entered = json.loads(
        post(line, f"{trading}/respond", json.dumps({"v": 1, "token": asked["token"], "response": response})).text
    )
    post(line, f"{trading}/sign-out", json.dumps({"v": 1, "session": entered["session"]}))
    browser = living.site.browser()
    browser.sends(browser.opens("/mobile/ios").one(tag="form"), {"username": "alice", "password": PASSWORD})

    assert lines_of(living, "browser") == [
        ("POST /api/trading/v1/login", "alice", None, "password", 200),
        ("POST /api/trading/v1/respond", "alice", None, "response", 200),
        ("POST /api/trading/v1/sign-out", "alice", None, "session", 200),
        ("GET /mobile/{platform}", None, None, "page", 200),
        ("POST /mobile/{platform}/log-in", "alice", None, "password", 303),
        ("GET /mobile/{platform}", "alice", None, "page", 200),
    ]


def test_nothing_that_was_typed_is_told(living: LabSite) -> None:
    """A name that nobody has, a password, a path and a query leave no trace in the journal."""
    browser = living.site.browser()
    browser.types_password("hunter-two", "s3cret-word")
    browser.asks("GET", "/portal/s3cret-path?s3cret=query")
    line = line_to(living.site.app)
    post(line, f"{API}/adduser/start", json.dumps({"v": 1, "username": "hunter-two", "password": "s3cret-word"}))

    text = json.dumps(living.told())
    assert "hunter-two" not in text
    assert "s3cret" not in text
    assert ("POST /sso/Login", None, "wrong_password", "password", 303) in lines_of(living, "browser")
    assert lines_of(living, "browser")[-1] == ("GET (no such page)", None, "not_found", "page", 404)
    assert lines_of(living, "phone") == [("POST /api/device/v1/adduser/start", None, "malformed", "enrolment", 400)]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("activate", b"{"),
        ("activate", b"[" * 15_000),
        ("activate", b"[]"),
        ("activate", b'{"code_id":7}'),
        ("activate", b'{"code_id":"x"}'),
        ("activate", b'{"code_id":"' + b"0" * 32 + b'"}'),
        ("adduser/start", b'{"username":7}'),
        ("adduser/finish", b'{"flow_id":"' + b"0" * 32 + b'"}'),
        ("nonce", b'{"device_id":null}'),
        ("push/x", b"{}"),
        ("activate", b" " * 20_000),
    ],
)
def test_garbage_is_nobodys(living: LabSite, path: str, body: bytes) -> None:
    """What a phone never sends is declined as without a lab, and told as nobody's."""
    client = living.site.app.test_client(use_cookies=False)

    answer = client.post(f"{API}/{path}", base_url=ORIGIN, data=body, content_type="application/json")

    assert answer.status_code in (400, 401, 404, 413)
    (line,) = living.told("phone")
    assert line["user"] is None
    assert line["why"] is not None


@pytest.mark.parametrize("bearer", ["x", "A" * 43, "é"])
def test_an_unknown_token_is_nobodys(living: LabSite, bearer: str) -> None:
    """A phone with a token that nobody gave is told as nobody's."""
    client = living.site.app.test_client(use_cookies=False)

    client.get(f"{API}/requests", base_url=ORIGIN, headers={"Authorization": f"Bearer {bearer}"})

    assert lines_of(living, "phone") == [
        ("GET /api/device/v1/requests", None, "device_session_expired", "notification", 401)
    ]


def test_a_label_is_noted(living: LabSite) -> None:
    """What a client calls its request stands in the line; what can be no label is left out."""
    for label, noted in (("run-7.case_3", "run-7.case_3"), ("a b", None), ("x" * 65, None), ("", None), ("é", None)):
        living.site.browser(AuthSim_Lab_Label=label).asks("GET", "/sso/Login")
        assert living.told()[-1]["label"] == noted


def test_what_is_no_ceremony_is_not_told(living: LabSite) -> None:
    """Files, probes and the lab's own requests leave no line."""
    browser = living.site.browser()
    for path in ("/static/authsim.css", "/favicon.svg", "/favicon.ico", "/healthz", "/readyz", "/robots.txt"):
        with closing(browser.asks("GET", path)) as answer:
            assert answer.status_code in (200, 302)
    living.does("GET", "/clock")
    living.asks("GET", "/nothing")

    assert living.told() == []


def test_requests_that_no_page_sees_are_told(living: LabSite) -> None:
    """A foreign host, a forged form and a method that nothing takes are lines with what they were declined with."""
    browser = living.site.browser()
    browser.client.get("/sso/Login", headers={"Host": "evil.test"})
    browser.asks("POST", "/sso/Login", body={"username": "x"})
    browser.asks("PUT", "/sso/Login")
    browser.asks("HEAD", "/sso/Login")

    assert lines_of(living, "browser") == [
        ("GET /sso/Login", None, "malformed", "page", 400),
        ("POST /sso/Login", None, "forbidden", "password", 403),
        ("OTHER (no such page)", None, "method_not_allowed", "page", 405),
        ("HEAD /sso/Login", None, None, "page", 200),
    ]


def test_a_session_that_is_over_is_told(living: LabSite) -> None:
    """A page without a session says in the journal why it was declined."""
    living.site.browser().asks("GET", "/portal/activity")

    ((what, user, why, step, _),) = lines_of(living, "browser")
    assert (what, user, why, step) == ("GET /portal/activity", None, "session_expired", "session")


def test_the_uniform_page_tells_whose_login_it_is(opens_lab: Callable[..., LabSite]) -> None:
    """Where the page says nothing, the journal does; a login that nobody can complete is nobody's."""
    living = opens_lab(policy=replace(Policy(), uniform_login=1))
    alice = living.site.adds("alice")
    enrols(living.site.verifier, alice.user_id)
    for name, user in (("alice", "alice"), ("nobody", None)):
        browser = living.site.browser()
        browser.types_password(name)
        assert lines_of(living, "browser")[-1] == ("GET /sso/TwoStep", user, None, "challenge", 200)
