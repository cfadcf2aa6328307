"""What every template knows, and the filters with which it says instants and durations."""

from collections.abc import Callable

from flask import Flask, g
from flask_babel import get_translations
from markupsafe import Markup

from . import agents, look, scope, wording
from .banner import SENTENCE, TITLE_MARK
from .portal.look import page_name


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
        "_": _choose_words(),
        "banner_sentence": SENTENCE,
        "title_mark": TITLE_MARK,
        "language": look.language(),
        "language_names": look.LANGUAGE_NAMES,
        "theme": look.theme(),
        "nonce": scope.nonce(),
        "profile": scope.verifier().instance.profile,
        "page_name": page_name(),
        "is_inbox_open": scope.settings().is_inbox_open,
        "signed_in": g.get("signed_in"),
    }


def _choose_words() -> Callable[..., Markup]:
    """Return what translates on this page. Babel's own `_` asks for the language of the request at every sentence."""
    translate = get_translations().gettext

    def say(sentence: str, /, **values: object) -> Markup:
        return Markup(translate(sentence)) % values  # noqa: S704 - our own sentences; values are escaped

    return say
