"""Where a login leads back to when it ends without success, and on to when it succeeds: kept in Flask's signed cookie.

A login in an open session serves an errand: to step up to two factors, or to prove once more who sits there before a
sensitive task. The page of each task is named here, never an address that came from outside.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from flask import session, url_for
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from authsim.protocol.codes import Purpose

_STEP_UP: Final = "step_up"
_ERRAND: Final = "errand"
_ABOUT: Final = "errand_about"
_FORMS: Final[Mapping[str, re.Pattern[str]]] = MappingProxyType(
    {
        "": re.compile(r"", re.ASCII),
        "factor_id": re.compile(r"[0-9a-f]{32}", re.ASCII),
        "user": re.compile(r"(?:[a-z][a-z0-9-]{2,31})?", re.ASCII),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A page of ours. `parts` stand in its path."""

    endpoint: str
    parts: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    query: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def address(self) -> str:
        """The page's address."""
        values: dict[str, Any] = {**self.parts, **self.query}
        return url_for(self.endpoint, **values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """A sensitive task: what its proof is for, the page on which it goes on, and its name.

    `about`: what that page is told: `factor_id` in its path, `user` in its query, "" nothing.
    """

    purpose: Purpose
    endpoint: str
    what: LazyString
    about: str = ""


ERRANDS: Final[Mapping[str, Errand]] = MappingProxyType(
    {
        "opt-out": Errand(
            purpose=Purpose.SECURE_LOGIN,
            endpoint="opt_out.show",
            what=_l("change the secure login system"),
            about="user",
        ),
        "number": Errand(purpose=Purpose.CHANGE_CONTACT, endpoint="number.show", what=_l("change the mobile number")),
        "app": Errand(purpose=Purpose.ADD_DEVICE, endpoint="factor_app.show", what=_l("add an authenticator app")),
        "security-card": Errand(
            purpose=Purpose.ADD_DEVICE, endpoint="security_card.show", what=_l("add a Digital Security Card+")
        ),
        "code-card": Errand(purpose=Purpose.ADD_DEVICE, endpoint="code_card.show", what=_l("add a Security Code Card")),
        "online-card": Errand(
            purpose=Purpose.ADD_DEVICE, endpoint="online_card.show", what=_l("request an online card")
        ),
        "share": Errand(purpose=Purpose.ADD_DEVICE, endpoint="sharing.show", what=_l("share a device")),
        "passcode": Errand(
            purpose=Purpose.TEMPORARY_PASSCODE, endpoint="passcode.show", what=_l("get a temporary passcode")
        ),
        "remove": Errand(
            purpose=Purpose.ADD_DEVICE,
            endpoint="factor_removal.show",
            what=_l("remove a device"),
            about="factor_id",
        ),
    }
)


def note_plain() -> None:
    """Note that a login from the login page begins: it serves no errand."""
    for name in (_STEP_UP, _ERRAND, _ABOUT):
        session.pop(name, None)


def note_step_up() -> None:
    """Note that a limited session signs in with its new phone."""
    note_plain()
    session[_STEP_UP] = True


def find_errand(name: str, about: str) -> Errand | None:
    """Return the task of that name, when it is told what it is about in the form that it takes."""
    task = ERRANDS.get(name)
    return task if task is not None and _FORMS[task.about].fullmatch(about) else None


def note_errand(name: str, about: str) -> None:
    """Note for which task somebody proves who they are: one that `find_errand` returned."""
    note_plain()
    session[_ERRAND], session[_ABOUT] = name, about


def errand() -> Errand | None:
    """Return the task for which this browser is about to prove who sits there."""
    return ERRANDS.get(session.get(_ERRAND, ""))


def way_to_proof(name: str, about: str = "") -> Way:
    """Return the page that asks for the proof which a task takes."""
    return Way(endpoint="verify.show", query={"for": name} | ({"about": about} if about else {}))


def way_back() -> Way:
    """Return the page to which a login that ended leads."""
    if errand() is not None:
        return way_to_proof(session[_ERRAND], session.get(_ABOUT, ""))
    return Way(endpoint="activation.show" if session.get(_STEP_UP) else "login.show")


def way_on() -> Way:
    """Return the page to which a login that succeeded leads."""
    task = errand()
    if task is None:
        return Way(endpoint="home.dispatcher")
    about = {task.about: session[_ABOUT]} if session.get(_ABOUT) else {}
    is_part = task.about == "factor_id"
    return Way(endpoint=task.endpoint, parts=about if is_part else {}, query={} if is_part else about)
