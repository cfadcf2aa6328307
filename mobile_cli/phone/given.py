"""What a person gives to a sheet that asks for the security element."""

from typing import NamedTuple

from authsim.authenticator.pin import PinPolicy, normalise_pin, require_pin
from authsim.errors import RefusalError
from authsim.secret import Secret
from mobile_cli.exits import Exit, PhoneError


class Given(NamedTuple):
    """Typed digits, or a look that matched or did not."""

    typed: str = ""
    is_match: bool | None = None


def require_element(typed: str, policy: PinPolicy | None) -> Secret:
    """Return what was typed, normalised. What cannot be an element, such as nothing, is refused: no try is counted.

    Without a policy, on a phone whose plain face cannot be read, anything may be one.
    """
    if policy is None:
        return normalise_pin(Secret(typed))
    try:
        return require_pin(Secret(typed), policy=policy)
    except RefusalError:
        raise PhoneError(Exit.USAGE, f"pin_{policy.value}") from None
