"""B1 and B2: what they may say."""

import dataclasses
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authsim.errors import MessageError
from authsim.protocol import add_user
from authsim.protocol.suite import SUITES
from authsim.secret import Secret
from tests.support.online import FINISH, INPUTS, START


def start(**changes: object) -> bytes:
    """Return the JSON of B1 with members changed."""
    return json.dumps(json.loads(add_user.format_add_user_start(START)) | changes).encode()


def finish(**changes: object) -> bytes:
    """Return the JSON of B2 with members changed."""
    return json.dumps(json.loads(add_user.format_add_user_finish(FINISH)) | changes).encode()


@pytest.mark.parametrize("suite", SUITES)
def test_the_suite_may_be_named_or_spelled_out(suite: str) -> None:
    """B1 with the OCRA text of a suite says the same as with its name."""
    named, spelled = start(suite=suite), start(suite=SUITES[suite])
    assert add_user.parse_add_user_start(named) == add_user.parse_add_user_start(spelled)
    assert add_user.parse_add_user_start(named).suite == suite


@pytest.mark.parametrize(
    "changes",
    [
        {"username": "a" * 65},
        {"username": "a\nb"},
        {"username": "e\u0301"},
        {"label": "a\u202eb"},
        {"label": "a" * 65},
        {"password": "x" * 1_025},
        {"suite": "classic7"},
        {"dsk": "AA"},
        {"dkx": "AA"},
        {"cn": "AA"},
        {"sig": "AA"},
        {"dsk": json.loads(start())["dsk"] + "="},
    ],
    ids=repr,
)
def test_other_starts_are_refused(changes: dict[str, object]) -> None:
    """Names, keys, nonce and signature have their forms and lengths."""
    with pytest.raises(MessageError):
        add_user.parse_add_user_start(start(**changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"code": "407"},
        {"code": "40718253000"},
        {"code": "4071 8253"},
        {"code": "4071-8253"},
        {"code": "٤٠٧١٨٢"},
        {"code": "40718a"},
        {"code": "407182\n"},
        {"code": 407182},
        {"flow_id": "30" * 15},
        {"flow_id": "AB" * 16},
        {"sig": "AA"},
    ],
    ids=repr,
)
def test_other_finishes_are_refused(changes: dict[str, object]) -> None:
    """A code is 4 to 10 ASCII digits as they stand in the text; blanks are taken out where they were typed."""
    with pytest.raises(MessageError):
        add_user.parse_add_user_finish(finish(**changes))


@given(st.from_regex(r"[0-9]{4,10}", fullmatch=True))
def test_any_texted_code_travels(code: str) -> None:
    """Leading zeros are part of a code."""
    sent = dataclasses.replace(FINISH, code=Secret(code))
    assert add_user.parse_add_user_finish(add_user.format_add_user_finish(sent).encode()) == sent


def test_a_code_is_never_long_enough_to_be_mistaken_for_a_key() -> None:
    """The pre-shared key of a code has 32 bytes, whatever the code."""
    for code in ("0000", "0123456789"):
        assert len(add_user.derive_text_psk(Secret(code), INPUTS["request_id"])) == 32
