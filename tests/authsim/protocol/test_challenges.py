"""What a phone can answer: what the message may say."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authsim.errors import MessageError
from authsim.protocol.challenges import (
    ChallengeInfo,
    ChallengesReply,
    format_challenges_reply,
    parse_challenges_reply,
)
from authsim.protocol.codes import Purpose, challenge_space, format_challenge
from authsim.protocol.suite import CLASSIC6, STRICT10

numbers = st.integers(min_value=0, max_value=2**53 - 1)
purposes = st.sampled_from(list(Purpose))


def asked(suite: str, purpose: Purpose, draw: int, iat: int, exp: int) -> ChallengeInfo:
    """Return a challenge as a portal draws it."""
    question = format_challenge(suite, purpose=purpose, draw=draw % challenge_space(suite))
    return ChallengeInfo(question=question, suite=suite, purpose=int(purpose), iat=iat, exp=exp)


infos = st.builds(asked, st.sampled_from([CLASSIC6, STRICT10]), purposes, numbers, numbers, numbers)
INFO = {"question": "123456", "suite": "classic6", "purpose": 1, "iat": 1, "exp": 2}
STRICT = INFO | {"question": format_challenge(STRICT10, purpose=1, draw=7), "suite": "strict10"}


def body(*challenges: object, **changes: object) -> bytes:
    """Return a message of these challenges."""
    return json.dumps({"v": 1, "challenges": list(challenges)} | changes).encode()


@given(st.lists(infos, max_size=1))
def test_whatever_can_be_answered_is_read_as_it_was_written(challenges: list[ChallengeInfo]) -> None:
    """One of either suite and any purpose, or none."""
    reply = ChallengesReply(challenges=tuple(challenges))
    assert parse_challenges_reply(format_challenges_reply(reply).encode()) == reply


@pytest.mark.parametrize(
    "changes",
    [
        {"question": "012345"},
        {"question": "12345"},
        {"question": "1234567890"},
        {"question": "123 456"},
        {"question": "１２３４５６"},
        {"question": 123456},
        {"question": None},
        {"suite": "classic7"},
        {"suite": "OCRA-1:HOTP-SHA256-8:QN08"},
        {"suite": None},
        {"purpose": 0},
        {"purpose": 10},
        {"purpose": True},
        {"purpose": "1"},
        {"iat": -1},
        {"exp": 2**53},
        {"exp": 1.5},
        {"more": 1},
    ],
    ids=repr,
)
def test_other_challenges_are_refused(changes: dict[str, object]) -> None:
    """Digits, suites, purposes and instants are those of the tables."""
    assert parse_challenges_reply(body(INFO)).challenges[0].question == "123456"
    with pytest.raises(MessageError):
        parse_challenges_reply(body(INFO | changes))


@pytest.mark.parametrize("changes", [{"purpose": 2}, {"suite": "classic6"}, {"question": "1000000070"}], ids=repr)
def test_the_digits_say_their_own_purpose(changes: dict[str, object]) -> None:
    """A challenge of ten digits that is told for another purpose, or mistyped, is none."""
    assert parse_challenges_reply(body(STRICT)).challenges[0].purpose == 1
    with pytest.raises(MessageError):
        parse_challenges_reply(body(STRICT | changes))


@pytest.mark.parametrize(
    "message",
    [
        b"{}",
        b"[]",
        body(v=2),
        body(more=1),
        body(challenges={}),
        body(challenges=None),
        body(INFO, INFO),
        body([]),
        body("123456"),
        body({name: value for name, value in INFO.items() if name != "exp"}),
    ],
    ids=repr,
)
def test_other_messages_are_refused(message: bytes) -> None:
    """A list of one challenge or none, and nothing beside it."""
    with pytest.raises(MessageError):
        parse_challenges_reply(message)
