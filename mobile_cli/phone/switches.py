"""The phone's own errands: its settings, its SIM card, its face or finger, and the app as an object."""

from typing import TYPE_CHECKING, final

from authsim.authenticator.app import AppEvent, Stage
from authsim.authenticator.biometrics import Biometry
from authsim.authenticator.pin import PinPolicy
from authsim.authenticator.settings import Settings, require_number, with_value
from authsim.errors import Reason, RefusalError
from authsim.secret import Secret
from mobile_cli.ceremonies import app as app_ceremony
from mobile_cli.ceremonies.change_pin import change_pin, confirm_credentials
from mobile_cli.phone.given import Given, require_element

if TYPE_CHECKING:
    from mobile_cli.phone.handset import Handset


@final
class Switches:
    """Whatever is set on the phone is on disk when a method returns, and in `Handset.settings`."""

    def __init__(self, handset: "Handset") -> None:
        self._handset = handset

    def set_value(self, name: str, value: str) -> Settings:
        """Move a switch."""
        self._handset.home.settings.change(lambda settings: with_value(settings, name, value))
        return self._handset.reread()

    def set_locked(self, *, is_locked: bool) -> Settings:
        """Lock or unlock the screen."""
        return self.set_value("locked", "on" if is_locked else "off")

    def set_number(self, number: str) -> Settings:
        """Insert the SIM card of that number."""
        kept = require_number(number)
        self._handset.home.settings.change(lambda settings: settings._replace(number=kept))
        return self._handset.reread()

    def set_biometrics(self, kind: str, given: Given) -> Settings:
        """Set up Face ID or Touch ID, or neither, with the Passcode."""
        unlocked = self._handset.open(given)
        self._handset.home.set_biometrics(unlocked.dek, Biometry(kind), entropy=self._handset.entropy)
        return self._handset.reread()

    def change_pin(self, username: str, password: str, current: str, new: str) -> Settings:
        """Android: another PIN for the app, once the portal has judged the credentials of a user of this phone."""
        pin = require_element(new, PinPolicy.CLASSIC)
        unlocked = self._handset.open(Given(typed=current))
        lines = [line for line in self._handset.lines() if line.account.label == username.strip()]
        if not lines:
            raise RefusalError(Reason.NOT_ENROLLED)
        confirm_credentials(lines[0], username.strip(), Secret(password))
        change_pin(self._handset.home, unlocked.dek, pin, policy=PinPolicy.CLASSIC, entropy=self._handset.entropy)
        return self._handset.reread()

    def install(self) -> Settings:
        """Put the app on the phone."""
        return self._let_happen(AppEvent.INSTALL)

    def remove(self) -> Settings:
        """Take it off."""
        return self._let_happen(AppEvent.REMOVE)

    def clear_data(self) -> Settings:
        """Make it forget."""
        return self._let_happen(AppEvent.CLEAR_DATA)

    def update_system(self) -> Settings:
        """Update the operating system: the app has to find its users again."""
        return self._let_happen(AppEvent.UPDATE_SYSTEM)

    def open_app(self) -> bool:
        """Open the app; say whether that was too early: installed for a code that was not scanned again yet."""
        is_first = self._handset.settings.app.stage is Stage.INSTALLED
        app_ceremony.open_app(self._handset.home)
        self._handset.reread()
        return is_first and self._handset.scanning.code is None and not self._handset.users

    def restore(self, given: Given) -> Settings:
        """iOS: what the app kept in the phone is there again, with the security element."""
        self._handset.open(given)
        return self._let_happen(AppEvent.RESTORE)

    def allow_notifications(self, *, is_allowed: bool) -> Settings:
        """Answer whether the app may notify."""
        app_ceremony.answer_permission(self._handset.home, is_allowed=is_allowed)
        return self._handset.reread()

    def _let_happen(self, event: AppEvent) -> Settings:
        app_ceremony.let_happen(self._handset.home, event)
        return self._handset.reread()
