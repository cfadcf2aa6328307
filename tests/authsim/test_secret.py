"""A secret stays out of every textual form."""

import copy
import json
import pickle

import pytest

from authsim.secret import Secret

CANARY = "CANARY-secret-5b1d"


@pytest.mark.parametrize("value", [CANARY, CANARY.encode()])
def test_no_textual_form_shows_it(value: str | bytes) -> None:
    """repr, str, format and f-strings are redacted, also inside other values and errors."""
    secret = Secret(value)

    for text in (
        repr(secret),
        str(secret),
        f"{secret}",
        f"{secret:>40}",
        f"{secret!r}",
        str([secret]),
        str(ValueError(secret)),
    ):
        assert CANARY not in text
        assert "Secret(•••)" in text


def test_reveal_is_the_one_way_to_read_it() -> None:
    """Bytes and text come back as they were given."""
    assert Secret("ü").reveal() == "ü".encode()
    assert Secret(b"\xc3\xbc").reveal_text() == "ü"
    assert len(Secret(b"\x00\xff")) == 2


def test_comparison_is_with_secrets_only() -> None:
    """Equal bytes are equal; another type never is, and there is no hash to look it up by."""
    assert Secret("a") == Secret(b"a")
    assert Secret("a") != Secret("b")
    assert Secret("a") != "a"
    with pytest.raises(TypeError):
        hash(Secret("a"))


@pytest.mark.parametrize("leak", [pickle.dumps, copy.copy, copy.deepcopy, json.dumps, vars])
def test_it_cannot_be_carried_away(leak: object) -> None:
    """It does not pickle, copy, serialise or list its members."""
    assert callable(leak)
    with pytest.raises(TypeError):
        leak(Secret(CANARY))
