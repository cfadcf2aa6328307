"""Requests and decisions: what they may say."""

import dataclasses
import json
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authsim.errors import MessageError
from authsim.protocol import push
from authsim.protocol.codes import Purpose
from tests.support.online import CONTEXT, DECISION, NO_CONTEXT, REQUEST

shown = st.text(st.characters(categories=("L", "N", "P", "Zs")), max_size=40).map(
    lambda text: unicodedata.normalize("NFC", text)
)
numbers = st.integers(min_value=0, max_value=2**53 - 1)
abouts = st.one_of(
    st.tuples(st.sampled_from([purpose.value for purpose in Purpose]), st.none()),
    st.tuples(st.integers(min_value=2, max_value=9), st.binary(min_size=32, max_size=32)),
)
requests = st.builds(
    lambda about, **members: push.RequestInfo(purpose=about[0], op=about[1], **members),
    about=abouts,
    request_id=st.binary(min_size=16, max_size=16).map(bytes.hex),
    context=st.builds(push.RequestContext, ip=shown, agent=shown, place=shown),
    sn=st.binary(min_size=32, max_size=32),
    iat=numbers,
    exp=numbers,
    digits=st.integers(min_value=0, max_value=push.MOST_DIGITS),
    state=st.sampled_from(sorted(push.STATES)),
)


def request(**changes: object) -> bytes:
    """Return the JSON of a request with members changed."""
    return json.dumps(json.loads(push.format_request(REQUEST)) | changes).encode()


def decision(**changes: object) -> bytes:
    """Return the JSON of a decision with members changed."""
    return json.dumps(json.loads(push.format_decision_request(DECISION)) | changes).encode()


@given(st.lists(requests, max_size=5), st.booleans())
def test_whatever_waits_is_read_as_it_was_written(waiting: list[push.RequestInfo], seamless: bool) -> None:
    """Any requests travel, alone and in a list."""
    reply = push.RequestsReply(requests=tuple(waiting), seamless=seamless)
    assert push.parse_requests_reply(push.format_requests_reply(reply).encode()) == reply
    for info in waiting:
        assert push.parse_request(push.format_request(info).encode()) == info


@given(
    st.builds(
        push.DecisionRequest,
        decision=st.just(push.APPROVE),
        number=st.from_regex(r"[0-9]{0,6}", fullmatch=True),
        ctr=numbers,
        sig=st.binary(min_size=64, max_size=64),
    )
)
def test_any_approval_is_read_as_it_was_written(request_: push.DecisionRequest) -> None:
    """A decision travels with whatever number and counter."""
    assert push.parse_decision_request(push.format_decision_request(request_).encode()) == request_


def test_a_request_never_carries_its_number() -> None:
    """The number is on the portal's page only: the phone learns how many digits there are."""
    assert json.loads(push.format_request(REQUEST)).keys() == {
        *("v", "request_id", "purpose", "context", "sn", "iat", "exp", "digits", "state")
    }


@pytest.mark.parametrize(
    "changes",
    [
        {"purpose": 0},
        {"purpose": 10},
        {"purpose": 255},
        {"digits": 7},
        {"op": "ab" * 32},
        {"op": None},
        {"purpose": 2, "op": None},
        {"purpose": 2, "op": "ab" * 31},
        {"purpose": 2, "op": "AB" * 32},
        {"state": "approved"},
        {"state": "Issued"},
        {"state": 1},
        {"request_id": "30" * 15},
        {"request_id": "AB" * 16},
        {"sn": "AA"},
        {"context": []},
        {"context": {"ip": "", "agent": ""}},
        {"context": {"ip": "", "agent": "", "place": "", "more": ""}},
        {"context": {"ip": 1, "agent": "", "place": ""}},
        {"context": {"ip": "", "agent": "a\x1b[2J", "place": ""}},
        {"context": {"ip": "", "agent": "a\u202eb", "place": ""}},
        {"context": {"ip": "", "agent": "e\u0301", "place": ""}},
        {"context": {"ip": "", "agent": "x" * 513, "place": ""}},
        {"context": {"ip": "", "agent": None, "place": ""}},
    ],
    ids=repr,
)
def test_other_requests_are_refused(changes: dict[str, object]) -> None:
    """Purposes, states, lengths and texts are those of the tables; what a person is shown has no controls."""
    with pytest.raises(MessageError):
        push.parse_request(request(**changes))


def test_a_context_may_be_empty() -> None:
    """A browser that says nothing of itself is shown as nothing."""
    quiet = dataclasses.replace(REQUEST, context=NO_CONTEXT)
    assert push.parse_request(push.format_request(quiet).encode()) == quiet


def test_an_operation_is_part_of_what_is_signed() -> None:
    """Another operation, and none, are other digests: an approval of one is worth nothing for the other."""
    digests = {push.context_digest(CONTEXT, operation) for operation in (None, bytes(32), b"\x01" + bytes(31))}
    assert len(digests) == 3


@pytest.mark.parametrize("body", [b'{"v":1,"requests":[1],"seamless":true}', b'{"v":1,"requests":{},"seamless":true}'])
def test_what_waits_is_a_list_of_requests(body: bytes) -> None:
    """Anything else in its place is refused."""
    with pytest.raises(MessageError):
        push.parse_requests_reply(body)


@pytest.mark.parametrize(
    "changes",
    [
        {"decision": 0},
        {"decision": 4},
        {"decision": True},
        {"decision": "1"},
        {"number": "0429170"},
        {"number": "04291a"},
        {"number": "٠٤٢٩١٧"},
        {"number": "042 17"},
        {"number": "042917\n"},
        {"number": 42917},
        {"decision": 2},
        {"decision": 3},
        {"ctr": -1},
        {"ctr": 2**53},
        {"sig": "AA"},
    ],
    ids=repr,
)
def test_other_decisions_are_refused(changes: dict[str, object]) -> None:
    """Three decisions, ASCII digits, and a number only where something is approved."""
    with pytest.raises(MessageError):
        push.parse_decision_request(decision(**changes))


@pytest.mark.parametrize("value", [push.APPROVE, push.DENY, push.REPORT])
def test_each_decision_may_come_without_a_number(value: int) -> None:
    """Where no number is asked, none is sent; how many an approval needs is judged where the request is known."""
    assert push.parse_decision_request(decision(decision=value, number="")).number == ""


def test_each_decision_has_a_word_for_what_became_of_it() -> None:
    """Approved, denied and reported are read, nothing else."""
    assert dict(push.DECIDED) == {1: "approved", 2: "denied", 3: "reported"}
    for word in push.DECIDED.values():
        assert push.parse_decision_reply(b'{"v":1,"state":"%s"}' % word.encode()).state == word
    for other in (b'"issued"', b"1", b"null", b'["approved"]'):
        with pytest.raises(MessageError):
            push.parse_decision_reply(b'{"v":1,"state":%s}' % other)


@given(shown, shown, shown)
def test_no_two_contexts_share_a_digest(ip: str, agent: str, place: str) -> None:
    """Moving text between the three fields gives another digest."""
    context = push.RequestContext(ip=ip, agent=agent, place=place)
    moved: list[Any] = [
        push.RequestContext(ip=ip + agent, agent="", place=place),
        push.RequestContext(ip=place, agent=agent, place=ip),
        push.RequestContext(ip=ip, agent="", place=agent + place),
        CONTEXT,
    ]
    for other in moved:
        assert (push.context_digest(other) == push.context_digest(context)) == (other == context)
