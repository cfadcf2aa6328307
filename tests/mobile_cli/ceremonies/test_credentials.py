"""Credentials as they were typed: what no portal would read never leaves the phone."""

import pytest

from authsim.errors import Reason, RefusalError
from authsim.secret import Secret
from mobile_cli.ceremonies.credentials import require_credentials
from mobile_cli.ceremonies.trade import Desk, log_in


@pytest.mark.parametrize(
    ("username", "password"),
    [
        ("", "correct-horse"),
        ("alice", ""),
        ("alice", "x" * 2000),
        ("x" * 2000, "correct-horse"),
        ("al\x07ice", "correct-horse"),
        ("\ud800", "correct-horse"),
        ("alice", b"\xff"),
    ],
)
def test_what_is_no_credentials_is_told_in_the_same_words(username: str, password: str | bytes) -> None:
    """Nothing, far too much, or no text is a wrong combination, not a strange portal."""
    with pytest.raises(RefusalError) as refused:
        require_credentials(username, Secret(password))

    assert refused.value.reason is Reason.WRONG_PASSWORD


def test_what_is_credentials_passes() -> None:
    """Whether it is right is for the portal to say."""
    require_credentials("alice", Secret("correct-horse"))


def test_an_empty_password_is_not_sent() -> None:
    """The trading device refuses it itself: nothing listens at this address."""
    with pytest.raises(RefusalError) as refused:
        log_in(Desk(address="http://127.0.0.1:9", certificate=None), "alice", Secret(""))

    assert refused.value.reason is Reason.WRONG_PASSWORD
