"""Identifiers and browser tokens: how they are drawn, and how a token is looked up.

What a token opens is told by the ceremonies; this file only draws and hashes.
"""

import hashlib

from authsim.ports import Entropy
from authsim.protocol.encodings import format_b64u
from authsim.secret import Secret

#: A browser's token carries 256 bits, so that its plain SHA-256 can be the lookup key: there is nothing to guess.
TOKEN_BYTES = 32
ID_BYTES = 16


def draw_id(entropy: Entropy) -> str:
    """Return 16 random bytes as 32 lower-case hex digits."""
    return entropy.token_bytes(ID_BYTES).hex()


def draw_token(entropy: Entropy) -> Secret:
    """Return 256 random bits as base64url text, for a cookie."""
    return Secret(format_b64u(entropy.token_bytes(TOKEN_BYTES)))


def hash_token(token: Secret) -> bytes:
    """Return what the store keeps of a token: SHA-256 of its text, 32 bytes."""
    return hashlib.sha256(token.reveal()).digest()
