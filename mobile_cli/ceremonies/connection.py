"""Whether this phone can speak to a portal now. Every ceremony that sends anything asks first.

An app that is not there, or has to be recovered, speaks to nobody; neither does a phone in airplane mode.
"""

from authsim.errors import Reason, RefusalError
from mobile_cli.home import PhoneHome


def require_connection(home: PhoneHome) -> None:
    """Refuse with `PHONE_OFFLINE` in airplane mode or without Internet. Whether there is an app is not asked."""
    if home.has_settings and not home.settings.read().conditions.is_online:
        raise RefusalError(Reason.PHONE_OFFLINE)


def require_app(home: PhoneHome) -> None:
    """Refuse with `APP_NOT_INSTALLED` or `RECOVERY_NEEDED` when the app cannot answer for its users."""
    if home.has_settings:
        from authsim.authenticator import app

        app.require_app(home.settings.read().app)
