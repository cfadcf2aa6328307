"""Which PINs a phone accepts."""

import pytest

from authsim.authenticator.pin import PinPolicy, normalise_pin, require_pin
from authsim.errors import Reason, RefusalError
from authsim.secret import Secret


@pytest.mark.parametrize("pin", ["1234", "00000", "999999"])
def test_classic_takes_four_to_six_digits(pin: str) -> None:
    """Four, five and six digits are a classic PIN."""
    assert require_pin(Secret(pin), policy=PinPolicy.CLASSIC) == Secret(pin)


@pytest.mark.parametrize("pin", ["", "123", "1234567", "12a4", "12 34", "1234\n", "١٢٣٤", "１２３４", "²345"])
def test_classic_refuses_everything_else(pin: str) -> None:
    """Other lengths, letters, blanks, line ends and the digits of other scripts are refused."""
    with pytest.raises(RefusalError) as refused:
        require_pin(Secret(pin), policy=PinPolicy.CLASSIC)

    assert refused.value.reason is Reason.PIN_UNSUITABLE


@pytest.mark.parametrize("pin", ["493817", "q8!w2x", "корабль", "a" * 31 + "b" * 33, "correct horse battery"])
def test_hardened_takes_six_to_sixty_four_characters(pin: str) -> None:
    """Digits, letters and blanks of any script are accepted when they are not the first guesses."""
    assert require_pin(Secret(pin), policy=PinPolicy.HARDENED) == Secret(pin)


@pytest.mark.parametrize(
    "pin",
    [
        *("12345", "", "x" * 65, "abc\tdef", "abc\x7fdef"),
        *("000000", "121212", "123123", "abcabcabc", "ababababa"),
        *("123456", "654321", "890123", "abcdef", "FEDCBA", "qwerty", "ytrewq"),
        *("112233", "password", "PassWord", "authsim"),
    ],
)
def test_hardened_refuses_what_is_guessed_first(pin: str) -> None:
    """Wrong lengths, control characters, repetitions, runs and familiar words are refused."""
    with pytest.raises(RefusalError) as refused:
        require_pin(Secret(pin), policy=PinPolicy.HARDENED)

    assert refused.value.reason is Reason.PIN_UNSUITABLE


def test_a_pin_is_compared_in_one_unicode_form() -> None:
    """A letter with its accent typed in two ways is the same PIN."""
    composed, decomposed = Secret("caf\u00e9-noir"), Secret("cafe\u0301-noir")

    assert normalise_pin(decomposed) == normalise_pin(composed) == composed


def test_bytes_that_are_not_text_are_refused() -> None:
    """A PIN is text in UTF-8."""
    with pytest.raises(RefusalError) as refused:
        normalise_pin(Secret(b"\xff\xfe12"))

    assert refused.value.reason is Reason.PIN_UNSUITABLE
