import json

import pytest

from authsim.evidence import Cleaned, Report, token_shapes
from authsim.evidence.shapes import MOST_SHAPES
from authsim.protocol.encodings import format_b64u, format_crockford

REPORT = Report(entries=0, pages=0, bytes_read=0, findings=(), searched=0)
TOKEN = format_b64u(bytes(range(100, 132)))
SESSION_ID = format_crockford(bytes(range(100, 116)))


def shapes_in(value: object) -> tuple[str, ...]:
    """What a file that holds this value shows."""
    return tuple(token_shapes(Cleaned(har=json.dumps({"log": value}).encode(), report=REPORT)))


@pytest.mark.parametrize(
    "token",
    [
        TOKEN,
        SESSION_ID,
        SESSION_ID.lower(),
        "-".join(SESSION_ID),
        "0f" * 16,
        "7QAB-93CD-X2YZ-4KMN",
        f"authsim://activate/1?c={TOKEN}",
        "otpauth://totp/x?secret=A",
    ],
)
@pytest.mark.parametrize("around", ["{}", "a={}; b", "xx{}yy", "‹{}›"])
def test_each_shape_is_found_wherever_it_stands(token: str, around: str) -> None:
    """Tokens, identifiers, activation codes, passcodes and addresses of ours are found, alone and inside other text."""
    assert any(token in found or found in token for found in shapes_in([{"deep": around.format(token)}, 1]))


def test_a_token_inside_a_longer_text_is_named_itself() -> None:
    """The store is asked about the token, not about what stood around it."""
    assert TOKEN in shapes_in(f"abc{TOKEN}def")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "plain words that are no code of ours whatever their length is",
        "application/x-www-form-urlencoded",
        "2026-03-04T05:06:07.123Z",
    ],
)
def test_plain_text_has_no_such_shape(text: str) -> None:
    """Words, types and instants are no tokens."""
    assert shapes_in(text) == ()


def test_each_is_told_once_and_not_without_end() -> None:
    """A file of ours holds none; of one that is not ours some thousands are enough."""
    assert shapes_in([TOKEN, TOKEN]).count(TOKEN) == 1
    assert len(shapes_in([f"{number:043}" for number in range(0, 20 * MOST_SHAPES, 4)][:MOST_SHAPES])) == MOST_SHAPES
