"""The phone's errand with a code that the camera saw: whose it is, and what the app makes of it."""

from typing import TYPE_CHECKING, final

from authsim.authenticator.activate import Activated
from authsim.errors import Reason, RefusalError
from authsim.protocol.activation_uri import ActivationUri
from authsim.protocol.keys import fingerprint
from authsim.protocol.login_uri import LoginUri
from authsim.secret import Secret
from mobile_cli.ceremonies.decide import find_scanned
from mobile_cli.ceremonies.listen import Notice, take_notice
from mobile_cli.ceremonies.scan_code import begin_scan, complete_scan
from mobile_cli.ceremonies.trust import ask_portal
from mobile_cli.exits import Exit, PhoneError
from mobile_cli.phone.given import Given
from mobile_cli.scan import find_in_argument, read_activation, read_login

if TYPE_CHECKING:
    from mobile_cli.phone.handset import Handset


@final
class Scanning:
    """One code at a time, from the lens to Done."""

    def __init__(self, handset: "Handset") -> None:
        self._handset = handset
        self._code: ActivationUri | LoginUri | None = None

    @property
    def code(self) -> ActivationUri | LoginUri | None:
        """What was scanned and waits for the app."""
        return self._code

    @property
    def portal(self) -> str:
        """Whose code it is."""
        return "" if self._code is None else self._code.origin

    @property
    def fingerprint(self) -> str:
        """Return the fingerprint of the portal's key in an activation code."""
        return fingerprint(self._code.psk) if isinstance(self._code, ActivationUri) else ""

    def see(self, source: str | None) -> bool:
        """Look at a text, a picture file, or (None) the computer's screen."""
        if source is None:
            from mobile_cli.desktop import read_screen
            from mobile_cli.scan import find_in_picture

            self._code = find_in_picture(read_screen(), _read)
        else:
            self._code = find_in_argument(source, _read)
        return True

    def see_session_id(self, typed: str) -> bool:
        """Take the Session ID that stands under the code; the portal itself says the rest."""
        code = read_activation(typed)
        if isinstance(code, Secret):
            info = ask_portal(self._handset.home, self._handset.require_portal())
            code = ActivationUri(
                instance_id=info.instance_id,
                origin=info.origin,
                psk=info.psk,
                code=code,
                expires_s=0,
                suite=info.suite,
            )
        self._code = code
        return True

    def forget(self) -> None:
        """Put the code aside."""
        self._code = None

    def activate(self, given: Given) -> Activated:
        """Activate with the security element; return who is active here now, or waits. The code is used up then."""
        code, handset = self._code, self._handset
        if not isinstance(code, ActivationUri):
            raise PhoneError(Exit.MALFORMED, "foreign_code")
        unlocked = handset.open(given)
        self._code = None
        begun = begin_scan(
            handset.home, unlocked.dek, code, label=handset.label, address=code.origin, entropy=handset.entropy
        )
        activated = complete_scan(
            handset.home, unlocked.dek, begun.pending, address=code.origin, entropy=handset.entropy
        )
        handset.learn()
        return activated

    def fetch_request(self) -> "Notice":
        """Return the login request that the code names; nothing is approved by scanning."""
        code = self._code
        self._code = None
        if not isinstance(code, LoginUri):
            raise RefusalError(Reason.NO_REQUEST)
        return take_notice(find_scanned(self._handset.lines(), code))


def _read(text: str) -> ActivationUri | LoginUri:
    if text.startswith("authsim://login/"):
        return read_login(text)
    code = read_activation(text)
    if isinstance(code, Secret):
        raise PhoneError(Exit.MALFORMED, "no_source", source="-")
    return code
