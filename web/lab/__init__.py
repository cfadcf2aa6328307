"""The lab over HTTP: time, faults, texts, users, snapshots, phones and the story of a run, for tests in any language.

It is there only where a portal is served with `--lab`. Who may come in is told in `door`.
"""

from flask import Flask
from flask_wtf.csrf import CSRFProtect

from . import clock, door


def register(app: Flask, csrf: CSRFProtect) -> None:
    """Add the lab to `app`. It takes no cookie, so a browser has nothing to forge: `csrf` leaves it alone."""
    for room in (clock,):
        room.api.before_request(door.require_lab)
        room.api.register_error_handler(Exception, door.answer_problem)
        app.register_blueprint(room.api)
        csrf.exempt(room.api)
