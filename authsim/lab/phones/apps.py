"""The authenticator app on a virtual phone: codes by time (TOTP), by the phone's own clock."""

from dataclasses import replace
from types import MappingProxyType
from typing import Final

import pyotp

from authsim.errors import MessageError, Reason, RefusalError
from authsim.lab.phones.fleet import Fleet
from authsim.lab.phones.handset import Handset
from authsim.secret import Secret

_MOST_APPS: Final = 32
_MOST_CHARACTERS: Final = 1_024


def add_app(fleet: Fleet, phone_id: str, uri: str) -> str:
    """Keep what an otpauth QR code says; return the user that it is for. Raises `MessageError` for what is none."""
    user = _parse(uri).name

    def add(handset: Handset) -> Handset:
        apps = dict(handset.apps) | {user: Secret(uri)}
        if len(apps) > _MOST_APPS:
            raise MessageError(f"an authenticator app holds at most {_MOST_APPS} users")
        return replace(handset, apps=MappingProxyType(apps))

    fleet.drawer.change(phone_id, add)
    return user


def show_code(fleet: Fleet, phone_id: str, user: str) -> str:
    """Return the code that the app shows now, by the phone's own clock. Refuses with `NOT_ENROLLED`."""
    handset = fleet.drawer.read(phone_id)
    with fleet.telling(phone_id, user):
        if user not in handset.apps:
            raise RefusalError(Reason.NOT_ENROLLED)
        app = _parse(handset.apps[user].reveal_text())
        fleet.tell(phone_id, "responded", user=user)
        return app.generate_otp(fleet.clock_of(phone_id).now_ms() // 1_000 // app.interval)


def _parse(uri: str) -> pyotp.TOTP:
    try:
        app = pyotp.parse_uri(uri) if len(uri) <= _MOST_CHARACTERS else None
        if isinstance(app, pyotp.TOTP) and app.name:
            app.now()  # a secret that is no Base32 is only noticed when it is used
            return app
    except (ValueError, TypeError):
        pass
    raise MessageError("authenticator is the URI of a TOTP QR code: otpauth://totp/ISSUER:USER?secret=…") from None
