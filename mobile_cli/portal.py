"""What the phone asks a portal over the device API, and how it reads the answers. HTTP itself is `transport`'s.

`certificate` is always the PEM text of the one that the person trusted for this portal, or None.
"""

from authsim.errors import MessageError
from authsim.protocol.activation_uri import require_origin
from authsim.protocol.messages import InstanceInfo, parse_instance
from mobile_cli.exits import Exit, PhoneError
from mobile_cli.transport import Answer, fetch

_INSTANCE = "/api/device/v1/instance"
_ACTIVATE = "/api/device/v1/activate"


def require_address(text: str) -> str:
    """Return a portal's origin as typed: one trailing slash and capitals do not matter."""
    try:
        return require_origin(text.removesuffix("/").lower())
    except MessageError:
        raise PhoneError(Exit.USAGE, "bad_origin") from None


def fetch_instance(address: str, *, certificate: str | None = None) -> InstanceInfo:
    """Return who the portal at this address says it is."""
    answer = fetch(address, "GET", _INSTANCE, certificate=certificate)
    if answer.status >= 500 or answer.status == 429:
        raise PhoneError(Exit.UNREACHABLE, "unreachable", origin=address)
    try:
        return parse_instance(_require_json(answer, address))
    except MessageError:
        raise PhoneError(Exit.MALFORMED, "not_a_portal", origin=address) from None


def send_activation(address: str, request: bytes, *, certificate: str | None = None) -> bytes | None:
    """Send A1; return the body of A2, or None when the portal refuses: code unknown, used, expired, or not this one.

    No reply at all, or a portal that is busy, is `UNREACHABLE`: the same request may be sent again.
    """
    try:
        answer = fetch(address, "POST", _ACTIVATE, body=request, certificate=certificate)
    except PhoneError as error:
        if error.status is not Exit.UNREACHABLE:
            raise
        raise PhoneError(Exit.UNREACHABLE, "no_reply", origin=address) from None
    if answer.status == 401:
        return None
    if answer.status >= 500 or answer.status == 429:
        raise PhoneError(Exit.UNREACHABLE, "no_reply", origin=address)
    return _require_json(answer, address)


def _require_json(answer: Answer, address: str) -> bytes:
    if answer.status != 200 or not answer.is_json:
        raise PhoneError(Exit.MALFORMED, "not_a_portal", origin=address)
    return answer.body
