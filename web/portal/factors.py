"""Settings > User Settings > Secure Login System: what the user holds, and what can be added."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from flask import Blueprint, render_template
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from .. import look
from ..answers import take_carried, take_notice
from ..sessions import require_full
from .held import list_rows
from .own_standing import find_standing

pages: Final = Blueprint("factors", __name__)

#: The ways to another device: the page, what it is called there, and what it is.
_WAYS: Final[Sequence[tuple[str, LazyString, LazyString]]] = (
    ("factor_app.show", _l("Mobile Authenticator App"), _l("Any app for time-based codes, by a QR code")),
    ("security_card.show", _l("Digital Security Card+"), _l("A card with a PIN and a display; the strongest device")),
    ("code_card.show", _l("Security Code Card"), _l("A printed card with 224 values")),
    (
        "online_card.show",
        _l("Online Security Code Card"),
        _l("The same for three weeks, until a lasting device is there"),
    ),
    ("passcode.show", _l("Temporary Passcode"), _l("By text, for days in which no device is at hand")),
    (
        "sharing.show",
        _l("I already have access to a Secure Login Device under a different username"),
        _l("Share a card with another user of this account"),
    ),
)
_NOTICES: Final[Mapping[str, LazyString]] = MappingProxyType(
    {
        "factor_added": _l("The device is active. From the next login on you can choose it."),
        "passcode_sent": _l("The passcode is on its way to your number."),
        "factor_removed": _l("The device is removed."),
        "factor_shared": _l("The device is shared with you. From the next login on you can choose it."),
    }
)


@pages.get("/portal/settings/secure-login-system")
def show() -> str:
    """Show the devices, and the ways to more."""
    signed_in = require_full()
    look.prefer(signed_in.user.locale)
    return render_template(
        "secure_login_system.html",
        signed_in=signed_in,
        standing=find_standing(signed_in),
        rows=list_rows(signed_in.user),
        ways=_WAYS,
        notice=take_notice(),
        notices=_NOTICES,
        carried=take_carried(),
    )
