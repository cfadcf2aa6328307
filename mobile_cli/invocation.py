"""What every command is given: which phone, in which language, for whom it writes, and where its PIN stands."""

import os
from typing import final

from authsim.authenticator.device import Platform
from authsim.authenticator.keystore import Unlocked
from authsim.authenticator.pin import PinPolicy, normalise_pin, require_pin
from authsim.authenticator.summary import Summary
from authsim.errors import MessageError, RefusalError
from authsim.secret import Secret
from mobile_cli.console import Console
from mobile_cli.exits import Exit, PhoneError
from mobile_cli.home import PhoneHome
from mobile_cli.prompts import Terminal, is_interactive, read_pin_file, read_pin_stdin


@final
class Invocation:
    """One run of one command. `platform` decides what the security element is called and when it is asked.

    `element` names the label of another one than the phone's: a card's.
    """

    __slots__ = ("_element", "console", "home", "pin_file", "pin_stdin", "platform", "policy")

    def __init__(
        self,
        *,
        home: str,
        language: str,
        as_json: bool,
        pin_file: str | None,
        pin_stdin: bool,
        element: str | None = None,
    ) -> None:
        self._element = element
        self.console = Console(language=language, as_json=as_json)
        self.home = PhoneHome(home)
        self.pin_file = pin_file
        self.pin_stdin = pin_stdin
        self.platform = Platform.IOS
        self.policy: PinPolicy | None = None

    @property
    def element(self) -> str:
        """The security element's name: on a phone Passcode (iOS) or PIN (Android)."""
        return self.console.say(self._element or f"element_{self.platform.value}")

    def ask(self, key: str, **facts: object) -> str:
        """Ask the person; only when `is_interactive`."""
        return Terminal().ask(self.console.say(key, **facts))

    def confirm(self, key: str, *, yes: bool, **facts: object) -> bool:
        """Ask before something that cannot be undone. Where nobody can be asked, --yes is the answer."""
        if yes:
            return True
        if not is_interactive():
            raise PhoneError(Exit.USAGE, "need_yes")
        return Terminal().confirm(self.console.say(key, **facts))

    def require_one_pin(self) -> None:
        """Raise unless at most one place is named where the PIN stands."""
        if self.pin_file is not None and self.pin_stdin:
            raise PhoneError(Exit.USAGE, "one_pin", element=self.element)

    def learn_phone(self) -> Summary | None:
        """Require a phone, and learn from its plain face which platform it is and which PINs it takes."""
        self.home.require_phone()
        summary = self.home.read_summary()
        if summary is not None:
            self.platform, self.policy = summary.platform, summary.pin_policy
        return summary

    def ask_pin(self, *, label: str = "element") -> Secret:
        """Return the PIN of this phone, normalised. One that cannot be right is refused before a try is counted."""
        pin = self.read_pin(label)
        try:
            return normalise_pin(pin) if self.policy is None else require_pin(pin, policy=self.policy)
        except RefusalError:
            raise self._unsuitable(self.policy or PinPolicy.CLASSIC) from None

    def ask_new_pin(self, policy: PinPolicy) -> Secret:
        """Return a PIN for a new phone, normalised; typed, it is typed twice."""
        if self.has_pin:
            return self.require_new_pin(self.read_pin("new_element"), policy)
        return self.type_new_pin(policy)

    def type_new_pin(self, policy: PinPolicy, *, no_terminal: str = "no_terminal") -> Secret:
        """Return a PIN that a person typed twice, normalised; one who errs is told, and asked again.

        `no_terminal` says what a script does instead.
        """
        while True:
            typed = self.type_pin("new_element", no_terminal)
            try:
                pin = require_pin(typed, policy=policy)
            except RefusalError:
                self.say_again(f"pin_{policy.value}")
                continue
            if normalise_pin(self.type_pin("repeat_element", no_terminal)) == pin:
                return pin
            self.say_again("pin_differs")

    def require_new_pin(self, pin: Secret, policy: PinPolicy) -> Secret:
        """Return a PIN that the policy accepts, normalised."""
        try:
            return require_pin(pin, policy=policy)
        except RefusalError:
            raise self._unsuitable(policy) from None

    def require_app(self, *, online: bool) -> None:
        """Refuse where this phone's app cannot be used, or, where it needs the portal (`online`), has no connection."""
        if self.home.has_settings:
            from mobile_cli.ceremonies.connection import require_app, require_connection

            require_app(self.home)
            if online:
                require_connection(self.home)

    def open_phone(self, biometric: str | None = None) -> Unlocked:
        """Open with the security element: simulated biometrics where they are set up (iOS), else the PIN.

        `biometric` is what a script shows, "match" or "no-match". Where biometrics are locked, the Passcode is asked.
        """
        if biometric is not None and self.platform is not Platform.IOS:
            raise PhoneError(Exit.REFUSED, "ios_only")
        if biometric is not None or (not self.has_pin and self.home.has_settings):
            from mobile_cli.looking import look

            unlocked = look(self.home, self.console, biometric, is_pin_there=self.has_pin)
            if unlocked is not None:
                return unlocked
        return self.unlock(self.ask_pin())

    @property
    def has_pin(self) -> bool:
        """Say whether it was said where the PIN stands."""
        return self.pin_file is not None or self.pin_stdin

    def read_pin(self, key: str) -> Secret:
        """Return a PIN as it stands or was typed, from where it stands, else asked for under the label `key`."""
        if self.pin_file is not None:
            return read_pin_file(self.pin_file)
        if self.pin_stdin:
            return read_pin_stdin()
        return self.type_pin(key, "no_terminal")

    def type_pin(self, key: str, no_terminal: str) -> Secret:
        """Return a PIN as typed; without a terminal, `no_terminal` says what a script does instead."""
        try:
            return Terminal().ask_hidden(self.console.say(key, element=self.element))
        except OSError:
            raise PhoneError(Exit.USAGE, no_terminal, element=self.element) from None

    def say_again(self, key: str) -> None:
        """Say why something is asked once more."""
        self.console.note(self.console.say(key, element=self.element))

    def unlock(self, pin: Secret) -> Unlocked:
        """Open the phone; a damaged one is told from a wrong PIN."""
        try:
            return self.home.unlock(pin)
        except MessageError as error:
            raise PhoneError(Exit.MALFORMED, "damaged", path=self.home.path, rule=error) from None

    def _unsuitable(self, policy: PinPolicy) -> PhoneError:
        return PhoneError(Exit.USAGE, f"pin_{policy.value}", element=self.element)


def resolve_home(wanted: str | None) -> str:
    """Return the folder of the phone: what was asked for, else AUTHKEY_HOME, else the user's data folder."""
    named = wanted or os.environ.get("AUTHKEY_HOME")
    if named:
        return os.path.abspath(named)
    from platformdirs import user_data_path

    return str(user_data_path("authsim", appauthor=False) / "phone")
