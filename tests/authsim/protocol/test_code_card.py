"""The card with numbered values."""

import re

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from hypothesis import given
from hypothesis import strategies as st

from authsim.errors import MessageError
from authsim.protocol import code_card
from authsim.secret import Secret

SEED = Secret(bytes(range(32)))
seeds = st.binary(min_size=32, max_size=32).map(Secret)
indexes = st.integers(min_value=1, max_value=224)
pairs = st.tuples(indexes, indexes).filter(lambda pair: pair[0] != pair[1])


@given(seeds, indexes)
def test_a_value_is_derived_from_seed_and_number(seed: Secret, index: int) -> None:
    """Three characters of an alphabet of 32, the five low bits of each byte that another HKDF gives."""
    info = b"authsim/1/code-card\0" + bytes([index])
    drawn = HKDFExpand(hashes.SHA256(), 3, info).derive(seed.reveal())
    expected = "".join("ABCDEFGHJKLMNPQRSTUVWXYZ23456789"[byte & 31] for byte in drawn)
    assert code_card.compute_value(seed, index) == expected
    assert re.fullmatch("[A-HJ-NP-Z2-9]{3}", expected)


def test_a_whole_card() -> None:
    """Its 224 values are hardly ever the same, and another card has others."""
    values = [code_card.compute_value(SEED, index) for index in range(1, 225)]
    assert len(set(values)) > 200
    other = [code_card.compute_value(Secret(bytes(32)), index) for index in range(1, 225)]
    assert sum(one == another for one, another in zip(values, other, strict=True)) < 5


@pytest.mark.parametrize("index", [0, -1, 225, 256])
def test_there_is_no_other_number(index: int) -> None:
    """Index numbers are 1 to 224."""
    with pytest.raises(ValueError, match="1 to 224"):
        code_card.compute_value(SEED, index)


@given(seeds, pairs)
def test_the_answer_is_both_values(seed: Secret, pair: tuple[int, int]) -> None:
    """In the order of the question, together."""
    first, second = pair
    question = code_card.format_question(first, second)
    assert question == f"{first:03d} {second:03d}"
    both = code_card.compute_value(seed, first) + code_card.compute_value(seed, second)
    assert code_card.compute_answer(seed, question) == both
    assert code_card.require_answer(both) == both


@pytest.mark.parametrize("pair", [(1, 1), (0, 1), (1, 0), (225, 1), (1, 225)])
def test_a_question_is_two_different_numbers(pair: tuple[int, int]) -> None:
    """Numbers that no card has, and one number twice, are a bug of whoever draws them."""
    with pytest.raises(ValueError, match="two different"):
        code_card.format_question(*pair)


@pytest.mark.parametrize(
    "question",
    ["", "017", "017203", "17 203", "017 017", "000 001", "001 225", "001 300", "001  002", "001 002\n", "٠٠١ 002"],
)
def test_other_questions_are_refused(question: str) -> None:
    """What is no question of a card has no answer."""
    with pytest.raises(MessageError):
        code_card.compute_answer(SEED, question)


def test_an_answer_is_typed_as_one_likes() -> None:
    """Case, blanks and hyphens do not matter; characters that no card has make a wrong answer, no malformed one."""
    assert code_card.require_answer(" a3d-z3v ") == "A3DZ3V"
    assert code_card.require_answer("0O1IL2") == "0O1IL2"


@pytest.mark.parametrize(
    "text", ["", "A3DZ3", "A3DZ3VV", "A3DZ3!", "A3DZ3é", "A3DZ3ſ", "A3D\tZ3V", "A3DZ3V\n", None, 6]
)
def test_other_answers_are_refused(text: object) -> None:
    """Six letters or digits, or nothing is judged."""
    with pytest.raises(MessageError):
        code_card.require_answer(text)
