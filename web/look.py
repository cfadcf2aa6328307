"""Language and theme: what the browser chose, what the user prefers, what the request accepts, in that order."""

import re
from typing import Final, Literal, cast

from flask import Flask, Response, g, request
from flask_babel import Babel

from . import scope

LANGUAGES: Final = ("en", "ja")
THEMES: Final = ("auto", "light", "dark")
#: What each language calls itself; names of languages are not translated.
LANGUAGE_NAMES: Final = (("en", "English"), ("ja", "日本語"))
COOKIE: Final = "authsim_look"
_COOKIE: Final = re.compile(r"(?P<language>en|ja|-)\.(?P<theme>auto|light|dark)", re.ASCII)
_YEAR_SECONDS: Final = 31_536_000


def register(app: Flask) -> None:
    """Let Flask-Babel ask this room for the language."""
    app.config["BABEL_DEFAULT_LOCALE"] = "en"
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = "translations"
    Babel(app, locale_selector=language, timezone_selector=lambda: "UTC")


def language() -> str:
    """Return the language of this response.

    `en` is what users are given when nobody chose, so only another locale of a signed-in user counts as a wish.
    """
    chosen = _chosen()[0]
    if chosen is not None:
        return chosen
    preferred = cast("str | None", g.get("preferred_language"))
    if preferred in LANGUAGES and preferred != LANGUAGES[0]:
        return preferred
    # not `best_match`: for `ja-JP, en;q=0.5` it prefers the exact `en`
    wishes = (tag.partition("-")[0].lower() for tag, quality in request.accept_languages if quality > 0)
    return next((wish for wish in wishes if wish in LANGUAGES), LANGUAGES[0])


def prefer(locale: str) -> None:
    """Note the locale of the user whom this page is for; to be called before anything is said."""
    g.preferred_language = locale


def theme() -> str:
    """Return `auto`, `light` or `dark`."""
    return _chosen()[1]


def keep(response: Response, what: Literal["language", "theme"], value: str) -> Response:
    """Remember a choice in a cookie that says nothing else; it is shared by all portals of this machine."""
    chosen, shade = _chosen()
    if what == "language":
        chosen = value
    else:
        shade = value
    response.set_cookie(
        COOKIE,
        f"{chosen or '-'}.{shade}",
        max_age=_YEAR_SECONDS,
        path="/",
        secure=scope.settings().tls,
        httponly=True,
        samesite="Lax",
    )
    return response


def _chosen() -> tuple[str | None, str]:
    match = _COOKIE.fullmatch(request.cookies.get(COOKIE, ""))
    if match is None:
        return None, THEMES[0]
    return (None if match["language"] == "-" else match["language"]), match["theme"]
