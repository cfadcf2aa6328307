"""The description of a gateway is true: its routes, members and answers are those that it has."""

import json
import re
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS

from tests.support.device import TestPhone
from tests.support.gateway import Gateway
from tests.support.site import Site
from tests.web.test_openapi import here
from web.openapi.gateway_operations import GATEWAY_CALLS, GATEWAY_OPERATIONS
from web.openapi.gateway_schemas import GATEWAY_SCHEMAS
from web.openapi.operation import Operation

EXAMPLES = 8


def description_of(site: Site) -> dict[str, Any]:
    """What the portal says of itself."""
    return dict(json.loads(site.browser().asks("GET", "/openapi.json").text))


def test_every_route_is_described_and_no_other(gateway: Gateway) -> None:
    """Description and route map name the same methods and paths below the prefix, each operation once."""
    described = {
        (method.upper(), path)
        for path, methods in description_of(gateway.site)["paths"].items()
        if path.startswith("/v1/")
        for method in methods
    }

    assert described == {
        (method, rule.rule)
        for rule in gateway.site.app.url_map.iter_rules()
        if rule.rule.startswith("/v1/")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert described == {(operation.method, operation.path) for operation in GATEWAY_OPERATIONS}
    assert len({operation.name for operation in GATEWAY_OPERATIONS}) == len(GATEWAY_OPERATIONS)


def test_nothing_is_described_in_vain() -> None:
    """Every message of a gateway is asked for or answered with."""
    used = {name for one in GATEWAY_OPERATIONS for name in (one.reply, one.message)} | {"GatewayError"}

    assert used - {None} == GATEWAY_SCHEMAS.keys()


def test_a_portal_without_one_does_not_describe_it(site: Site, gateway: Gateway) -> None:
    """Where there is no gateway, neither its addresses nor its messages are told; all else is the same."""
    without, within = description_of(site), description_of(gateway.site)

    assert [path for path in within["paths"] if path not in without["paths"]] == list(
        dict.fromkeys(operation.path for operation in GATEWAY_OPERATIONS)
    )
    assert within["components"]["schemas"].keys() - without["components"]["schemas"].keys() == GATEWAY_SCHEMAS.keys()
    assert not re.search(r"gateway|/v1/(api|portal)", json.dumps(without), re.IGNORECASE)
    assert within["components"]["securitySchemes"] == without["components"]["securitySchemes"]


@pytest.mark.parametrize("operation", GATEWAY_CALLS, ids=lambda operation: operation.name)
def test_every_answer_is_described(gateway: Gateway, alice: TestPhone, operation: Operation) -> None:
    """Before a login, after it, with a rival and after a logout: status, type and body are those of the description."""
    schema = schemathesis.openapi.from_dict(description_of(gateway.site))
    described = schema[operation.path][operation.method]

    def judges() -> int:
        answer = gateway.program.asks(operation.path)
        assert answer.status_code in {operation.status, *operation.refusals}
        described.validate_response(answer)
        return answer.status_code

    assert judges() == (401 if 401 in operation.refusals else 200)
    gateway.logs_in("alice", alice)
    assert judges() == 200
    gateway.program.asks("iserver/reauthenticate")
    gateway.clock.advance(seconds=1)
    gateway.trades("alice", alice)
    assert judges() in (200, 400)
    gateway.program.asks("logout")
    assert judges() in (200, 400)


@pytest.mark.parametrize("operation", GATEWAY_CALLS, ids=lambda operation: operation.name)
def test_generated_requests_find_nothing_undescribed(gateway: Gateway, alice: TestPhone, operation: Operation) -> None:
    """Whatever is sent along, good or bad: no 5xx, and no answer that is not described."""
    gateway.logs_in("alice", alice)
    described = schemathesis.openapi.from_wsgi("/openapi.json", here(gateway.site.app))[operation.path][
        operation.method
    ]

    #: A program may send along what it likes; what is no wish to compete is nothing.
    too_strict = [check for check in CHECKS.get_all() if check.__name__ == "negative_data_rejection"]
    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE) if operation.message else (GenerationMode.POSITIVE,):

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=described.as_strategy(generation_mode=mode))
        def ask(case: schemathesis.Case) -> None:
            answer = case.call(base_url="http://127.0.0.1:8765")
            assert answer.status_code in {operation.status, *operation.refusals}
            case.validate_response(answer, excluded_checks=too_strict)

        ask()
