"""The authenticator's half, where an adapter leaves it to the kit: a suite of RFC 6287 and the key of a user."""

from authsim.conformance.target import Abilities, MalformedAnswerError
from authsim.errors import MessageError
from authsim.protocol.ocra import compute_response


def compute(abilities: Abilities, key: bytes, *, challenge: str, purpose: str) -> str:
    """Return what an authenticator with `key` answers.

    Raises `MalformedAnswerError` when the suite has no such challenge.
    """
    try:
        return compute_response(abilities.suite or "", key, question=challenge, session=abilities.inputs.get(purpose))
    except MessageError as error:
        raise MalformedAnswerError(f"a challenge was issued that its suite does not have: {error}") from None
