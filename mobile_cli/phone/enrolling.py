"""The phone's errand of getting a user onto itself by credentials and a text: what is under way between its pages."""

from typing import TYPE_CHECKING, Literal, final

from authsim.authenticator.activate import Activated
from authsim.authenticator.app import AppEvent
from authsim.authenticator.device import PendingEnrolment
from authsim.protocol.keys import fingerprint
from authsim.protocol.messages import InstanceInfo
from authsim.secret import Secret
from mobile_cli.ceremonies.app import let_happen
from mobile_cli.ceremonies.connection import require_connection
from mobile_cli.ceremonies.enrol import Wish, begin_enrolment, finish_enrolment, resend_code
from mobile_cli.ceremonies.trust import ask_portal, keep_portal
from mobile_cli.exits import Exit, PhoneError
from mobile_cli.phone.given import Given

if TYPE_CHECKING:
    from mobile_cli.phone.handset import Handset

Way = Literal["activate", "add_user", "migrate", "recover"]


@final
class Enrolling:
    """One enrolment at a time, from the credentials to Done."""

    def __init__(self, handset: "Handset") -> None:
        self._handset = handset
        self._info: InstanceInfo | None = None
        self._pending: PendingEnrolment | None = None
        self._way: Way = "add_user"

    def unknown_fingerprint(self) -> str:
        """Return the fingerprint of a portal that this phone does not know yet, else nothing."""
        address = self._handset.require_portal()
        require_connection(self._handset.home)
        self._info = ask_portal(self._handset.home, address)
        summary = self._handset.home.read_summary()
        is_known = summary is not None and self._info.origin in summary.portals
        return "" if is_known else fingerprint(self._info.psk)

    def trust(self) -> bool:
        """Keep the key that was compared."""
        if self._info is not None:
            keep_portal(
                self._handset.home,
                self._handset.dek,
                self._info,
                address=self._handset.require_portal(),
                certificate=None,
                entropy=self._handset.entropy,
            )
        return True

    def begin(self, username: str, password: str, *, way: Way) -> bool:
        """Send the credentials; a code is on its way then."""
        address = self._handset.require_portal()
        info = self._info or ask_portal(self._handset.home, address)
        self._way = way
        wish = Wish(info, address, username.strip(), self._handset.label, is_renewal=way == "recover")
        self._pending = begin_enrolment(
            self._handset.home, wish, Secret(password), opened=self._handset.dek, entropy=self._handset.entropy
        )
        return True

    def resend(self) -> bool:
        """Have another code sent."""
        resend_code(self._handset.home, self._require_pending())
        return True

    def finish(self, code: str, given: Given) -> Activated:
        """Send the code, with the security element; return who is active here now, or waits."""
        unlocked = self._handset.open(given)
        activated = finish_enrolment(
            self._handset.home, unlocked.dek, self._require_pending(), Secret(code), entropy=self._handset.entropy
        )
        self._pending = None
        if self._handset.settings.app.needs_recovery:
            let_happen(self._handset.home, AppEvent.RESTORE if self._way == "recover" else AppEvent.START_ANEW)
        self._handset.learn()
        return activated

    def _require_pending(self) -> PendingEnrolment:
        if self._pending is None:
            raise PhoneError(Exit.REFUSED, "nothing_to_resume")
        return self._pending
