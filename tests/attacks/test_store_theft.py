"""Attack: somebody copies or edits what the portal keeps, without its key file."""

import base64
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from authsim.adapters.memory import MemoryStore
from authsim.errors import StoreError
from authsim.protocol.activation_uri import format_session_id, parse_activation_uri
from authsim.protocol.keys import derive_activation_keys
from authsim.secret import Secret
from authsim.verifier.sealing import open_seed
from tests.support.device import TestPhone
from tests.support.people import PASSWORD, Person, Town


def everything_kept(town: Town) -> str:
    """Return all rows of the store as one text, bytes in hex."""

    def walk(value: Any) -> Iterator[str]:
        if isinstance(value, bytes):
            yield value.hex()
        elif isinstance(value, dict):
            for key, row in value.items():
                yield from (*walk(key), *walk(row))
        elif isinstance(value, (list, tuple)):
            for row in value:
                yield from walk(row)
        elif hasattr(type(value), "__slots__") and not isinstance(value, str):
            for name in type(value).__slots__:
                yield from walk(getattr(value, name, None))
        else:
            yield str(value)

    store = town.between._inner
    assert isinstance(store, MemoryStore)
    return "\n".join(walk(store._tables))


def spellings(secret: bytes) -> list[str]:
    """Return how a secret could stand in a dump."""
    encoded = base64.b64encode(secret).decode()
    return [
        secret.hex(),
        secret.hex().upper(),
        encoded.rstrip("="),
        base64.urlsafe_b64encode(secret).decode().rstrip("="),
        repr(secret)[2:-1],
        secret.decode("latin-1"),
    ]


def test_no_secret_lies_in_the_store(town: Town, alice: Person, phone: TestPhone) -> None:
    """Passwords, tokens, codes, seeds and responses are searched for in every spelling: none is there."""
    entry = alice.enters()
    uri = alice.sees_code(entry)
    code = parse_activation_uri(uri.reveal_text()).code
    keys = derive_activation_keys(code)
    phone.activate(town.verifier, uri)
    pending = alice.begins()
    response = phone.respond(pending.challenge.question)
    authenticated = alice.answers(pending, response)
    assert phone.seed is not None

    kept = everything_kept(town)

    assert pending.challenge.question in kept
    secrets = [PASSWORD, entry.token, pending.token, authenticated.token, code, uri, format_session_id(code)]
    secrets += [keys.mac, keys.psk, phone.seed, Secret(response)]
    for secret in secrets:
        for spelling in spellings(secret.reveal()):
            assert spelling not in kept


def test_a_seed_that_is_moved_to_another_user_opens_nothing(town: Town, alice: Person, phone: TestPhone) -> None:
    """Who may write the store but lacks the key file cannot make his phone answer for somebody else."""
    mallory, thief = town.adds("mallory"), town.sells_phone()
    alice.activates(phone)
    mallory.activates(thief)
    hers, his = alice.device, mallory.device
    assert hers is not None
    assert his is not None

    town.between.replace("devices.get", lambda _: replace(hers, seed=his.seed))
    pending = alice.begins()

    with pytest.raises(StoreError):
        alice.answers(pending, thief.respond(pending.challenge.question))
    assert open_seed(town.verifier, his) == thief.seed
