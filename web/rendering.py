"""What every template knows, and the filters with which it says instants and durations."""

from flask import Flask, g, request

from . import agents, look, scope, wording
from .banner import SENTENCE, TITLE_MARK
from .portal.look import PAGE_NAMES


def register(app: Flask) -> None:
    """Give templates their common words."""
    app.jinja_env.filters["instant"] = wording.format_instant
    app.jinja_env.filters["machine_instant"] = wording.format_machine_instant
    app.jinja_env.filters["time_of_day"] = wording.format_time_of_day
    app.jinja_env.filters["agent"] = agents.name_agent
    app.jinja_env.filters["remaining"] = wording.format_remaining
    app.context_processor(_common)


def _common() -> dict[str, object]:
    return {
        "banner_sentence": SENTENCE,
        "title_mark": TITLE_MARK,
        "language": look.language(),
        "language_names": look.LANGUAGE_NAMES,
        "theme": look.theme(),
        "nonce": scope.nonce(),
        "profile": scope.verifier().instance.profile,
        "page_name": PAGE_NAMES.get(request.endpoint or "", "login"),
        "signed_in": g.get("signed_in"),
    }
