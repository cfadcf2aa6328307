"""The trading device's messages: what they may say."""

import json

import pytest

from authsim.errors import MessageError
from authsim.protocol import trading
from tests.support.online import TOKEN


def challenge(text: object) -> bytes:
    """Return the JSON of a challenge."""
    return json.dumps({"v": 1, "token": TOKEN.reveal_text(), "challenge": text, "exp": 1}).encode()


@pytest.mark.parametrize("text", ["123456", "1123456787"])
def test_a_challenge_of_either_suite_is_read(text: str) -> None:
    """Six digits, or ten."""
    assert trading.parse_trading_challenge(challenge(text)).challenge == text


@pytest.mark.parametrize("text", ["12345", "1234567", "12345a", "١٢٣٤٥٦", "123456\n", 123456], ids=repr)
def test_other_challenges_are_refused(text: object) -> None:
    """A screen shows digits, and as many as a suite has."""
    with pytest.raises(MessageError):
        trading.parse_trading_challenge(challenge(text))


def test_a_mistyped_response_travels() -> None:
    """How a response must look is judged by the portal, which does not count one that cannot be any."""
    body = json.dumps({"v": 1, "token": TOKEN.reveal_text(), "response": "12 ab"}).encode()
    assert trading.parse_trading_response(body).response == "12 ab"


def test_an_endless_response_does_not() -> None:
    """More than 64 bytes were never typed."""
    body = json.dumps({"v": 1, "token": TOKEN.reveal_text(), "response": "1" * 65}).encode()
    with pytest.raises(MessageError):
        trading.parse_trading_response(body)


def test_the_answer_to_credentials_is_a_challenge_or_an_entry() -> None:
    """Who has opted out of the secure login system is in; everybody else is asked."""
    entry = trading.TradingEntry(user_label="olivia", session=TOKEN)

    assert trading.parse_trading_answer(challenge("123456")) == trading.parse_trading_challenge(challenge("123456"))
    found = trading.parse_trading_answer(trading.format_trading_entry(entry).encode())
    assert isinstance(found, trading.TradingEntry)
    assert (found.user_label, found.session.reveal_text()) == ("olivia", TOKEN.reveal_text())


@pytest.mark.parametrize("body", [b"{}", b"[]", b"x", b'{"v":1,"session":"A","token":"A"}', b'{"v":1,"session":1}'])
def test_any_other_answer_is_none(body: bytes) -> None:
    """Neither half of the one nor of the other."""
    with pytest.raises(MessageError):
        trading.parse_trading_answer(body)
