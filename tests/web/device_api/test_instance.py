"""Who the portal says it is to a phone."""

from collections.abc import Callable

from authsim.protocol.messages import parse_error, parse_instance
from tests.support.site import Site


def test_instance(site: Site) -> None:
    """Id, origin, public key and suite, as the QR code would say them."""
    answer = site.app.test_client().get("/api/device/v1/instance", base_url="http://localhost:8765")
    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    info = parse_instance(answer.data)
    assert info.instance_id == site.verifier.instance.instance_id
    assert info.origin == "http://127.0.0.1:8765", "the configured origin, whatever name was asked"
    assert info.psk == site.verifier.vault.signing_public_key()
    assert info.suite == "classic6"
    assert "Set-Cookie" not in answer.headers


def test_instance_without_an_address(opens_site: Callable[..., Site]) -> None:
    """A portal that does not know its address yet asks to come again."""
    site = opens_site(origin=None)
    answer = site.app.test_client().get("/api/device/v1/instance", base_url="http://localhost")
    assert answer.status_code == 503
    assert parse_error(answer.data).error == "busy"


def test_instance_refuses_cookies(site: Site) -> None:
    """A request with a cookie comes from a browser and is refused."""
    client = site.app.test_client(use_cookies=False)
    answer = client.get("/api/device/v1/instance", base_url="http://localhost", headers={"Cookie": "a=b"})
    assert answer.status_code == 400
    assert parse_error(answer.data).error == "malformed"
