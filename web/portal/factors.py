"""Settings > User Settings > Secure Login System: what the user holds, and what can be added."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from flask import Blueprint, render_template
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from authsim.model import FactorKind
from authsim.verifier.factors import kinds_taken

from .. import look, scope
from ..answers import take_carried, take_notice
from ..sessions import require_full
from .held import list_rows
from .own_standing import find_standing

pages: Final = Blueprint("factors", __name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class WayToOne:
    """A way to another device of this kind: the page, what it is called there, and what it is."""

    kind: FactorKind
    endpoint: str
    name: LazyString
    what: LazyString


_WAYS: Final = (
    WayToOne(
        kind=FactorKind.AUTHENTICATOR_APP,
        endpoint="factor_app.show",
        name=_l("Mobile Authenticator App"),
        what=_l("Any app for time-based codes, by a QR code"),
    ),
    WayToOne(
        kind=FactorKind.SECURITY_CARD,
        endpoint="security_card.show",
        name=_l("Digital Security Card+"),
        what=_l("A card with a PIN and a display; the strongest device"),
    ),
    WayToOne(
        kind=FactorKind.CODE_CARD,
        endpoint="code_card.show",
        name=_l("Security Code Card"),
        what=_l("A printed card with 224 values"),
    ),
    WayToOne(
        kind=FactorKind.ONLINE_CARD,
        endpoint="online_card.show",
        name=_l("Online Security Code Card"),
        what=_l("The same for three weeks, until a lasting device is there"),
    ),
    WayToOne(
        kind=FactorKind.TEMPORARY_PASSCODE,
        endpoint="passcode.show",
        name=_l("Temporary Passcode"),
        what=_l("By text, for days in which no device is at hand"),
    ),
    WayToOne(
        kind=FactorKind.CODE_CARD,
        endpoint="sharing.show",
        name=_l("I already have access to a Secure Login Device under a different username"),
        what=_l("Share a card with another user of this account"),
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
    taken = kinds_taken(scope.verifier().policy)
    return render_template(
        "secure_login_system.html",
        signed_in=signed_in,
        standing=find_standing(signed_in),
        rows=list_rows(signed_in.user),
        ways=[way for way in _WAYS if way.kind in taken],
        notice=take_notice(),
        notices=_NOTICES,
        carried=take_carried(),
    )
