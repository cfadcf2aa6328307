"""The record of PIN tries."""

import pytest

from authsim.authenticator.attempts import MOST_TRIES, format_attempts, parse_attempts
from authsim.secret import Secret

KEY = Secret(b"\x08" * 32)


@pytest.mark.parametrize("left", range(MOST_TRIES + 1))
def test_a_record_says_what_was_written(left: int) -> None:
    """Every count from none to all comes back."""
    assert parse_attempts(format_attempts(left, device_key=KEY), device_key=KEY) == left


def test_every_count_has_the_same_length() -> None:
    """A record is rewritten in place, so no count is longer than another."""
    assert len({len(format_attempts(left, device_key=KEY)) for left in range(MOST_TRIES + 1)}) == 1


def test_a_missing_record_leaves_one_try() -> None:
    """Whoever removes the record wins one try, not eight."""
    assert parse_attempts(None, device_key=KEY) == 1


def test_a_record_of_another_phone_leaves_one_try() -> None:
    """A record made under another key is a forgery."""
    assert parse_attempts(format_attempts(8, device_key=Secret(b"\x09" * 32)), device_key=KEY) == 1


@pytest.mark.parametrize("left", [0, 3, 8])
def test_a_record_damaged_in_any_bit_leaves_one_try(left: int) -> None:
    """No flipped bit raises the count."""
    record = format_attempts(left, device_key=KEY)

    for position in range(len(record) * 8):
        damaged = bytearray(record)
        damaged[position // 8] ^= 1 << position % 8
        # The line end alone may become other white space: it says nothing.
        assert parse_attempts(bytes(damaged), device_key=KEY) in ({1, left} if position >= len(record) * 8 - 8 else {1})


def test_a_record_cut_anywhere_leaves_one_try() -> None:
    """A torn write is a forgery too."""
    record = format_attempts(7, device_key=KEY)

    assert {parse_attempts(record[:length], device_key=KEY) for length in range(len(record) - 1)} == {1}


@pytest.mark.parametrize("left", ['"8"', "true", "9", "-1", "8.0", "null", "[8]"])
def test_a_count_is_an_integer_from_none_to_all(left: str) -> None:
    """Other types and numbers leave one try, whatever their MAC says."""
    assert parse_attempts(f'{{"left":{left},"mac":"{"A" * 43}"}}\n'.encode(), device_key=KEY) == 1
