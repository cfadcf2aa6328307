"""The description of the JSON surface is true: its routes, messages and statuses are those that the portal has."""

import importlib.util
import inspect
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
import schemathesis
from flask import Flask, request
from flask.testing import FlaskClient
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from werkzeug.test import TestResponse

from authsim.model import Decision, User
from authsim.policy import Policy
from authsim.protocol.add_user import AddUserResend, format_add_user_resend
from authsim.protocol.messages import format_activate_request
from authsim.protocol.trading import (
    TradingLogin,
    TradingResponse,
    TradingSignOut,
    format_trading_login,
    format_trading_response,
    format_trading_sign_out,
    parse_trading_challenge,
    parse_trading_entry,
)
from authsim.secret import Secret
from authsim.verifier.activation import operator_activation
from authsim.verifier.inbox import list_texts
from tests.support.adding import code_in
from tests.support.device_line import API, Answer, begins_login, enrols, line_to, post
from tests.support.online import KINDS
from tests.support.ports import ORIGIN
from tests.support.site import PASSWORD, Site
from tests.support.tree import ROOT
from tests.web.device_api.test_add_user import finishes, starts
from web.answers import JSON_PATHS
from web.openapi.operation import STREAM, Access, Operation
from web.openapi.operations import OPERATIONS
from web.openapi.schemas import SCHEMAS
from web.streams import Streams

NUMBER = "+15555550123"
TRADING = "/api/trading/v1"
EXAMPLES = 10

#: Which message of the protocol is which of the description.
NAMES = {
    "add user, start": "AddUserStart",
    "add user, started": "AddUserStarted",
    "add user, resend": "AddUserResend",
    "add user, finish": "AddUserFinish",
    "nonce request": "NonceRequest",
    "nonce": "Nonce",
    "session request": "SessionRequest",
    "session": "SessionReply",
    "state": "SessionReply",
    "request": "Request",
    "requests": "Requests",
    "challenges": "Challenges",
    "decision": "Decision",
    "decided": "Decided",
    "end of a stream": "StreamEnd",
    "credentials": "Credentials",
    "trading login": "TradingLogin",
    "trading challenge": "TradingAnswer",
    "trading response": "TradingResponse",
    "trading entry": "TradingAnswer",
    "trading sign-out": "TradingSignOut",
}


@pytest.fixture
def alice(site: Site) -> User:
    """A user whom texts reach."""
    return site.adds("alice", phone=NUMBER)


def here(app: Flask) -> Callable[[dict[str, Any], Any], Iterable[bytes]]:
    """The application, as a server hands it requests of this machine."""

    def served(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        environ.setdefault("REMOTE_ADDR", "127.0.0.1")
        return app(environ, start)

    return served


def description_of(site: Site) -> dict[str, Any]:
    """What the portal says of itself."""
    answer = site.browser().asks("GET", "/openapi.json")
    assert answer.status_code == 200
    assert answer.mimetype == "application/json"
    return dict(json.loads(answer.text))


def json_routes(site: Site) -> set[tuple[str, str]]:
    """Every method and path that answers JSON: by its address, or because its view says so."""
    found = set()
    for rule in site.app.url_map.iter_rules():
        path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
        view = inspect.unwrap(site.app.view_functions[rule.endpoint])
        source = inspect.getsource(view) if inspect.isfunction(view) else ""
        if (
            path.startswith("/api/")
            or JSON_PATHS.fullmatch(re.sub(r"\{\w+\}", "x", path))
            or "answer_json(" in source
            or "streams().answer(" in source
        ):
            found |= {(method, path) for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}}
    return found


def test_every_json_route_is_described_and_no_other(site: Site) -> None:
    """Description and route map name the same methods and paths."""
    described = {
        (method.upper(), path) for path, methods in description_of(site)["paths"].items() for method in methods
    }

    assert described == json_routes(site)
    assert described == {(operation.method, operation.path) for operation in OPERATIONS}
    assert len({operation.name for operation in OPERATIONS}) == len(OPERATIONS)


def test_every_message_is_required_and_every_refusal_an_error(site: Site) -> None:
    """A message must be there; whatever is declined is answered with `Error`."""
    for methods in description_of(site)["paths"].values():
        for operation in methods.values():
            assert operation.get("requestBody", {"required": True})["required"] is True
            for status, reply in operation["responses"].items():
                if status == "303":
                    assert "content" not in reply
                    continue
                (content,) = reply["content"].values()
                assert (content["schema"] == {"$ref": "#/components/schemas/Error"}) == (int(status) >= 400)


