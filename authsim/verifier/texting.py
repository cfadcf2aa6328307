"""The texts that the portal sends, in the reader's language: each says what its code does, and for whom.

The last words follow the format that lets a phone tell for which site a code is: `@host #code`. The device is named by
whoever wants to add it, who may be a thief: the name must not pass for words of the portal.
"""

import enum
import unicodedata
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from authsim.model import Channel, TextMessage, User
from authsim.protocol.card_uri import CardUri, format_card_uri
from authsim.secret import Secret
from authsim.verifier import Verifier
from authsim.verifier.sealing import seal_text

_ENGLISH = '[SIMULATION] AuthSim code {code} adds device "{label}" to {name}. Never tell anyone. @localhost #{code}'
_JAPANESE = (
    "[SIMULATION] AuthSim コード {code} で、端末「{label}」が {name} に追加されます。"
    "誰にも教えないでください。 @localhost #{code}"
)


class Use(enum.Enum):
    """What a texted code does."""

    LOG_IN = "log_in"
    PROVE = "prove"
    VERIFY = "verify"


_END: Final = " @localhost #{code}"
_CODES: Final[Mapping[Use, tuple[str, str]]] = MappingProxyType(
    {
        Use.LOG_IN: (
            "AuthSim code {code} logs in {name}. Never tell anyone.",
            "AuthSim コード {code} で {name} がログインします。誰にも教えないでください。",
        ),
        Use.PROVE: (
            "AuthSim code {code} allows a change for {name}. Never tell anyone.",
            "AuthSim コード {code} で {name} の設定変更が許可されます。誰にも教えないでください。",
        ),
        Use.VERIFY: (
            "AuthSim code {code} verifies this number for {name}. Never tell anyone.",
            "AuthSim コード {code} で {name} の電話番号が確認されます。誰にも教えないでください。",
        ),
    }
)
_CALLS: Final = ("(voice call) ", "（音声通話）")
_PASSCODE: Final = (
    "[SIMULATION] AuthSim temporary passcode {code} for {name}, with capital letters. Never tell anyone.",
    "[SIMULATION] {name} の AuthSim 一時パスコードは {code} です（大文字）。誰にも教えないでください。",
)
_LETTER: Final = (
    "[SIMULATION] This stands for a letter: the security card no. {serial} of {name}. Never show anyone. {uri}",
    "[SIMULATION] 郵便の代わりです：{name} のセキュリティ・カード番号 {serial}。誰にも見せないでください。 {uri}",
)

#: What a device's name may have in a text, beside letters, marks and digits of any script.
_HARMLESS: Final = frozenset(" '()+-._")


def write_text(verifier: Verifier, user: User, number: str, *, label: str, code: Secret, now_ms: int) -> TextMessage:
    """Return the text with the code, sealed for the inbox of `number`; the user's name is masked, `label` tamed."""
    pattern = (_ENGLISH, _JAPANESE)[_place(user)]
    text = pattern.format(code=code.reveal_text(), label=tame_label(label), name=mask_name(user.name))
    return _seal(verifier, number, text, now_ms=now_ms)


def write_code(
    verifier: Verifier, user: User, number: str, *, use: Use, code: Secret, channel: Channel, now_ms: int
) -> TextMessage:
    """Return the text with a code that logs in, allows a change, or verifies a number; a call is spoken of as such."""
    place = _place(user)
    call = _CALLS[place] if channel is Channel.VOICE else ""
    pattern = f"[SIMULATION] {call}{_CODES[use][place]}{_END}"
    text = pattern.format(code=code.reveal_text(), name=mask_name(user.name))
    return _seal(verifier, number, text, now_ms=now_ms)


def write_passcode(verifier: Verifier, user: User, number: str, *, code: Secret, now_ms: int) -> TextMessage:
    """Return the text with a temporary passcode: nobody but its reader ever sees it."""
    text = _PASSCODE[_place(user)].format(code=code.reveal_text(), name=mask_name(user.name))
    return _seal(verifier, number, text, now_ms=now_ms)


def write_letter(verifier: Verifier, user: User, number: str, *, card: CardUri, now_ms: int) -> TextMessage:
    """Return the text that stands for the letter with a security card."""
    uri = format_card_uri(card).reveal_text()
    text = _LETTER[_place(user)].format(serial=card.serial, name=mask_name(user.name), uri=uri)
    return _seal(verifier, number, text, now_ms=now_ms)


def _place(user: User) -> int:
    return 1 if user.locale == "ja" else 0


def _seal(verifier: Verifier, number: str, text: str, *, now_ms: int) -> TextMessage:
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
