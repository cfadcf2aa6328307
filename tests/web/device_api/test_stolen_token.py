"""A device session's token in the wrong hands reads for ten minutes and changes nothing, whatever endpoint it is shown.

The endpoints are those of the application's own map: one that is added is one that this test does not know.
"""

import json
from dataclasses import replace

import pytest

from authsim.model import Decision, User
from authsim.protocol.add_user import format_add_user_start
from authsim.protocol.device_session import format_session_request
from authsim.secret import Secret
from authsim.verifier.inbox import list_texts
from tests.support.device_line import Line, OnlinePhone, begins_login, enrols
from tests.support.site import Site
from web.streams import Streams

#: What anybody can do without any token: guess passwords, which is counted, and be recorded for it.
COUNTED = {"users", "audit", "audit_head"}
GUESS = "guessed password"


@pytest.fixture
def bodies(site: Site, online: OnlinePhone, line: Line) -> dict[str, str]:
    """What a thief with a token, all that it reads, and a phone of their own sends to each endpoint."""
    begins_login(site.verifier, "alice")
    (info,) = online.requests(line).requests
    thief = enrols(site.verifier, site.adds("mallory").user_id, "mallory's phone")
    thief.phone.counter = 1_000
    masked = OnlinePhone(phone=replace(thief.phone, reply=online.phone.reply), verifier=site.verifier)
    adding = site.sells_phone().begin_adding(site.verifier, "alice")
    guess = {"v": 1, "username": "alice", "password": GUESS}
    flow = {"v": 1, "flow_id": "0" * 32}
    key = "A" * 43
    return {
        "/api/device/v1/activate": json.dumps(
            {"v": 1, "code_id": "0" * 32, "dsk": key, "dkx": key, "cn": "A" * 22, "label": "x", "suite": "classic6"}
            | {"mac": key, "sig": "A" * 86}
        ),
        "/api/device/v1/nonce": json.dumps({"v": 1, "device_id": online.phone.device_id}),
        "/api/device/v1/session": format_session_request(masked.phone.asks_for_session(site.verifier)),
        "/api/device/v1/push/<request_id>": masked.decision(info, Decision.APPROVE),
        "/api/device/v1/credentials": json.dumps(guess),
        "/api/device/v1/adduser/start": format_add_user_start(adding.asks(Secret(GUESS))),
        "/api/device/v1/adduser/resend": json.dumps(flow),
        "/api/device/v1/adduser/finish": json.dumps(flow | {"code": "123456", "sig": "A" * 86}),
        "/api/trading/v1/login": json.dumps(guess),
        "/api/trading/v1/respond": json.dumps({"v": 1, "token": online.token, "response": "12345678"}),
        "/api/trading/v1/sign-out": json.dumps({"v": 1, "session": online.token}),
    }


def test_no_endpoint_takes_it(site: Site, alice: User, online: OnlinePhone, line: Line, bodies: dict[str, str]) -> None:
    """Of all endpoints that take a message none does anything for who shows the token; the request still waits."""
    rules = {
        rule.rule
        for rule in site.app.url_map.iter_rules()
        if rule.rule.startswith("/api/") and "POST" in (rule.methods or ())
    }
    assert rules == bodies.keys(), "an endpoint that this test does not know"
    (info,) = online.requests(line).requests
    before = state_of(site)
    for rule, body in bodies.items():
        path = rule.replace("<request_id>", info.request_id)
        answer = line("POST", path, body, {"Content-Type": "application/json"} | online.bearer)
        assert answer.status in ({200} if rule.endswith("/nonce") else {400, 401, 404}), (rule, answer)
        assert state_of(site) == before, rule
    assert online.request(line, info.request_id).state == "issued"
    assert alice.phone is not None
    assert list_texts(site.verifier, alice.phone) == []


def test_reading_changes_nothing(site: Site, online: OnlinePhone, line: Line) -> None:
    """Of all endpoints that are read, with the token and by every method, none changes a row, the record included."""
    site.app.extensions["authsim-streams"] = Streams(most=4, heartbeat_s=0, look_s=0, longest_s=0)
    begins_login(site.verifier, "alice")
    (info,) = online.requests(line).requests
    before = site.rows()
    rules = [rule for rule in site.app.url_map.iter_rules() if rule.rule.startswith("/api/")]
    for rule in rules:
        path = rule.rule.replace("<request_id>", info.request_id)
        for method in ("GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"):
            line(method, path, None, online.bearer)
    assert site.rows() == before


def state_of(site: Site) -> dict[str, list[tuple[object, ...]]]:
    """All rows but those in which guesses are counted."""
    return {table: rows for table, rows in site.rows().items() if table not in COUNTED}