@cache
def messages() -> tuple[Any, FlaskClient]:
    """A description with one operation for each message, and somebody who answers with whatever is put in."""
    paths = {
        f"/{name}": {
            "post": {
                "responses": {
                    "200": {
                        "description": "it",
                        "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}},
                    }
                }
            }
        }
        for name in SCHEMAS
    }
    app = Flask("echo")
    app.add_url_rule(
        "/", view_func=lambda: app.response_class(request.data, mimetype="application/json"), methods=["POST"]
    )
    info = {"title": "messages", "version": "1"}
    schema = {"openapi": "3.1.0", "info": info, "components": {"schemas": dict(SCHEMAS)}, "paths": paths}
    return schemathesis.openapi.from_dict(schema), app.test_client()


def is_described(name: str, value: object) -> bool:
    """Whether a value is the message of that name."""
    schema, echo = messages()
    return bool(schema[f"/{name}"]["POST"].is_valid_response(echo.post("/", json=value)))


def test_the_messages_are_those_of_the_protocol() -> None:
    """Each message as the protocol writes it is described; without a member, or with one more, it is not."""
    assert NAMES.keys() == KINDS.keys()
    for kind, name in NAMES.items():
        message, write, _ = KINDS[kind]
        members = json.loads(write(message))
        assert is_described(name, members), kind
        for member in members:
            assert not is_described(name, {key: value for key, value in members.items() if key != member}), member
        assert not is_described(name, members | {"more": 1})
        assert not is_described(name, members | {"v": 2})


class Judge:
    """A line that holds every answer against the description, and notes which operations were answered well."""

    def __init__(self, site: Site) -> None:
        self._app = site.app
        self._schema = schemathesis.openapi.from_dict(description_of(site))
        self.done: set[str] = set()

    def __call__(self, method: str, path: str, body: str | None, headers: Mapping[str, str]) -> Answer:
        client = self._app.test_client(use_cookies=False)
        answer = client.open(path, method=method, base_url=ORIGIN, data=body, headers=dict(headers))
        self.judges(method, path, answer)
        return Answer(answer.status_code, answer.headers, answer.text)

    def judges(self, method: str, path: str, answer: TestResponse) -> None:
        """Hold one answer against its operation: status, type and body."""
        (operation,) = (
            one
            for one in OPERATIONS
            if one.method == method
            and re.fullmatch(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(one.path)), path.partition("?")[0])
        )
        assert answer.status_code in {operation.status, *operation.refusals}, (path, answer.status_code)
        self._schema[operation.path][method].validate_response(answer)
        if answer.status_code == operation.status:
            self.done.add(operation.name)

    def hears(self, path: str, headers: Mapping[str, str]) -> str:
        """Open a stream, and return the first event that it sends."""
        (operation,) = (
            one
            for one in OPERATIONS
            if one.reply == STREAM and re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", one.path), path)
        )
        answer = self._app.test_client(use_cookies=False).get(path, base_url=ORIGIN, headers=dict(headers))
        assert (answer.status_code, answer.mimetype) == (operation.status, STREAM)
        event = next(block.decode() for block in answer.response if b"event: " in block)  # type: ignore[arg-type]
        answer.close()
        name = re.search(r"event: (\w+)", event)
        data = re.search(r"data: (.*)", event)
        assert name is not None
        assert data is not None
        assert is_described(dict(operation.events)[name[1]], json.loads(data[1]))
        self.done.add(operation.name)
        return name[1]


def enrols_and_decides(site: Site, alice: User, judge: Judge) -> None:
    """The phone's API from the first word to a decision."""
    judge("GET", f"{API}/instance", None, {})
    adding = site.sells_phone().begin_adding(site.verifier, alice.name)
    flow_id = starts(judge, adding).text and adding.flow_id
    assert alice.phone is not None
    judge("GET", f"/inbox/{alice.phone}/texts", None, {})
    assert judge.hears(f"/inbox/{alice.phone}/events", {"Last-Event-ID": "0"}) == "text"
    site.clock.advance(seconds=120)
    post(judge, f"{API}/adduser/resend", format_add_user_resend(AddUserResend(flow_id=flow_id)))
    finishes(judge, adding, code_in(list_texts(site.verifier, alice.phone)[-1].text))
    phone = site.sells_phone()
    uri = operator_activation(site.verifier, alice.user_id, replace=True).uri
    attempt = phone.scan(uri)
    reply = post(judge, f"{API}/activate", format_activate_request(attempt.request))
    assert reply.status == 200


