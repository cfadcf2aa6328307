"""The trading device: a second device that logs in with a password and the response of the authentication device.

Its pages and its JSON know a login that announces nothing to the phone: what it shows is typed.
"""

from flask import Flask
from flask_wtf.csrf import CSRFProtect

from . import api, pages


def register(app: Flask, csrf: CSRFProtect) -> None:
    """Add the trading device to `app`. `csrf` leaves its JSON alone: that takes no cookie."""
    app.register_blueprint(pages.pages)
    app.register_blueprint(api.api)
    csrf.exempt(api.api)
