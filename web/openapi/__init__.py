"""The JSON surface, described: what programs may ask of this portal, with every message, status and refusal.

One description in Python, from which the document at `/openapi.json` and the table of `docs/api.md` are made; a test
holds it against the routes and drives each of them. Nothing here answers for anybody: it only tells.
"""

from flask import Flask

from . import api


def register(app: Flask) -> None:
    """Add the description to `app`. It changes nothing, so there is no form to guard."""
    app.register_blueprint(api.api)
