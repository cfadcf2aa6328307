"""Known secrets in every spelling in which they could have been written down, and whether a text holds one."""

import base64
from collections.abc import Iterator, Sequence
from typing import Final, final
from urllib.parse import quote_from_bytes

from authsim.secret import Secret

#: Anything shorter stands in every file by chance.
FEWEST_BYTES: Final = 6


@final
class Needles:
    """The secrets that may not be left. Raises `ValueError` for one that is too short to be looked for."""

    __slots__ = ("_spellings", "count")

    def __init__(self, known: Sequence[Secret]) -> None:
        if any(len(secret) < FEWEST_BYTES for secret in known):
            raise ValueError(f"a known secret has at least {FEWEST_BYTES} bytes")
        self.count = len(known)
        self._spellings = tuple({spelling for secret in known for spelling in spell(secret.reveal())})

    def is_in(self, text: str) -> bool:
        """Say whether a text holds one of them, in any spelling."""
        if not self._spellings:
            return False
        written = text.encode("utf-8", "surrogatepass")
        return any(spelling in written for spelling in self._spellings)


def spell(secret: bytes) -> Iterator[bytes]:
    """Yield a secret in clear, hex, URL-encoded, UTF-16, and base64 and base64url at each of their three alignments."""
    yield secret
    yield secret.hex().encode()
    yield secret.hex().upper().encode()
    escaped = quote_from_bytes(secret, safe="")
    yield escaped.encode()
    yield escaped.replace("%20", "+").encode()
    yield "".join(f"%{byte:02X}" for byte in secret).encode()
    yield "".join(f"%{byte:02x}" for byte in secret).encode()
    text = secret.decode("utf-8", "replace")
    yield text.encode("utf-16-le")
    yield text.encode("utf-16-be")
    for shift in range(3):
        # Characters at both ends also hold bits of what stands around: they are cut off.
        whole = base64.b64encode(bytes(shift) + secret)
        inner = whole[-(-shift * 8 // 6) : (shift + len(secret)) * 8 // 6]
        yield inner
        yield inner.translate(bytes.maketrans(b"+/", b"-_"))
