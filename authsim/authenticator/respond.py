"""A challenge that a person typed becomes the response string that they carry back. No network, no state.

Which security element is asked, and in which order, is the shell's business: it differs between the platforms.
"""

from typing import NamedTuple

from authsim.authenticator.device import Account
from authsim.protocol.codes import Purpose, compute_challenge_response, purpose_of, require_challenge


class Response(NamedTuple):
    """The response string, 8 digits, and what it is for."""

    text: str
    purpose: Purpose


def respond(account: Account, challenge: str, *, purpose: Purpose | None = None) -> Response:
    """Return the response to a challenge as typed; blanks and hyphens do not matter.

    `purpose` is what the person says that they approve; without it, what the challenge says (strict10) or logging in.
    Raises `MessageError` when the challenge is mistyped, or was issued for another purpose.
    """
    digits = require_challenge(account.suite, challenge)
    chosen = Purpose(purpose_of(account.suite, digits, Purpose.LOG_IN)) if purpose is None else purpose
    text = compute_challenge_response(account.suite, account.seed, challenge=digits, purpose=chosen)
    return Response(text=text, purpose=chosen)
