"""Which telephone numbers there are: fictional ones, so that no text could ever reach anybody."""

import re

from authsim.errors import MessageError

# Numbers that belong to nobody: 555-01xx of the North American plan, and Ofcom's range for drama.
_PHONE = re.compile(r"\+1[0-9]{3}55501[0-9]{2}|\+447700900[0-9]{3}", re.ASCII)
_PHONE_ORNAMENT = str.maketrans("", "", " -()[]")


def require_phone(text: str) -> str:
    """Return a fictional telephone number without blanks, hyphens and brackets; any other is a `MessageError`."""
    number = text.translate(_PHONE_ORNAMENT)
    if not _PHONE.fullmatch(number):
        raise MessageError("a telephone number is fictional: +1 AAA 555 01XX or +44 7700 900XXX")
    return number
