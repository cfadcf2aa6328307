"""Identifiers and tokens: their sizes, their forms."""

import hashlib
import re

from authsim.secret import Secret
from authsim.verifier.tokens import draw_id, draw_token, hash_token
from tests.support.ports import CountedEntropy


def test_an_id_is_sixteen_bytes_of_hex() -> None:
    """32 lower-case digits, fresh each time."""
    entropy = CountedEntropy()
    drawn = {draw_id(entropy) for _ in range(100)}

    assert len(drawn) == 100
    assert all(re.fullmatch("[0-9a-f]{32}", text) for text in drawn)


def test_a_token_carries_256_bits_as_text_for_a_cookie() -> None:
    """43 characters of base64url, in a wrapper."""
    token = draw_token(CountedEntropy())

    assert re.fullmatch("[A-Za-z0-9_-]{43}", token.reveal_text())


def test_the_store_keeps_the_hash_of_the_text() -> None:
    """SHA-256, so that what a browser sends is looked up without decoding it."""
    assert hash_token(Secret("token")) == hashlib.sha256(b"token").digest()
