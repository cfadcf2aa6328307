"""What `ports.Passwords` promises, of the real hashing and of the cheap one that other tests use."""

import pytest

from authsim.adapters.passwords import Argon2Passwords
from authsim.ports import Passwords
from authsim.secret import Secret
from tests.support.ports import CheapPasswords

PASSWORD = Secret("correct horse battery")


@pytest.fixture(params=["argon2", "cheap"])
def passwords(request: pytest.FixtureRequest) -> Passwords:
    """A way of hashing; the real one with the least work that Argon2id has."""
    if request.param == "cheap":
        return CheapPasswords()
    return Argon2Passwords(Secret(b"p" * 32), memory_kib=8, iterations=1)


def test_the_right_password_fits(passwords: Passwords) -> None:
    """A password fits its own hash, and the hash does not show it."""
    kept = passwords.hash(PASSWORD)

    assert passwords.is_correct(PASSWORD, kept)
    assert PASSWORD.reveal_text() not in kept


@pytest.mark.parametrize("typed", ["", "correct horse batterz", "correct horse battery ", "Correct horse battery"])
def test_a_wrong_password_does_not_fit(passwords: Passwords, typed: str) -> None:
    """Not even one that differs in a single character, in case, or in a blank."""
    assert not passwords.is_correct(Secret(typed), passwords.hash(PASSWORD))


def test_nobody_has_a_right_password(passwords: Passwords) -> None:
    """For a user who does not exist the answer is no, whatever is typed."""
    assert not passwords.is_correct(PASSWORD, None)
    assert not passwords.is_correct(Secret(""), None)


def test_a_password_is_its_characters_not_its_encoding(passwords: Passwords) -> None:
    """The same text typed on another keyboard, composed or decomposed, is the same password."""
    assert passwords.is_correct(Secret("pa\u0308ssword が"), passwords.hash(Secret("p\u00e4ssword か\u3099")))


@pytest.mark.parametrize("length", [72, 73, 128])
def test_no_character_of_a_long_password_is_ignored(passwords: Passwords, length: int) -> None:
    """Also the last of 128 characters counts: nothing is cut off, in letters of one byte or of three."""
    for letter in ("x", "語"):
        kept = passwords.hash(Secret(letter * length))

        assert passwords.is_correct(Secret(letter * length), kept)
        assert not passwords.is_correct(Secret(letter * (length - 1) + "y"), kept)
        assert not passwords.is_correct(Secret(letter * (length - 1)), kept)


def test_common_passwords_are_known(passwords: Passwords) -> None:
    """What stands on the shipped list is common, in lower case; what somebody made up is not."""
    assert passwords.is_common("password")
    assert passwords.is_common("123456")
    assert not passwords.is_common("Password")
    assert not passwords.is_common("correct horse battery")
    assert not passwords.is_common("")
