"""The simulated inboxes: what the portal texted, as the phones that received it would show it.

Whoever reads here holds the SIM cards of all users, so `app` serves this room only where its operator opened it.
"""

from flask import Flask

from . import api, pages


def register(app: Flask) -> None:
    """Add the inboxes to `app`. Nothing here changes anything, so there is no form to guard."""
    app.register_blueprint(api.api)
    app.register_blueprint(pages.pages)
