"""What every response carries, and the check that runs after rendering: nothing may leave without the banner."""

from typing import Final

from flask import Flask, Response

from . import scope
from .answers import LOGGER, format_plain_page
from .banner import is_marked

_POLICY: Final = (
    "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'; object-src 'none'; report-uri /csp"
)
_DENIED: Final = (
    *("accelerometer", "camera", "display-capture", "geolocation", "gyroscope", "magnetometer", "microphone", "midi"),
    *("payment", "publickey-credentials-get", "screen-wake-lock", "usb", "xr-spatial-tracking"),
)
_FIXED: Final = (
    ("Cache-Control", "no-store"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", ", ".join(f"{feature}=()" for feature in _DENIED)),
    # not `no-referrer`: that makes browsers send `Origin: null` with our own forms
    ("Referrer-Policy", "same-origin"),
    ("X-Authsim-Simulation", "1"),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("X-Robots-Tag", "noindex, nofollow, noarchive"),
)
_HSTS: Final = "max-age=31536000"


def register(app: Flask) -> None:
    """Finish every response of `app`. To be registered first: Flask runs these functions last to first."""
    app.after_request(_finish)


def _finish(response: Response) -> Response:
    if response.mimetype == "text/html" and not is_marked(response.get_data(as_text=True)):
        LOGGER.error("failed ref=%s status=500 error=banner-missing", scope.reference())
        response = Response(format_plain_page("Something went wrong in the simulator.", scope.reference()), 500)
    for name, value in _FIXED:
        response.headers[name] = value
    response.headers["Content-Security-Policy"] = _POLICY.format(nonce=scope.nonce())
    response.headers["Vary"] = "Cookie, Accept-Language"
    if scope.settings().tls:
        response.headers["Strict-Transport-Security"] = _HSTS
    return response
