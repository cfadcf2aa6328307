"""The pages for people: each file holds one page and the forms that stand on it.

Routes parse, call one ceremony of the core, and answer. They judge nothing themselves.
"""

from typing import Final

from flask import Flask
from flask_wtf.csrf import CSRFProtect

from . import (
    activation,
    activity,
    app_site,
    code_card,
    factor_app,
    factor_removal,
    factors,
    help_pages,
    home,
    login,
    look,
    lost_phone,
    messages,
    messages_guide,
    messages_ticket,
    number,
    online_card,
    opt_out,
    passcode,
    plain,
    second_factor,
    second_factor_choice,
    second_factor_state,
    security_card,
    sessions,
    settings,
    sharing,
    sign_out,
    uniform,
    verification,
)

_ROOMS: Final = (
    *(activation, activity, app_site, help_pages, home, login, look, lost_phone),
    *(messages_guide, messages, messages_ticket),
    *(plain, second_factor, second_factor_choice, second_factor_state, sessions, settings, sign_out, uniform),
    *(factor_app, factor_removal, factors, number, opt_out, passcode, verification),
    *(code_card, online_card, security_card, sharing),
)


def register(app: Flask, csrf: CSRFProtect) -> None:
    """Add every page to `app`; `csrf` guards all of their forms."""
    for room in _ROOMS:
        app.register_blueprint(room.pages)
    csrf.exempt(plain.report_policy)  # browsers send these reports themselves; nothing is kept of them
