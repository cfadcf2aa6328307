"""How a .har file is recorded, browser by browser: labels as the browsers show them, all else in our own words."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from flask import Blueprint, render_template, request
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from .. import look
from ..agents import name_agent
from ..forms import read_query
from ..sessions import require_full

pages: Final = Blueprint("messages_guide", __name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Guide:
    """The steps for one browser; `note` comes before them and may be empty."""

    name: str
    steps: tuple[LazyString, ...]
    note: LazyString | str = ""


_SEND: Final = (
    _l("Come back to the Message Center. Create a new web ticket, or open the one that you have."),
    _l(
        "Attach the .har file to the web ticket. If client services gave you a reference number or a name, "
        "add it to the ticket."
    ),
    _l("Submit the web ticket."),
)
_SAVE: Final = _l("Save the file where you find it again, for example on the desktop.")

GUIDES: Final[Mapping[str, Guide]] = MappingProxyType(
    {
        "chrome": Guide(
            name="Chrome",
            steps=(
                _l("Open the page where the issue occurs."),
                _l(
                    "Press Ctrl+Shift+I. Or open the menu with the three vertical dots at the top right, "
                    "then More Tools > Developer Tools."
                ),
                _l("A panel opens at the side or at the bottom. Select its tab Network."),
                _l(
                    "Look at the round Record button in the upper left corner of the panel: it has to be red. "
                    "If it is grey, click it once, or press Ctrl+E."
                ),
                _l("Activate the checkbox Preserve log."),
                _l("Press Clear, the stop sign to the right of Record, so that older requests are gone."),
                _l("Reproduce the issue while the requests are being recorded."),
                _l("Right-click anywhere on the list of requests and select Save all as HAR with Content."),
                _SAVE,
                *_SEND,
            ),
        ),
        "firefox": Guide(
            name="Firefox",
            steps=(
                _l("Open the page where the issue occurs."),
                _l(
                    "Press F12. Or open the menu with the three horizontal lines at the top right, "
                    "then Web Developer > Network."
                ),
                _l("A panel opens at the side or at the bottom. Select its tab Network."),
                _l("Activate the checkbox Persists logs."),
                _l("Reproduce the issue. The recording begins by itself."),
                _l("Right-click anywhere on the list of requests and select Save All As HAR."),
                _SAVE,
                *_SEND,
            ),
        ),
        "edge": Guide(
            name="Edge",
            steps=(
                _l("Open the page where the issue occurs."),
                _l(
                    "Press F12. Or open the menu with the three horizontal dots at the top right, "
                    "then More Tools > Developers Tools."
                ),
                _l("Select the tab Network."),
                _l("Reproduce the issue while the requests are being recorded."),
                _l("Click the floppy disk, Export as HAR, or press Ctrl+S."),
                _l("Give the file a name and a place where you find it again, then press Save."),
                *_SEND,
            ),
        ),
        "safari": Guide(
            name="Safari",
            note=_l(
                "The menu Develop has to be there first. If it is not: menu Safari, Preferences, tab Advanced, "
                "then activate Show Develop menu in menu bar."
            ),
            steps=(
                _l("Open the menu Develop and select Show Web Inspector, or press Cmd+Alt+I."),
                _l("Select the tab Network."),
                _l("Activate the checkbox Preserve log."),
                _l("Reproduce the issue while the requests are being recorded."),
                _l("Click Export, or press Cmd+S, and save the .har file where you find it again."),
                *_SEND,
            ),
        ),
    }
)


@pages.get("/portal/messages/har-file")
def show() -> str:
    """Show the steps of the browser that was chosen; without a choice, those of the one that asks."""
    signed_in = require_full()
    look.prefer(signed_in.user.locale)
    chosen = read_query().get("browser", "")
    if chosen not in GUIDES:
        chosen = _own_browser()
    return render_template("har.html", signed_in=signed_in, guides=GUIDES, chosen=chosen)


def _own_browser() -> str:
    name = name_agent(request.headers.get("User-Agent", "")).partition(" ")[0].lower()
    return name if name in GUIDES else next(iter(GUIDES))
