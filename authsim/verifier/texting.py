"""The one text that the portal sends: the code that adds a device, in the reader's language.

The last words follow the format that lets a phone tell for which site a code is: `@host #code`.
"""

from authsim.model import TextMessage, User
from authsim.secret import Secret
from authsim.verifier import Verifier
from authsim.verifier.sealing import seal_text

_ENGLISH = '[SIMULATION] AuthSim code {code} adds device "{label}" to {name}. Never tell anyone. @localhost #{code}'
_JAPANESE = (
    "[SIMULATION] AuthSim コード {code} で、端末「{label}」が {name} に追加されます。"
    "誰にも教えないでください。 @localhost #{code}"
)


def write_text(verifier: Verifier, user: User, number: str, *, label: str, code: Secret, now_ms: int) -> TextMessage:
    """Return the text with the code, sealed for the inbox of `number`; the user's name is masked in it."""
    pattern = _JAPANESE if user.locale == "ja" else _ENGLISH
    text = pattern.format(code=code.reveal_text(), label=label, name=mask_name(user.name))
    return TextMessage(number=number, body=seal_text(verifier, Secret(text), number=number), sent_ms=now_ms)


def mask_name(name: str) -> str:
    """Return a user name as a text may show it: the first two letters and three stars."""
    return f"{name[:2]}***"