def listens(site: Site, alice: User, judge: Judge) -> None:
    """A phone with a session: credentials, what waits, the stream, a decision; then another, and a trading device."""
    online = enrols(site.verifier, alice.user_id)
    online.opens_session(judge)
    post(judge, f"{API}/credentials", json.dumps({"v": 1, "username": "alice", "password": PASSWORD}), **online.bearer)
    begins_login(site.verifier, "alice")
    (info,) = online.requests(judge).requests
    online.request(judge, info.request_id)
    assert len(online.challenges(judge)) == 1
    assert judge.hears(f"{API}/events", online.bearer) == "request"
    assert online.decides(judge, info, Decision.APPROVE).status == 200
    other = enrols(site.verifier, alice.user_id, "another phone")
    online.opens_session(judge)
    login = TradingLogin(username="alice", password=Secret(PASSWORD))
    asked = parse_trading_challenge(post(judge, f"{TRADING}/login", format_trading_login(login)).text.encode())
    response = TradingResponse(token=asked.token, response=other.phone.respond(asked.challenge))
    answered = post(judge, f"{TRADING}/respond", format_trading_response(response))
    session = parse_trading_entry(answered.text.encode()).session
    post(judge, f"{TRADING}/sign-out", format_trading_sign_out(TradingSignOut(session=session)))


def looks(site: Site, judge: Judge) -> None:
    """What pages ask for themselves."""
    site.adds("bella")
    browser = site.browser()
    browser.types_password("bella")
    for path in ("/sso/SecondFactor/state", "/portal/activation/state", "/openapi.json"):
        judge.judges("GET", path, browser.asks("GET", path))
    assert judge.hears("/sso/SecondFactor/events", {}) == "state"


def test_every_operation_answers_as_described(site: Site, alice: User, opens_site: Callable[..., Site]) -> None:
    """Each operation is driven to its good answer, and status, type and body are those of the description."""
    site.app.extensions["authsim-streams"] = Streams(most=4, heartbeat_s=0.01, look_s=0.01)
    judge = Judge(site)

    enrols_and_decides(site, alice, judge)
    listens(site, alice, judge)
    looks(site, judge)
    hardened = Judge(opens_site(policy=replace(Policy(), uniform_login=1)))
    hardened("GET", "/sso/TwoStep/state", None, {})
    assert hardened.hears("/sso/TwoStep/events", {}) == "state"

    assert judge.done | hardened.done == {operation.name for operation in OPERATIONS}


def as_programs_write(value: Any) -> Any:
    """JSON Schema takes 2188.0 for an integer; no program that counts writes that, and the protocol refuses it."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {name: as_programs_write(member) for name, member in value.items()}
    return [as_programs_write(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_generated_requests_find_nothing_undescribed(site: Site, operation: Operation) -> None:
    """Good and bad requests, with a session and without: no 5xx, no answer that is not described, no lax door."""
    alice = site.adds("alice")  # without a number: nobody waits for a text
    schema = schemathesis.openapi.from_wsgi("/openapi.json", here(site.app))
    online = enrols(site.verifier, alice.user_id)
    online.opens_session(line_to(site.app))
    is_open = operation.access is Access.PHONE and operation.reply != STREAM  # with a token a stream would stay open
    described = schema[operation.path][operation.method]
    has_parts = operation.message is not None or operation.parameters
    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE) if has_parts else (GenerationMode.POSITIVE,):

        @settings(
            max_examples=EXAMPLES if has_parts else 1,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=described.as_strategy(generation_mode=mode))
        def ask(case: schemathesis.Case) -> None:
            case.body = as_programs_write(case.body)
            for headers in ({}, online.bearer) if is_open else ({},):
                case.call_and_validate(headers=headers)

        ask()


def test_only_this_machine_is_told(site: Site, opens_site: Callable[..., Site]) -> None:
    """From another address, by another name, or past a proxy there is no description; and none of a closed inbox."""
    client = site.app.test_client()
    private = opens_site(hosts=("portal.test",)).app.test_client()
    proxied = opens_site(proxies=1).browser()
    closed = opens_site(is_inbox_open=False)

    foreign = client.get("/openapi.json", base_url=ORIGIN, environ_overrides={"REMOTE_ADDR": "192.168.7.7"})
    nowhere = client.get("/openapi.json", base_url=ORIGIN, environ_overrides={"REMOTE_ADDR": ""})
    named = private.get("/openapi.json", base_url="http://portal.test:8765")

    assert [answer.status_code for answer in (foreign, nowhere, named)] == [404, 404, 404]
    assert json.loads(foreign.text)["error"] == "not_found"
    assert proxied.asks("GET", "/openapi.json").status_code == 404
    assert [path for path in description_of(closed)["paths"] if path.startswith("/inbox")] == []
    assert json_routes(closed) == {(one.method, one.path) for one in OPERATIONS if not one.path.startswith("/inbox")}


def test_the_page_is_what_is_made_of_the_description() -> None:
    """`docs/api.md` holds the tables that `docs/make_api.py` makes."""
    specification = importlib.util.spec_from_file_location("make_api", ROOT / "docs" / "make_api.py")
    assert specification is not None
    assert specification.loader is not None
    maker = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(maker)

    _, _, made = (ROOT / "docs" / "api.md").read_text(encoding="utf-8").partition(maker.HEAD)

    assert made.strip() == maker.format_tables().strip(), "run docs/make_api.py"
