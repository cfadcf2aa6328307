"""A username and a password as somebody typed them, before they are sent."""

from authsim.errors import MessageError, Reason, RefusalError
from authsim.protocol.encodings import require_text
from authsim.protocol.members import MOST_LABEL_BYTES, require_password
from authsim.secret import Secret


def require_credentials(username: str, password: Secret) -> None:
    """Refuse with `WRONG_PASSWORD` what no portal would read as credentials: nothing, far too much, or no text."""
    try:
        require_text(username, most_bytes=MOST_LABEL_BYTES)
        require_password(password.reveal_text())
    except (MessageError, UnicodeError):
        raise RefusalError(Reason.WRONG_PASSWORD) from None
