"""The code that a text offers to be filled in."""

import pytest

from authsim.protocol.texted_code import find_code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[SIMULATION] AuthSim code 123456. Never tell anyone. @localhost #123456", "123456"),
        ("@portal.example #0042", "0042"),
        ("コード\n@localhost #1234567890", "1234567890"),
        ("your code is 123456", None),
        ("@localhost #123", None),
        ("@localhost #12345678901", None),
        ("@localhost #123456 and more", None),
        ("@localhost #123456\n", None),
        ("somebody@localhost #123456", None),
        ("@localhost #１２３４５６", None),
        ("@localhost  #123456", None),
        ("", None),
    ],
)
def test_only_the_end_of_a_text_is_a_code(text: str, code: str | None) -> None:
    """Digits count behind the sign, at the very end, after a name that stands alone; nothing else is a code."""
    assert find_code(text) == code
