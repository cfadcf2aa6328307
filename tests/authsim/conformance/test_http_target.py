"""What an adapter answers is read strictly where it matters, and what it does not offer is not tried."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import jsonschema
import pytest

from authsim.cli.conformance import _read_schema
from authsim.conformance import answers
from authsim.conformance.http_target import HttpTarget
from authsim.conformance.loopback import require_loopback
from authsim.conformance.target import MOST_WRONG, Abilities, Declined, MalformedAnswerError, Opened, UnreachableError
from authsim.conformance.trying import Outcome
from authsim.errors import MessageError
from tests.support.kept_port import kept_port
from tests.support.trying import try_at
from tests.support.verifier import Verifier
from tests.support.verifier_server import Answer, abilities, routes_of, serve

SCHEMA = json.loads(_read_schema())
ASKED = "GET abilities"
OPENED = Opened(login="1", challenge="123456", user="alice", session="here", purpose="log-in")


def schema_of(name: str) -> Any:
    """Return the validator of one message of the contract."""
    return jsonschema.Draft202012Validator({**SCHEMA, "$ref": f"#/$defs/{name}"})


BROKEN_ABILITIES: list[Mapping[str, Any]] = [
    {},
    {"contract": "authsim-conformance/2"},
    {"contract": "authsim-conformance/1"},
    abilities() | {"abilities": "clock"},
    abilities() | {"abilities": [1]},
    abilities() | {"life_ms": 0},
    abilities() | {"life_ms": True},
    abilities() | {"tries": "3"},
    abilities() | {"most_wrong": 1_001},
    abilities() | {"tries": 101},
    abilities() | {"purposes": ["Log in"]},
    abilities() | {"purposes": ["log-in", "log-in"]},
    abilities() | {"suite": "OCRA-1:HOTP-SHA256-8:C-QN06"},
    abilities() | {"suite": 6},
    abilities() | {"inputs": {"log-in": "xyz", "add-device": ""}},
    abilities() | {"name": 7},
]
#: What a schema does not see: names that must stand in another member, and lengths in bytes.
CROSSWISE: list[Mapping[str, Any]] = [
    abilities() | {"begins": ["withdraw"]},
    abilities() | {"begins": ["add-device"]},
    abilities() | {"inputs": {"log-in": ""}},
    abilities() | {"inputs": ["log-in"]},
    abilities() | {"inputs": {"log-in": "00" * 65, "add-device": ""}},
    abilities() | {"suite": "OCRA-1:HOTP-SHA256-8:QN03"},
]


@pytest.mark.parametrize("members", BROKEN_ABILITIES + CROSSWISE, ids=range(len(BROKEN_ABILITIES + CROSSWISE)))
def test_abilities_that_break_the_contract_are_refused(members: Mapping[str, Any]) -> None:
    """Each is named by the request and by what was expected; nothing is guessed."""
    with pytest.raises(MalformedAnswerError, match=r"^GET abilities"):
        answers.parse_abilities(members, asked=ASKED)


@pytest.mark.parametrize("members", BROKEN_ABILITIES, ids=range(len(BROKEN_ABILITIES)))
def test_the_schema_refuses_the_same(members: Mapping[str, Any]) -> None:
    """Who writes an adapter can find out by the schema alone."""
    assert not schema_of("GET abilities answered").is_valid(members)


def test_abilities_have_their_defaults() -> None:
    """The least that an adapter says is enough: a login, and 100 guesses."""
    least = {"contract": "authsim-conformance/1", "abilities": ["respond", "dance"]}

    assert schema_of("GET abilities answered").is_valid(least)
    assert answers.parse_abilities(least, asked=ASKED) == Abilities(
        name="", offers=frozenset({"respond"}), most_wrong=MOST_WRONG, purposes=("log-in",), begins=("log-in",)
    )


def test_a_suite_without_session_needs_no_inputs() -> None:
    """Only what the suite computes with is asked for."""
    read = answers.parse_abilities(
        {"contract": "authsim-conformance/1", "suite": "OCRA-1:HOTP-SHA1-6:QN08"}, asked=ASKED
    )

    assert (read.suite, dict(read.inputs)) == ("OCRA-1:HOTP-SHA1-6:QN08", {})


def test_the_schema_describes_what_is_sent_and_answered() -> None:
    """Every message of a run with a correct adapter is valid, and each kind of them comes up."""
    seen: set[str] = set()

    def watch(name: str, route: Callable[[Mapping[str, Any]], Answer]) -> Callable[[Mapping[str, Any]], Answer]:
        def watched(asked: Mapping[str, Any]) -> Answer:
            status, members = route(asked)
            if name.startswith("POST"):
                schema_of(f"{name} asked").validate(asked)
            schema_of(f"{name} answered").validate({} if members is None else members)
            seen.add(name)
            return status, members

        return watched

    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    for answers_itself in (False, True):
        routes = routes_of(Verifier(), answers_itself=answers_itself)
        with serve({name: watch(name, route) for name, route in routes.items()}) as address:
            tried = try_at(address)
        assert {one.outcome for one in tried} <= {Outcome.HELD, Outcome.NOT_TRIED}

    described = {name.rpartition(" ")[0] for name in SCHEMA["$defs"] if " " in name}
    assert seen == described


@pytest.mark.parametrize(
    ("route", "answer", "text"),
    [
        ("POST reset", (500, None), "POST reset was answered with status 500"),
        ("POST reset", (302, None), "POST reset was answered with status 302"),
        ("POST reset", (404, None), "POST reset was answered with status 404"),
        ("POST reset", (200, b"<html>"), "no JSON in UTF-8"),
        ("POST reset", (200, b"[" * 60_000), "no JSON in UTF-8"),
        ("POST reset", (200, [1]), "JSON that is no object"),
        ("POST reset", (200, {"x": "y" * 70_000}), "more than 65536 bytes"),
        ("POST users", (200, {"key": "xyz"}), "key is hexadecimal"),
        ("POST users", (200, {}), "key is hexadecimal"),
        ("POST users", (200, {"key": ""}), "without a key"),
        ("POST logins", (200, {"login": "1"}), "without challenge"),
        ("POST logins", (200, {"login": "1", "challenge": ""}), "empty challenge"),
        ("POST logins", (200, {"login": 1, "challenge": "123456"}), "without login"),
        ("POST logins", (200, {"login": "1", "challenge": "12345x"}), "a challenge was issued that"),
        ("POST answers", (200, {"accepted": 1}), "without accepted"),
        ("POST answers", (200, {"accepted": False, "why": 7}), "without why"),
        ("POST answers", (503, {}), "POST answers was answered with status 503"),
    ],
)
def test_malformed_answers_end_the_run(route: str, answer: Answer, text: str) -> None:
    """A verifier that breaks is no verifier that rejects: the case and the request are named."""
    routes = routes_of(Verifier()) | {route: lambda _: answer}
    with serve(routes) as address, pytest.raises(MalformedAnswerError, match=r"^in the case right: ") as ended:
        try_at(address)

    assert text in str(ended.value)


def test_an_empty_response_is_none() -> None:
    """An authenticator that answers nothing is no authenticator to try a verifier with."""
    routes = routes_of(Verifier(), answers_itself=True) | {"POST respond": lambda _: (200, {"response": ""})}
    with serve(routes) as address, pytest.raises(MalformedAnswerError, match="an empty response"):
        try_at(address)


def test_a_status_of_400_is_a_refusal() -> None:
    """So servers tell what they cannot read; it is no login, no new challenge and no acceptance."""
    refusing = dict.fromkeys(("POST logins", "POST challenges", "POST answers"), lambda _: (400, None))
    with serve(routes_of(Verifier()) | refusing) as address, HttpTarget(require_loopback(address)) as target:
        assert target.begin("alice", session="here", purpose="log-in") == Declined()
        assert target.renew(OPENED) == Declined()
        assert target.answer(OPENED, "12345678").accepted is False


def test_what_an_adapter_says_cannot_steer_a_terminal() -> None:
    """Control characters of its sentences are replaced before anybody sees them."""
    told = answers.parse_judged({"accepted": False, "why": "\x1b[2Jgone"}, asked="POST answers")

    assert told.why == "\ufffd[2Jgone"


def test_what_is_not_offered_is_not_tried() -> None:
    """It is never counted as passed, and the missing ability is named."""
    bare = {name: value for name, value in abilities().items() if name not in {"life_ms", "tries", "suite", "inputs"}}
    bare |= {"abilities": ["respond"], "purposes": ["log-in"], "begins": ["log-in"]}
    routes = routes_of(Verifier(), answers_itself=True) | {"GET abilities": lambda _: (200, bare)}
    with serve(routes) as address:
        tried = {one.case.name: one for one in try_at(address)}

    missing = {name: one.detail for name, one in tried.items() if one.outcome is Outcome.NOT_TRIED}
    assert missing == {
        "in-time": "the adapter does not offer clock",
        "other-session": "the adapter does not offer sessions",
        "superseded": "the adapter does not offer renew",
        "other-purpose": "the adapter names one purpose only",
        "for-other-purpose": "the adapter begins nothing but logins",
        "known-key": "the adapter names no suite",
        "revoked": "the adapter does not offer revoke",
        "stale": "the adapter does not offer clock",
        "long-stale": "the adapter does not offer clock",
        "stale-twice": "the adapter does not offer clock",
        "after-tries": "the adapter does not tell tries",
        "tries-at-once": "the adapter does not tell tries",
    }


def test_grouping_and_a_life_that_is_not_told() -> None:
    """Blanks are tried only where nobody allowed them, times only where a life was named."""
    told = abilities() | {"abilities": ["clock", "grouped"]}
    told.pop("life_ms")
    with serve(routes_of(Verifier()) | {"GET abilities": lambda _: (200, told)}) as address:
        tried = {one.case.name: one.detail for one in try_at(address)}

    assert tried["blanks"] == "the adapter says that responses may be grouped"
    assert tried["in-time"] == tried["stale"] == "the adapter does not tell life_ms"


def test_nobody_there() -> None:
    """A port where nothing answers is told as such."""
    with (
        kept_port() as port,
        HttpTarget(require_loopback(f"http://127.0.0.1:{port}/verifier")) as target,
        pytest.raises(UnreachableError, match="found nobody"),
    ):
        target.read_abilities()


@pytest.mark.parametrize("address", ["http://127.0.0.1:9/base", "http://localhost:9/base/", "http://[::1]:9/base"])
def test_addresses_of_this_machine(address: str) -> None:
    """Loopback is taken by number or by name; what is connected to is the number that was looked up."""
    place = require_loopback(address)

    assert place.base in {"http://127.0.0.1:9/base/", "http://[::1]:9/base/"}
    assert f"http://{place.host}" in address


def test_a_name_that_nobody_has() -> None:
    """It is unreachable and nothing worse."""
    with pytest.raises(UnreachableError, match="not known"):
        require_loopback("http://no-such-name.invalid:1/")


def test_a_port_that_is_none() -> None:
    """What is no address is refused with what an address looks like."""
    with pytest.raises(MessageError, match="this machine"):
        require_loopback("http://127.0.0.1:99999/")
