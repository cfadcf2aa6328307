"""The record of PIN tries that are left, under a MAC of the phone's own key.

The shell writes it durably before anything is derived from a PIN; this module only says what the record means.
"""

import hmac
from typing import Final

from authsim.errors import MessageError
from authsim.protocol.encodings import format_b64u, parse_b64u, parse_json_object
from authsim.secret import Secret

MOST_TRIES: Final = 8
MOST_BYTES: Final = 256


def format_attempts(left: int, *, device_key: Secret) -> bytes:
    """Return the record of `left` tries, 0 to `MOST_TRIES`."""
    mac = format_b64u(_compute_mac(left, device_key))
    return f'{{"left":{left},"mac":"{mac}"}}\n'.encode("ascii")


def parse_attempts(record: bytes | None, *, device_key: Secret) -> int:
    """Return how many tries are left. A record that is missing, damaged or of another phone leaves one."""
    try:
        members = parse_json_object(record or b"", most_bytes=MOST_BYTES)
        left, mac = members.get("left"), parse_b64u(members.get("mac"), length=32)
    except MessageError:
        return 1
    if type(left) is not int or not 0 <= left <= MOST_TRIES:
        return 1
    return left if hmac.compare_digest(mac, _compute_mac(left, device_key)) else 1


def _compute_mac(left: int, device_key: Secret) -> bytes:
    # Over the record without its `mac` member, as the keystore's own.
    return hmac.digest(device_key.reveal(), f'{{"left":{left}}}\n'.encode("ascii"), "sha256")
