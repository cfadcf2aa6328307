"""The description of the lab's API is true: its routes, members and answers are those that the lab has."""

import json
import re
from collections.abc import Callable, Iterable
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS

from authsim.lab.catalogue import FAULTS, Step
from authsim.lab.phones.handset import Policy
from authsim.verifier import operators
from tests.support.lab_site import LAB, LabSite
from tests.support.ports import ORIGIN
from web.lab import clock, faults, phones, users
from web.openapi.lab_operations import LAB_OPERATIONS
from web.openapi.lab_schemas import LAB_SCHEMAS
from web.openapi.operation import Access, Operation

NUMBER = "+15555550123"
EXAMPLES = 8
#: What may be asked again and again with whatever comes to mind: it reads, or is undone by the next one.
HARMLESS = (
    *("showClock", "showSeed", "listSnapshots", "listFaults", "armFault", "disarmFault", "disarmFaults"),
    *("listLabTexts", "listUsers", "showUser", "listPhones", "showPhone", "changePhone", "listPhoneRequests"),
    *(
        "showAppCode",
        "changeSeed",
        "listEvents",
        "showVerdict",
        "showCoverage",
        "dropSnapshot",
        "lockUser",
        "unlockUser",
        "respondByPhone",
    ),
)


def description_of(living: LabSite) -> dict[str, Any]:
    """What the portal says of itself."""
    return dict(json.loads(living.site.browser().asks("GET", "/openapi.json").text))


def routes_of(living: LabSite) -> set[tuple[str, str]]:
    """Every method and path below the lab's prefix."""
    return {
        (method, re.sub(r"<(?:[^<>]*:)?(\w+)>", r"{\1}", rule.rule))
        for rule in living.site.app.url_map.iter_rules()
        if rule.rule.startswith(LAB)
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


def test_every_route_is_described_and_no_other(living: LabSite) -> None:
    """Description and route map of the lab name the same methods and paths, each operation once."""
    described = {
        (method.upper(), path)
        for path, methods in description_of(living)["paths"].items()
        if path.startswith(LAB)
        for method in methods
    }

    assert described == routes_of(living)
    assert described == {(operation.method, operation.path) for operation in LAB_OPERATIONS}
    assert len({operation.name for operation in LAB_OPERATIONS}) == len(LAB_OPERATIONS)


def test_every_operation_takes_the_lab_token_and_errs_in_problems(living: LabSite) -> None:
    """Each operation names the lab's token, and each refusal is a problem."""
    document = description_of(living)

    assert document["components"]["securitySchemes"]["labToken"]["scheme"] == "bearer"
    for path, methods in document["paths"].items():
        for operation in methods.values() if path.startswith(LAB) else ():
            assert operation["security"] == [{"labToken": []}]
            for status, reply in operation["responses"].items():
                kinds = set(reply.get("content", {}))
                assert kinds == ({"application/problem+json"} if int(status) >= 400 else kinds & {"application/json"})
                assert (status == "204") == (not kinds)


def test_nothing_is_described_in_vain() -> None:
    """Every message of the lab is asked for, answered with, or part of one that is."""
    used = {name for one in LAB_OPERATIONS for name in (one.reply, one.message, one.later)} | {"Problem"}
    inside = set(re.findall(r"#/components/schemas/(\w+)", json.dumps(dict(LAB_SCHEMAS))))

    assert (used | inside) - {"", None} == LAB_SCHEMAS.keys()
    assert all(operation.access is Access.LAB for operation in LAB_OPERATIONS)


def test_the_members_are_those_that_are_read() -> None:
    """What may be asked is what the rooms of the lab read, and the words are those that they know."""
    read = {
        "ClockChange": clock._MEMBERS,
        "FaultWish": faults._MEMBERS,
        "UserWish": users._MEMBERS,
        "PhoneWish": phones._MAKE,
        "Habits": phones._HABITS,
        "ActivateWish": phones._ACTIVATE,
        "ManyWish": phones._MANY,
        "AddUserWish": phones._ADD_USER,
        "RespondWish": phones._RESPOND,
        "DecideWish": phones._DECIDE,
        "AppWish": phones._APP,
    }

    assert {name: set(LAB_SCHEMAS[name]["properties"]) for name in read} == {n: set(known) for n, known in read.items()}
    words = LAB_SCHEMAS["VirtualPhone"]["properties"]["policy"]["enum"]
    assert words == [policy.value for policy in Policy]
    (steps, _) = LAB_SCHEMAS["FaultWish"]["properties"]["step"]["anyOf"]
    assert steps["enum"] == [step.value for step in Step]
    assert FAULTS.keys() >= {"http_500"}


class Judge:
    """Somebody who holds every answer against the description, and notes which operations were answered well."""

    def __init__(self, living: LabSite) -> None:
        self._living = living
        self._schema = schemathesis.openapi.from_dict(description_of(living))
        self.done: set[str] = set()

    def __call__(self, method: str, path: str, members: object = None) -> Any:
        (operation,) = (
            one
            for one in LAB_OPERATIONS
            if one.method == method
            and re.fullmatch(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(one.path)), f"{LAB}{path.partition('?')[0]}")
            and not (one.name == "decideByPhone" and path.rpartition("/")[2] not in ("approve", "deny", "report"))
            and not (one.name == "showPhone" and path == "/phones/activate")
        )
        answer = self._living.asks(method, path, members)
        assert answer.status_code == operation.status, answer.text
        self._schema[operation.path][method].validate_response(answer)
        self.done.add(operation.name)
        return json.loads(answer.text) if answer.data else None


