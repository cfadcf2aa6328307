"""What a phone asks of the portal: JSON, no cookies, no pages. Errors are one word and a reference.

Paths and messages are `docs/protocol.md`; this room only carries them to the ceremonies.
"""

from flask import Flask
from flask_wtf.csrf import CSRFProtect

from . import activate, add_user, challenges, credentials, events, instance, push, requests, session


def register(app: Flask, csrf: CSRFProtect) -> None:
    """Add the device API to `app`. It takes no cookie, so a browser has nothing to forge: `csrf` leaves it alone."""
    for room in (activate, add_user, challenges, credentials, events, instance, push, requests, session):
        app.register_blueprint(room.api)
        csrf.exempt(room.api)
