"""The file `settings.json` in a phone's folder: what the phone is set to, replaced as a whole under the folder's lock.

Older phones have none: they are set as recommended. A damaged one is said and never guessed at, and costs no try.
"""

import contextlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, final

from authsim.authenticator.biometrics import with_passcode
from authsim.authenticator.device import Platform
from authsim.authenticator.settings import MOST_BYTES, Settings, format_settings, parse_settings, preset
from authsim.errors import MessageError
from mobile_cli.exits import Exit, PhoneError
from mobile_cli.files import Folder, open_folder

if TYPE_CHECKING:
    from mobile_cli.calls import Calls

NAME: Final = "settings.json"


@final
class SettingsFile:
    """What the phone in `path` is set to. `platform` says whose phone it is, for one that has no such file yet."""

    __slots__ = ("_calls", "_path", "_platform")

    def __init__(self, path: str, *, calls: "Calls", platform: Callable[[], Platform]) -> None:
        self._path = path
        self._calls = calls
        self._platform = platform

    def read(self) -> Settings:
        """Return what the phone is set to; a damaged file is `MALFORMED`."""
        with open_folder(self._path, calls=self._calls) as folder:
            return find_settings(folder) or preset(self._platform())

    def change(self, change: Callable[[Settings], Settings]) -> Settings:
        """Replace what the phone is set to by a function of it, in one atomic write."""
        with open_folder(self._path, calls=self._calls) as folder, folder.locked():
            before = find_settings(folder)
            return replace_settings(folder, before, change(before or preset(self._platform())))

    def reset(self) -> Settings:
        """Set the phone as recommended, whatever the file says."""
        with open_folder(self._path, calls=self._calls) as folder, folder.locked():
            folder.remove(NAME)
        return preset(self._platform())


def find_settings(folder: Folder) -> Settings | None:
    """Return what the file says, or None when there is none; a damaged one is `MALFORMED`."""
    file = folder.read(NAME, most_bytes=MOST_BYTES)
    try:
        return None if file is None else parse_settings(file)
    except MessageError as error:
        raise PhoneError(Exit.MALFORMED, "settings_damaged", path=folder.path, rule=error) from None


def replace_settings(folder: Folder, before: Settings | None, after: Settings) -> Settings:
    """Write the file unless it says so already. Needs the lock."""
    if after != before:
        folder.replace(NAME, format_settings(after))
    return after


def forgive_looks(folder: Folder) -> None:
    """Give all looks of simulated biometrics back, after the PIN; a damaged file is told to whoever reads it."""
    with contextlib.suppress(PhoneError):
        settings = find_settings(folder)
        if settings is not None:
            replace_settings(folder, settings, settings._replace(biometrics=with_passcode(settings.biometrics)))
