"""The help desk's console: for the person who answers the telephone, and for nobody else.

Routes parse, call one function of `verifier.help_desk`, and answer. What the desk may see and do is judged there.
"""

from typing import Final

from flask import Flask

from . import acts, find, tickets, users

_ROOMS: Final = (acts, find, tickets, users)


def register(app: Flask) -> None:
    """Add the console's pages to `app`, whose forms are guarded already."""
    for room in _ROOMS:
        app.register_blueprint(room.pages)
