"""The one text that the portal sends: the code that adds a device, in the reader's language.

The last words follow the format that lets a phone tell for which site a code is: `@host #code`. The device is named by
whoever wants to add it, who may be a thief: the name must not pass for words of the portal.
"""

import unicodedata
from typing import Final

from authsim.model import TextMessage, User
from authsim.secret import Secret
from authsim.verifier import Verifier
from authsim.verifier.sealing import seal_text

_ENGLISH = '[SIMULATION] AuthSim code {code} adds device "{label}" to {name}. Never tell anyone. @localhost #{code}'
_JAPANESE = (
    "[SIMULATION] AuthSim コード {code} で、端末「{label}」が {name} に追加されます。"
    "誰にも教えないでください。 @localhost #{code}"
)

#: What a device's name may have in a text, beside letters, marks and digits of any script.
_HARMLESS: Final = frozenset(" '()+-._")


def write_text(verifier: Verifier, user: User, number: str, *, label: str, code: Secret, now_ms: int) -> TextMessage:
    """Return the text with the code, sealed for the inbox of `number`; the user's name is masked, `label` tamed."""
    pattern = _JAPANESE if user.locale == "ja" else _ENGLISH
    text = pattern.format(code=code.reveal_text(), label=tame_label(label), name=mask_name(user.name))
    return TextMessage(number=number, body=seal_text(verifier, Secret(text), number=number), sent_ms=now_ms)


def mask_name(name: str) -> str:
    """Return a user name as a text may show it: the first two letters and three stars."""
    return f"{name[:2]}***"


def tame_label(label: str) -> str:
    """Return a device's name as a text may show it: what could end the quotation, or offer a code, becomes a dot."""
    return "".join(
        character if character in _HARMLESS or unicodedata.category(character)[0] in "LMN" else "·"
        for character in label
    )
