"""The phone's errand as the authentication device: responses to challenges, and decisions on requests."""

from typing import TYPE_CHECKING, final

from authsim.authenticator.device import accounts_named
from authsim.authenticator.respond import respond
from authsim.errors import MessageError, Reason, RefusalError
from authsim.protocol.codes import Purpose, purpose_of, require_challenge
from authsim.protocol.push import APPROVE, DENY, REPORT
from authsim.protocol.suite import CLASSIC6
from mobile_cli.ceremonies.decide import decide, find_requests
from mobile_cli.ceremonies.listen import Notice, take_notice
from mobile_cli.exits import Exit, PhoneError
from mobile_cli.phone.given import Given
from mobile_cli.phone.notices import Answer

if TYPE_CHECKING:
    from mobile_cli.phone.handset import Handset


@final
class Answering:
    """Each answer takes the security element; saying no takes none."""

    def __init__(self, handset: "Handset") -> None:
        self._handset = handset

    def require_challenge(self, user: str, challenge: str) -> str:
        """Return the digits of a challenge that this user's portal may have shown, before anybody is asked."""
        try:
            return require_challenge(self._handset.suite_of(user), challenge)
        except MessageError:
            raise PhoneError(Exit.MALFORMED, "bad_challenge") from None

    @property
    def asks_purpose(self) -> bool:
        """Say whether a challenge of some user here leaves open what its response is for."""
        return any(self._handset.suite_of(user) == CLASSIC6 for user in self._handset.users)

    def purpose_of(self, user: str, digits: str, chosen: Purpose) -> Purpose:
        """Return what a response is for: what the challenge says, or else what was chosen."""
        return Purpose(purpose_of(self._handset.suite_of(user), digits, chosen))

    def respond(self, user: str, challenge: str, given: Given, *, purpose: Purpose = Purpose.LOG_IN) -> str:
        """Return the response string, 8 digits."""
        digits = self.require_challenge(user, challenge)
        found = accounts_named(self._handset.open(given).phone.accounts, user)
        if not found:
            raise RefusalError(Reason.NOT_ENROLLED)
        return respond(found[0], digits, purpose=purpose).text

    def find_requests(self) -> list[Notice]:
        """Ask the portals what waits for this phone, also where no notification was seen; the newest first."""
        return [take_notice(asked) for asked in find_requests(self._handset.lines())]

    def approve(self, notice: Notice, number: str, given: Given) -> Answer:
        """Approve a request, with the security element."""
        self._handset.open(given)
        return Answer(decide(notice.asked, APPROVE, number=number.replace(" ", "")))

    def deny(self, notice: Notice) -> Answer:
        """Deny it."""
        return Answer(decide(notice.asked, DENY))

    def report(self, notice: Notice) -> Answer:
        """Say that it was somebody else."""
        return Answer(decide(notice.asked, REPORT))
