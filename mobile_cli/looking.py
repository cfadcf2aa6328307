"""Simulated Face ID and Touch ID at the terminal: Enter shows one's own face or finger, n somebody else's."""

from typing import TYPE_CHECKING

from authsim.errors import MessageError, Reason, RefusalError
from mobile_cli.exits import Exit, PhoneError
from mobile_cli.prompts import Terminal, is_interactive
from mobile_cli.refusals import explain

if TYPE_CHECKING:
    from authsim.authenticator.keystore import Unlocked
    from mobile_cli.console import Console
    from mobile_cli.home import PhoneHome


def look(home: "PhoneHome", console: "Console", shown: str | None, *, is_pin_there: bool) -> "Unlocked | None":
    """Return the phone, opened by a match; None when only the Passcode helps, which the caller asks then.

    `shown` is "match", "no-match", or None to ask the person. A script's miss is refused as it is.
    """
    biometrics = home.settings.read().biometrics
    if not biometrics.is_on:
        if shown is not None:
            raise PhoneError(Exit.REFUSED, "biometrics_not_set_up")
        return None
    while shown is not None or is_interactive():
        try:
            return _open(home, is_match=_is_match(console, biometrics.kind.value, shown))
        except RefusalError as error:
            is_locked = error.reason is Reason.BIOMETRICS_LOCKED
            if shown is not None and not (is_locked and is_pin_there):
                raise
            console.note(explain(error, console)[1])
            if is_locked:
                return None
    return None


def _is_match(console: "Console", kind: str, shown: str | None) -> bool:
    if shown is not None:
        return shown == "match"
    return not Terminal().ask(console.say(f"show_{kind}")).strip()


def _open(home: "PhoneHome", *, is_match: bool) -> "Unlocked":
    try:
        return home.look(is_match=is_match)
    except MessageError as error:
        raise PhoneError(Exit.MALFORMED, "damaged", path=home.path, rule=error) from None
