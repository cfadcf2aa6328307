"""What a security card answers."""

import oath
import pytest
from hypothesis import given
from hypothesis import strategies as st

from authsim.errors import MessageError
from authsim.protocol import codes
from authsim.protocol.ocra import compute_data_input
from authsim.secret import Secret

SEED = Secret(bytes(range(32)))
draws = st.integers(min_value=0, max_value=codes.CARD_SPACE - 1)


@given(st.binary(min_size=32, max_size=32).map(Secret), draws)
def test_the_response_is_that_of_the_oracle(seed: Secret, draw: int) -> None:
    """The suite has 6 digits of question and nothing else; `oath` answers the same 8 digits."""
    challenge = codes.format_card_challenge(draw)
    expected = oath.OCRAChallengeResponseClient(seed.reveal(), codes.CARD_SUITE).compute_response(challenge)
    assert codes.compute_card_response(seed, challenge) == expected
    assert codes.compute_card_response(seed, f"{challenge[:3]} {challenge[3:]}") == expected
    assert len(expected) == 8


def test_no_two_challenges_are_the_same_input() -> None:
    """A number q and 16 times q would encode alike: none of both has 6 digits and begins with 1 to 9, but few do."""
    asked = {compute_data_input(codes.CARD_SUITE, question=str(100_000 + draw)) for draw in range(0, 900_000, 97)}
    assert len(asked) == len(range(0, 900_000, 97))
    assert (codes.format_card_challenge(0), codes.format_card_challenge(899_999)) == ("100000", "999999")


@pytest.mark.parametrize("draw", [-1, 900_000])
def test_there_are_no_other_challenges(draw: int) -> None:
    """A draw outside the space is a bug."""
    with pytest.raises(ValueError, match="outside"):
        codes.format_card_challenge(draw)


@pytest.mark.parametrize("text", ["", "012345", "12345", "1234567", "12345a", "١٢٣٤٥٦", None])
def test_a_card_takes_nothing_else(text: object) -> None:
    """Six digits, the first 1 to 9."""
    with pytest.raises(MessageError):
        codes.require_card_challenge(text)
    with pytest.raises(MessageError):
        codes.compute_card_response(SEED, text)  # type: ignore[arg-type]
