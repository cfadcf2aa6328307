"""What a trading device types, judged: in the way of the profile, and with its words."""

from authsim.errors import Reason, RefusalError
from authsim.model import Authenticated
from authsim.secret import Secret
from authsim.verifier.challenge_response import complete_challenge
from authsim.verifier.uniform_answers import answer_uniform_login

from .. import scope

#: What is no answer at all is told by its own name also where every failure has one.
_TOLD = frozenset({Reason.MALFORMED_RESPONSE})


def answer(token: Secret, response: str) -> Authenticated:
    """Judge a response, or refuse; where logins are uniform with `LOGIN_FAILED`, whatever was wrong.

    A phone that waits for its confirmation is confirmed in the portal's pages, not here.
    """
    verifier = scope.verifier()
    if not verifier.policy.uniform_login:
        return complete_challenge(verifier, token=token, response=response, client=scope.client())
    try:
        proof = answer_uniform_login(verifier, token=token, response=response, client=scope.client())
    except RefusalError as refusal:
        if refusal.reason in _TOLD:
            raise
        raise RefusalError(Reason.LOGIN_FAILED, attempts_remaining=refusal.attempts_remaining) from None
    if not isinstance(proof, Authenticated):
        raise RefusalError(Reason.LOGIN_FAILED)
    return proof
