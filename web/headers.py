"""What every response carries, and the check that runs after rendering: nothing may leave without the banner."""

from typing import Final

from flask import Flask, Response

from . import scope
from .answers import LOGGER
from .banner import is_marked
from .bare_answers import FIXED_HEADERS, HSTS, format_plain_page

_POLICY: Final = (
    "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'; object-src 'none'; report-uri /csp"
)


def register(app: Flask) -> None:
    """Finish every response of `app`. To be registered first: Flask runs these functions last to first."""
    app.after_request(_finish)


def _finish(response: Response) -> Response:
    if response.mimetype == "text/html" and not is_marked(response.get_data(as_text=True)):
        LOGGER.error("failed ref=%s status=500 error=banner-missing", scope.reference())
        response = Response(format_plain_page("Something went wrong in the simulator.", scope.reference()), 500)
    for name, value in FIXED_HEADERS:
        response.headers[name] = value
    response.headers["Content-Security-Policy"] = _POLICY.format(nonce=scope.nonce())
    response.headers["Vary"] = "Cookie, Accept-Language"
    if scope.settings().tls:
        response.headers[HSTS[0]] = HSTS[1]
    return response
