"""What an answer is for, as a person says it, and which of these hand over more than one login."""

from typing import Final

from authsim.protocol.codes import Purpose
from mobile_cli.exits import Exit, PhoneError

#: `log-in`, `add-device`, `secure-login` and so on; the numbers of the protocol mean the same.
NAMES: Final = {purpose.name.lower().replace("_", "-"): purpose for purpose in Purpose}

#: What a person may choose on the glass where the challenge does not say it.
CHOSEN: Final = tuple(range(Purpose.LOG_IN, Purpose.RECOVERY + 1))

_GRAVE: Final = range(Purpose.ADD_DEVICE, Purpose.RECOVERY + 1)


def read_purpose(text: str) -> Purpose:
    """Return the purpose that a name or a number of the protocol means."""
    numbered = {str(int(purpose)): purpose for purpose in Purpose}
    found = NAMES.get(text) or numbered.get(text)
    if found is None:
        raise PhoneError(Exit.USAGE, "unknown_purpose", purpose=text, names=", ".join(NAMES))
    return found


def is_grave(purpose: int) -> bool:
    """Say whether a purpose is asked for once more, by what it does."""
    return purpose in _GRAVE
