"""Another security element for this phone. On Android the portal says whether it is the user who changes it."""

from typing import TYPE_CHECKING, Final

from authsim.authenticator.pin import PinPolicy
from authsim.errors import Reason, RefusalError
from authsim.protocol.credentials import Credentials, format_credentials
from authsim.secret import Secret
from mobile_cli.ceremonies.credentials import require_credentials
from mobile_cli.ceremonies.session import Line
from mobile_cli.home import PhoneHome

if TYPE_CHECKING:
    from authsim.ports import Entropy

_CREDENTIALS: Final = "/api/device/v1/credentials"


def confirm_credentials(line: Line, username: str, password: Secret) -> None:
    """Have the portal judge username and password of this line's own user.

    Refuses with `WRONG_PASSWORD`, with `THROTTLED` and how long to wait, and as `Line.token` does.
    """
    require_credentials(username, password)
    body = format_credentials(Credentials(username=username, password=password)).encode()
    answer = line.send("POST", _CREDENTIALS, body=body, bearer=line.token())
    if answer.status == 429:
        raise RefusalError(Reason.THROTTLED, retry_after_ms=(answer.retry_after_s or 0) * 1000)
    if answer.status in {401, 403}:
        raise RefusalError(Reason.WRONG_PASSWORD)
    line.judged(answer)


def change_pin(home: PhoneHome, dek: Secret, pin: Secret, *, policy: PinPolicy, entropy: "Entropy") -> None:
    """Put the phone under another PIN, normalised and accepted by `policy`, in one write; its users stay."""
    home.change_pin(dek, pin, policy=policy, entropy=entropy)
