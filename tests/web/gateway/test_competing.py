"""A login of the same user elsewhere: what a gateway says of it, and how programs deal with it."""

import json
from typing import Any

import pytest

from tests.support.device import TestPhone
from tests.support.gateway import Gateway, as_gateway
from web.gateway.vintages import VINTAGES
from web.settings import GatewaySettings

INIT = "iserver/auth/ssodh/init"
#: How programs say that they want to take over: by a body, or by the address.
COMPETES = (
    {"json": {"publish": True, "compete": True}},
    {"data": {"compete": "true", "locale": "en_US", "mac": "00-00-5E-00-53-02", "username": "-"}},
    {"data": json.dumps({"compete": True})},  # a program that forgets to say that it is JSON
    {"data": json.dumps({"compete": "true"}), "content_type": "application/x-www-form-urlencoded"},
    {"query_string": {"publish": "true", "compete": "true"}},
    {"query_string": {"compete": "True"}, "json": {}},
)
#: Bodies that do not say so, whatever they are.
YIELDS: tuple[dict[str, Any], ...] = (
    {},
    {"data": b""},
    {"json": {"publish": True, "compete": False}},
    {"json": {}},
    {"json": {"compete": None}},
    {"json": {"compete": [True]}},
    {"json": {"compete": 1}},
    {"json": {"compete": 1.0}},
    {"json": {"compete": "1"}},
    {"json": ["compete"]},
    {"json": "compete"},
    {"data": {"compete": "false"}},
    {"query_string": {"compete": "false"}},
    {"query_string": "compete"},
    {"data": b"compete"},
    {"data": b"\xff\xfe&compete=%ff"},
)


@pytest.fixture(params=VINTAGES)
def rivalled(request: pytest.FixtureRequest, gateway: Gateway, alice: TestPhone) -> Gateway:
    """A gateway, with each markup, whose user has logged in on a trading device since."""
    gateway.logs_in("alice", alice)
    gateway.clock.advance(seconds=1)
    gateway.trades("alice", alice)
    return as_gateway(gateway.site, GatewaySettings(page=request.param))


def test_a_rival_is_told(rivalled: Gateway) -> None:
    """The newer login takes the brokerage session, and the gateway says that they compete for it."""
    assert rivalled.program.stands() == (False, True, True)


@pytest.mark.parametrize("body", COMPETES)
def test_who_wants_to_compete_takes_over(rivalled: Gateway, body: dict[str, Any]) -> None:
    """However a program spells it, the answer says that the session is its own again, and so does the next one."""
    said = rivalled.program.reads(INIT, **body)

    assert (said["authenticated"], said["connected"], said["competing"], said["passed"]) == (True, True, False, True)
    assert rivalled.program.stands() == (True, True, False)


def test_who_does_not_say_so_leaves_the_rival(rivalled: Gateway) -> None:
    """Whatever else a program sends along is answered, and changes nothing."""
    for body in YIELDS:
        said = rivalled.program.reads(INIT, **body)

        assert (said["authenticated"], said["connected"], said["competing"]) == (False, True, True), body
        assert rivalled.program.stands() == (False, True, True)


def test_what_is_nearly_json_is_refused(rivalled: Gateway) -> None:
    """A program that sends half an object hears so, and nothing has happened."""
    for body in (b"{", b'{"compete":tru', b'{"a":' * 5_000, b'{"compete": true} x'):
        answer = rivalled.program.asks(INIT, data=body, content_type="application/json")
        assert (answer.status, answer.data) == ("400 Bad Request", b'{"error":"malformed"}'), body
    assert rivalled.program.stands() == (False, True, True)


def test_a_book_is_refused(rivalled: Gateway) -> None:
    """A body longer than any form is not read."""
    answer = rivalled.program.asks(INIT, data=b"compete=true&" + b"a" * 100_000)

    assert (answer.status, answer.data) == ("413 Request Entity Too Large", b'{"error":"too large"}')
    assert rivalled.program.stands() == (False, True, True)


def test_logging_out_and_taking_back_heals_without_a_login(rivalled: Gateway) -> None:
    """The two calls by which login programs heal themselves are enough: nobody is asked for a second factor again."""
    before = rivalled.program.reads("sso/validate")["AUTH_TIME"]

    rivalled.program.reads("logout")
    rivalled.program.reads("iserver/reauthenticate?force=true")

    assert rivalled.program.stands() == (True, True, False)
    assert rivalled.program.reads("sso/validate")["AUTH_TIME"] == before
