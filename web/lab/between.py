"""A page that nobody expects: it stands between a login that succeeded and what follows, and one link leads on."""

from typing import Final

from flask import Blueprint, Flask, Response, render_template, request, url_for

from authsim.lab.catalogue import Step

from .. import look, scope
from .door import lab
from .watching import watched_user

pages: Final = Blueprint("between", __name__)

#: Where logins end, and what their browser is led to.
ENTRIES: Final = frozenset(
    {
        *("second_factor.submit", "second_factor.go_on", "second_factor_choice.answer"),
        *("uniform.submit", "uniform.submit_passcode", "uniform.go_on"),
    }
)
ONWARDS: Final = "home.dispatcher"


def register(app: Flask) -> None:
    """Let logins of `app` lead to the page where the fault strikes. To be registered behind `watching`."""
    app.register_blueprint(pages)
    app.after_request(_lead_astray)


@pages.get("/sso/Between")
def show() -> str:
    """Show the page, to anybody: it opens nothing, and leads to where whoever is not signed in has to log in."""
    name = watched_user()
    user = None if name is None else scope.portal().store.users.find(name)
    look.prefer(look.LANGUAGES[0] if user is None else user.locale)
    return render_template("between.html", onwards=url_for(ONWARDS))


def _lead_astray(response: Response) -> Response:
    """Lead a login that just succeeded to the page; one that serves a task goes where that goes on."""
    is_entry = request.endpoint in ENTRIES and response.headers.get("Location") == url_for(ONWARDS)
    if is_entry and lab().board.strikes("page_between", user=watched_user(), step=Step.SESSION) is not None:
        response.headers["Location"] = url_for("between.show")
    return response
