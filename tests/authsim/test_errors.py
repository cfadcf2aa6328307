"""Errors by fault."""

import re

import pytest

from authsim.errors import AuthsimError, MessageError, Reason, RefusalError, StoreConflictError, StoreError
from authsim.secret import Secret


def test_the_root_is_never_raised_itself() -> None:
    """Nothing is just an error: it has somebody's fault in its name."""
    with pytest.raises(TypeError):
        AuthsimError("something")

    assert str(MessageError("a rule")) == "a rule"


def test_a_conflict_is_a_failure_of_the_store() -> None:
    """Who does not know better treats a lost race as busy."""
    assert issubclass(StoreConflictError, StoreError)


def test_a_refusal_carries_what_its_reader_needs() -> None:
    """Tries, durations and the way on leave with the refusal, and its text is its stable name."""
    token = Secret("token")
    refusal = RefusalError(Reason.WRONG_MODE, attempts_remaining=2, retry_after_ms=3, continuation=token)

    assert str(refusal) == "wrong_mode"
    assert (refusal.attempts_remaining, refusal.retry_after_ms, refusal.continuation) == (2, 3, token)
    assert "token" not in repr(refusal)


@pytest.mark.parametrize("reason", Reason)
def test_names_are_snake_case_and_follow_from_the_member(reason: Reason) -> None:
    """A refusal's public name is its member's name in lower case."""
    assert reason.value == reason.name.lower()
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", reason.value)
