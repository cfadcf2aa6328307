"""The lab over HTTP: time, faults, texts, users, snapshots, phones and the story of a run, for tests in any language.

It is there only where a portal is served with `--lab`. Who may come in is told in `door`.
"""

from flask import Flask
from flask_wtf.csrf import CSRFProtect

from ..answers import compose_below
from ..bare_answers import LAB_PREFIX
from . import (
    between,
    clock,
    confirming,
    door,
    drift,
    events,
    faults,
    inbox,
    interference,
    misleading,
    phones,
    second_page,
    seed,
    snapshots,
    users,
    watching,
)


def register(app: Flask, csrf: CSRFProtect) -> None:
    """Add the lab to `app`. It takes no cookie, so a browser has nothing to forge: `csrf` leaves it alone."""
    compose_below(app, LAB_PREFIX, door.compose_problem)
    app.before_request(door.guard)
    drift.register_reading(app)
    watching.register(app)
    interference.register(app)
    drift.register(app)
    confirming.register(app)
    between.register(app)
    second_page.register(app)
    misleading.register(app)
    phones.register(app)
    for room in (clock, events, faults, inbox, phones, seed, snapshots, users):
        app.register_blueprint(room.api)
        csrf.exempt(room.api)
