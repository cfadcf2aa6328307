import pytest

from authsim.protocol.messages import parse_error
from tests.web.test_headers import FIXED
from web.banner import is_marked
from web.bare_answers import compose_bare_answer


@pytest.mark.parametrize("status", [400, 413, 414, 417, 431, 500, 501])
def test_a_page_has_banner_and_headers(status: int) -> None:
    """Whatever could not be read is answered by a page with the banner and everything that pages carry."""
    answer = compose_bare_answer(status, path="/sso/Login", tls=False)

    headers = dict(answer.headers)
    assert len(headers) == len(answer.headers)
    assert headers | FIXED == headers
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    assert is_marked(answer.body.decode())
    assert answer.status_line.startswith(f"{status} ")


def test_a_device_gets_json() -> None:
    """Below /api/ the answer is an error that a phone can parse."""
    answer = compose_bare_answer(413, path="/api/device/v1/activate", tls=False)

    assert dict(answer.headers)["Content-Type"] == "application/json"
    assert parse_error(answer.body).error == "too_large"


def test_a_login_program_gets_its_json() -> None:
    """Below /v1/ the answer is an error as a gateway tells it."""
    answer = compose_bare_answer(431, path="/v1/api/tickle", tls=False)

    assert dict(answer.headers)["Content-Type"] == "application/json"
    assert answer.body == b'{"error":"too large"}'


def test_only_https_is_insisted_on_by_https() -> None:
    """HSTS goes along with TLS, and only then."""
    assert "Strict-Transport-Security" in dict(compose_bare_answer(400, path="", tls=True).headers)
    assert "Strict-Transport-Security" not in dict(compose_bare_answer(400, path="", tls=False).headers)


def test_it_is_one_whole_answer() -> None:
    """On the wire it has a status line, its length, and ends its connection."""
    answer = compose_bare_answer(400, path="", tls=False)

    head, _, body = answer.to_http().partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert f"Content-Length: {len(body)}".encode() in head
    assert b"Connection: close" in head
