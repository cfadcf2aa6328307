"""The device's side of the wire for phones that are not `authkey`: A1 posted, A2 taken."""

import http.client
from urllib.parse import urlsplit

from authsim.protocol.activation_uri import ActivationUri, format_activation_uri, parse_session_id
from authsim.protocol.messages import format_activate_request, parse_instance
from authsim.secret import Secret
from tests.support.child import LONGEST_S
from tests.support.device import TestPhone


def activate_over_http(phone: TestPhone, uri: Secret, address: str) -> None:
    """Let a phone redeem an activation URI at the portal that answers at `address`."""
    attempt = phone.scan(uri)
    status, body = post_json(f"{address}/api/device/v1/activate", format_activate_request(attempt.request))
    assert status == 200, body
    phone.accept(attempt, body)


def activate_by_session_id(phone: TestPhone, shown: str, address: str) -> None:
    """Let a phone that was told a Session ID fetch who the portal is, and enrol."""
    _, body = get_json(f"{address}/api/device/v1/instance")
    info = parse_instance(body.encode())
    uri = ActivationUri(
        instance_id=info.instance_id,
        origin=info.origin,
        psk=info.psk,
        code=parse_session_id(shown),
        expires_s=1,
        suite=info.suite,
    )
    activate_over_http(phone, format_activation_uri(uri), address)


def get_json(url: str) -> tuple[int, str]:
    """Ask as a device does; return status and body."""
    return _exchange("GET", url, None)


def post_json(url: str, body: str) -> tuple[int, str]:
    """Post a message as a device does; return status and body."""
    return _exchange("POST", url, body)


def _exchange(method: str, url: str, body: str | None) -> tuple[int, str]:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=LONGEST_S)
    try:
        connection.request(method, parts.path, body, {} if body is None else {"Content-Type": "application/json"})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()
