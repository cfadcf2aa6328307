"""The Flask application of one portal. It puts the parts together and decides nothing itself."""

from dataclasses import replace
from typing import Final

from flask import Flask
from flask_wtf.csrf import CSRFProtect
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix

from . import (
    answers,
    desk,
    device_api,
    guards,
    headers,
    inbox,
    look,
    openapi,
    pacing,
    rendering,
    scope,
    streams,
    trading,
)
from . import portal as pages
from .bare_answers import GATEWAY_PREFIX
from .hosts import require_host
from .sessions import cookie_name
from .settings import Settings
from .wiring import Portal

FORM_PARTS: Final = 20


def create_app(portal: Portal, settings: Settings) -> Flask:
    """Return the WSGI application that serves `portal`. Raises `MessageError` for a host that may not be used."""
    settings = replace(settings, hosts=tuple(require_host(host) for host in settings.hosts))
    app = Flask(__name__.partition(".")[0])
    # before anything touches the environment: an undefined name in a template is an error, not a blank
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True, "undefined": StrictUndefined}
    app.extensions[scope.EXTENSION] = portal
    app.extensions[scope.EXTENSION + "-settings"] = settings
    streams.register(app, most=settings.most_streams)
    app.config.update(
        SECRET_KEY=portal.vault.csrf_key.reveal(),
        MAX_CONTENT_LENGTH=guards.FORM_BYTES,
        MAX_FORM_MEMORY_SIZE=guards.FORM_BYTES,
        MAX_FORM_PARTS=FORM_PARTS,
        PROVIDE_AUTOMATIC_OPTIONS=False,
        PROPAGATE_EXCEPTIONS=False,
        SESSION_COOKIE_NAME=cookie_name("c", portal.verifier.instance, tls=settings.tls),
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.tls,
        WTF_CSRF_TIME_LIMIT=None,  # the token lives as long as the browser's cookie that it belongs to
        WTF_CSRF_SSL_STRICT=False,  # guards.py asks for our own origin, with and without TLS
    )
    # werkzeug would answer `//path` with a redirect that we did not write
    app.url_map.merge_slashes = False
    app.url_map.redirect_defaults = False
    headers.register(app)
    guards.register(app)
    csrf = CSRFProtect(app)
    look.register(app)
    answers.register(app)
    rendering.register(app)
    pages.register(app, csrf)
    desk.register(app)
    device_api.register(app, csrf)
    trading.register(app, csrf)
    openapi.register(app)
    if settings.is_inbox_open:
        inbox.register(app)
    if portal.verifier.policy.uniform_beat_ms:
        pacing.register(app, beat_ms=portal.verifier.policy.uniform_beat_ms)
    if settings.gateway is not None:
        from . import gateway  # only here, and only then

        gateway.register(app, csrf, settings.gateway)
        guards.close_below(app, GATEWAY_PREFIX)
    if portal.lab is not None:
        from . import lab  # only here, and only then

        lab.register(app, csrf)
    if settings.proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=settings.proxies, x_proto=settings.proxies, x_host=0, x_port=0, x_prefix=0
        )
    return app