def test_every_operation_answers_as_described(opens_lab: Callable[..., LabSite]) -> None:
    """Each operation is driven to its good answer, and status, type and body are those of the description."""
    living = opens_lab()
    ask = Judge(living)
    ask("GET", "/clock")
    ask("POST", "/clock", {"freeze": True, "actor": "text", "skew_ms": 0})
    ask("PUT", "/seed", {"seed": 7})
    ask("GET", "/seed")
    ask("POST", "/snapshots", {"name": "empty"})
    ask("GET", "/snapshots")
    (alice,) = ask("POST", "/users", {"name": "alice", "activation": True})["users"]
    (bella,) = ask("POST", "/users", {"name": "bella", "authenticator": True})["users"]
    ask("POST", "/users", {"count": 2, "prefix": "crowd-"})
    ask("GET", "/users")
    first, second = ask("POST", "/phones", {"count": 2})["phones"]
    ask("POST", "/phones/activate", {"phones": [second["id"]], "users": ["crowd-1"]})
    ask("POST", f"/phones/{first['id']}/activate", {"activation": alice["activation"]})
    ask("POST", f"/phones/{first['id']}/apps", {"authenticator": bella["authenticator"]})
    ask("GET", f"/phones/{first['id']}/apps/bella")
    ask("GET", "/phones")
    ask("GET", f"/phones/{first['id']}")
    browser = living.site.browser()
    browser.types_password("alice", alice["password"])
    challenge = browser.page.challenge  # type: ignore[union-attr]
    ask("POST", f"/phones/{first['id']}/respond", {"challenge": challenge})
    ask("GET", f"/phones/{first['id']}/requests")
    ask("POST", f"/phones/{first['id']}/deny")
    ask("PUT", f"/phones/{first['id']}", {"policy": "offline"})
    copy = ask("POST", f"/phones/{first['id']}/clone")
    ask("DELETE", f"/phones/{copy['id']}")
    (third,) = living.does("POST", "/phones", {"platform": "android"})["phones"]
    ask("POST", f"/phones/{third['id']}/add-user", {"user": "bella", "password": bella["password"]})
    number = ask("GET", "/users/bella")["phone"]
    ask("GET", f"/inbox/{number}?after=0&wait_ms=0")
    ask("PUT", "/faults/http_503", {"seconds": 1.5, "step": "page", "user": "alice", "every": 2})
    ask("GET", "/faults")
    ask("DELETE", "/faults/http_503")
    ask("DELETE", "/faults")
    for deed in ("lock", "unlock"):
        ask("POST", f"/users/crowd-2/{deed}")
    ask("POST", "/users/crowd-2/activation", {"replace": True})
    ask("POST", "/users/bella/revoke")
    ask("GET", "/events?most=5&user=alice")
    ask("GET", "/verdict")
    ask("GET", "/coverage")
    verifier = living.site.verifier
    operators.suspend(verifier, operators.require_user(verifier, "crowd-1"))
    ask("POST", "/users/crowd-1/resume")
    ask("DELETE", "/users/crowd-2")
    ask("POST", "/snapshots/empty/restore")
    ask("DELETE", "/snapshots/empty")
    ask("POST", "/reset")

    assert ask.done == {operation.name for operation in LAB_OPERATIONS}


def here(living: LabSite) -> Callable[[dict[str, Any], Any], Iterable[bytes]]:
    """The application, as a server hands it requests of this machine."""
    app: Flask = living.site.app

    def served(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        environ.setdefault("REMOTE_ADDR", "127.0.0.1")
        return app(environ, start)

    return served


@pytest.mark.parametrize(
    "operation", [one for one in LAB_OPERATIONS if one.name in HARMLESS], ids=lambda operation: operation.name
)
def test_generated_requests_find_nothing_undescribed(living: LabSite, operation: Operation) -> None:
    """Good and bad requests: no 5xx, no answer that is not described, no door that a wrong token opens."""
    living.site.adds("alice", phone=NUMBER)
    schema = schemathesis.openapi.from_wsgi("/openapi.json", here(living))
    token = {"Authorization": f"Bearer {living.token}"}
    has_parts = operation.message is not None or operation.parameters
    #: A wish may be well formed and make no sense: an nth call and every so many.
    too_strict = [check for check in CHECKS.get_all() if check.__name__ == "positive_data_acceptance"]
    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE) if has_parts else (GenerationMode.POSITIVE,):

        @settings(
            max_examples=EXAMPLES if has_parts else 1,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=schema[operation.path][operation.method].as_strategy(generation_mode=mode))
        def ask(case: schemathesis.Case) -> None:
            if "wait_ms" in (case.query or {}):
                case.query["wait_ms"] = 0  # nobody waits
            case.call_and_validate(headers=token, excluded_checks=too_strict)

        ask()


def test_the_lab_is_described_by_its_own_address(living: LabSite) -> None:
    """The description stands where it stands without a lab, and needs no token."""
    answer = living.site.app.test_client().get("/openapi.json", base_url=ORIGIN)

    assert json.loads(answer.text)["openapi"] == "3.1.0"
