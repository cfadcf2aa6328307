"""The pages for people: each file holds one page and the forms that stand on it.

Routes parse, call one ceremony of the core, and answer. They judge nothing themselves.
"""

from flask import Flask
from flask_wtf.csrf import CSRFProtect

from . import activation, activity, help_pages, home, login, look, plain, second_factor, sessions, sign_out


def register(app: Flask, csrf: CSRFProtect) -> None:
    """Add every page to `app`; `csrf` guards all of their forms."""
    for room in (activation, activity, help_pages, home, login, look, plain, second_factor, sessions, sign_out):
        app.register_blueprint(room.pages)
    csrf.exempt(plain.report_policy)  # browsers send these reports themselves; nothing is kept of them
