"""From the challenge to the response string."""

import pytest

from authsim.authenticator.device import Account
from authsim.authenticator.respond import Response, respond
from authsim.errors import MessageError
from authsim.protocol.codes import Purpose
from authsim.protocol.suite import CLASSIC6, STRICT10
from authsim.secret import Secret
from tests.support.phones import make_account
from tests.support.vectors import load_vectors

VECTORS = load_vectors("protocol")


def account_of(suite: str) -> Account:
    """Return an account with the seed of the vectors."""
    return make_account(suite=suite)._replace(seed=Secret(bytes.fromhex(VECTORS[suite]["ocra_seed"])))


@pytest.mark.parametrize("vector", VECTORS["classic6"]["responses"], ids=lambda vector: str(vector["challenge"]))
def test_classic_responses_are_the_vectors(vector: dict[str, object]) -> None:
    """Each purpose has its own response to the same challenge."""
    purpose = Purpose(int(str(vector["purpose"])))

    assert respond(account_of(CLASSIC6), str(vector["challenge"]), purpose=purpose) == Response(
        text=str(vector["response"]), purpose=purpose
    )


@pytest.mark.parametrize("vector", VECTORS["strict10"]["responses"], ids=lambda vector: str(vector["challenge"]))
def test_strict_responses_are_the_vectors(vector: dict[str, str]) -> None:
    """The purpose is read from the challenge."""
    response = respond(account_of(STRICT10), vector["challenge"])

    assert response == Response(text=vector["response"], purpose=Purpose(int(vector["challenge"][0])))


def test_without_a_purpose_it_is_a_login() -> None:
    """A classic challenge says nothing about its purpose."""
    account = account_of(CLASSIC6)

    assert respond(account, "123 456") == respond(account, "123456", purpose=Purpose.LOG_IN)


def test_a_challenge_of_another_purpose_is_refused() -> None:
    """What the person said that they approve, and what the challenge says, are one thing."""
    with pytest.raises(MessageError):
        respond(account_of(STRICT10), "1123456787", purpose=Purpose.SECURE_LOGIN)


@pytest.mark.parametrize("challenge", ["", "12345", "012345", "1234567", "١٢٣٤٥٦", "12345a", "1123456787"])
def test_a_mistyped_challenge_is_refused(challenge: str) -> None:
    """Only a challenge of the account's own suite is answered."""
    with pytest.raises(MessageError):
        respond(account_of(CLASSIC6), challenge)
