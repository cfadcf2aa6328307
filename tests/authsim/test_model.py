"""The nouns: frozen, keyword-only, and quiet about what is secret."""

import dataclasses
import inspect

import pytest

from authsim import events, model
from authsim.secret import Secret

NOUNS = [
    noun
    for module in (model, events)
    for _, noun in inspect.getmembers(module, dataclasses.is_dataclass)
    if noun.__module__ == module.__name__
]


@pytest.mark.parametrize("noun", NOUNS, ids=lambda noun: noun.__name__)
def test_a_noun_is_a_frozen_slotted_keyword_only_value(noun: type) -> None:
    """No noun has a dictionary to hang things on, positional arguments to mix up, or members to change."""
    assert "__slots__" in vars(noun)
    assert vars(noun)["__dataclass_params__"].frozen
    assert all(item.kw_only for item in dataclasses.fields(noun))
    assert noun.__doc__


def test_a_user_does_not_print_the_hash() -> None:
    """What is derived from a password stays out of logs."""
    user = model.User(
        user_id=model.UserId("1" * 32),
        name="alice",
        role=model.Role.PRIMARY,
        account="alice",
        mode=model.Mode.LIVE,
        phone=None,
        locale="en",
        password_hash="CANARY-hash",
        created_ms=0,
        expires_ms=1,
    )

    assert "CANARY" not in repr(user)
    assert user.lockout == model.Lockout()


def test_an_event_begins_without_facts() -> None:
    """Facts are an immutable mapping, empty unless given."""
    event = events.Event(kind=events.EventKind.USER_ADDED, at_ms=1)

    assert dict(event.facts) == {}
    with pytest.raises(TypeError):
        event.facts["name"] = "alice"  # type: ignore[index]


LOGGING_IN = {"user", "login", "challenge", "activation", "enrolment", "push", "device", "session"}
SUBJECTS = LOGGING_IN | {"factor", "prompt", "decoy", "desk", "ticket", "brokerage"}


@pytest.mark.parametrize("kind", events.EventKind)
def test_an_event_is_named_subject_and_action(kind: events.EventKind) -> None:
    """The vocabulary has one form."""
    subject, separator, action = kind.value.partition(":")

    assert separator
    assert subject in SUBJECTS
    assert action.replace("_", "").isalpha()


def test_a_token_is_a_secret() -> None:
    """What opens a session travels in a wrapper."""
    for noun in (model.PendingLogin, model.LimitedEntry, model.Authenticated):
        (token,) = [item for item in dataclasses.fields(noun) if item.name == "token"]
        assert token.type is Secret
