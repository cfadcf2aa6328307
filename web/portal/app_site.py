"""Where a QR code leads a phone that has no app: the app's web site, and a drawn store that installs nothing itself."""

from typing import Final

from flask import Blueprint, render_template
from werkzeug.exceptions import NotFound

from ..forms import read_query

pages: Final = Blueprint("app_site", __name__)

_PLATFORMS: Final = frozenset({"ios", "android"})


@pages.get("/app")
def show() -> str:
    """Tell what the app is for, and lead to the store of either platform."""
    return render_template("app_site.html")


@pages.get("/app/store/<platform>")
def store(platform: str) -> str:
    """Show the store; after the tap, what to do and what not to do."""
    if platform not in _PLATFORMS:
        raise NotFound
    return render_template("app_store.html", platform=platform, is_installed=read_query().get("tapped") == "get")
