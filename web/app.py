"""The Flask application of one portal. It puts the parts together and decides nothing itself."""

from flask import Flask

from .settings import Settings
from .wiring import Portal


def create_app(portal: Portal, settings: Settings) -> Flask:
    """Return the WSGI application that serves `portal`."""
    app = Flask("web", static_folder="static", static_url_path="/static")
    app.extensions["authsim"] = portal
    return app
