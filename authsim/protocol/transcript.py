"""The one encoding of everything that is signed, MACed or bound to a ciphertext.

Both sides build a transcript from values that they hold; nothing read from the wire is ever signed as opaque bytes, so
there is no decoder.
"""

import enum
import re
from collections.abc import Sequence
from typing import Final

_PREFIX: Final = b"authsim/1\0"
_CONTEXT: Final = re.compile(r"[a-z][a-z0-9-]*", re.ASCII)

#: The `version` field of this protocol.
VERSION: Final = 1


class Tag(enum.IntEnum):
    """What a field is. The numbers are the wire's; a tag means the same in every context."""

    INSTANCE_ID = 0x0001
    ORIGIN = 0x0002
    USER_ID = 0x0003
    DEVICE_ID = 0x0004
    FLOW_ID = 0x0005
    PURPOSE = 0x0006
    SERVER_NONCE = 0x0007
    CLIENT_NONCE = 0x0008
    NUMBER = 0x0009
    DECISION = 0x000A
    CONTEXT_DIGEST = 0x000B
    ISSUED_AT = 0x000C
    EXPIRES_AT = 0x000D
    DEVICE_COUNTER = 0x000E
    DEVICE_SIGN_PK = 0x000F
    DEVICE_KX_PK = 0x0010
    PORTAL_SIGN_PK = 0x0011
    PORTAL_KX_PK = 0x0012
    SUITE = 0x0013
    DEVICE_LABEL = 0x0014
    VERSION = 0x0015
    USER_LABEL = 0x0016
    DEVICE_STATE = 0x0017
    CLIENT_ADDRESS = 0x0101
    CLIENT_AGENT = 0x0102
    CLIENT_PLACE = 0x0103
    OPERATION_DIGEST = 0x0104
    KEYSTORE_ID = 0x0201
    KDF_NAME = 0x0202
    KDF_COSTS = 0x0203
    KDF_SALT = 0x0204
    KEYSTORE_BINDING = 0x0205
    AEAD_NAME = 0x0206
    GENERATION = 0x0207


def encode_transcript(context: str, fields: Sequence[tuple[Tag, bytes]]) -> bytes:
    """Return the bytes of a transcript.

    `authsim/1`, a zero byte, the context in ASCII, a zero byte; then for each field its tag (2 bytes), the length of
    its value (4 bytes) and the value, numbers big-endian. Raises `ValueError` unless the tags strictly ascend.
    """
    if not _CONTEXT.fullmatch(context):
        raise ValueError("a context is lower-case ASCII")
    parts = [_PREFIX, context.encode("ascii"), b"\0"]
    previous = 0
    for tag, value in fields:
        if tag <= previous:
            raise ValueError("the tags of a transcript strictly ascend")
        previous = tag
        parts += (u16(tag), u32(len(value)), value)
    return b"".join(parts)


def u8(number: int) -> bytes:
    """Return one byte; `OverflowError` when the number does not fit."""
    return number.to_bytes(1)


def u16(number: int) -> bytes:
    """Return two bytes, big-endian."""
    return number.to_bytes(2)


def u32(number: int) -> bytes:
    """Return four bytes, big-endian."""
    return number.to_bytes(4)


def u64(number: int) -> bytes:
    """Return eight bytes, big-endian."""
    return number.to_bytes(8)
