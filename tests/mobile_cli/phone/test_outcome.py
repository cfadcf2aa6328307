"""What the glass says of a user who is new on the phone: active, or waiting with a code to type elsewhere."""

from typing import cast

import pytest

from authsim.authenticator.activate import Activated
from mobile_cli.phone.frame import Glass
from mobile_cli.phone.screens.request import tell_activated
from mobile_cli.phone.words import en, ja
from tests.support.phones import make_account, make_phone


class Reader:
    """A glass that only reads its words."""

    def __init__(self, words: dict[str, str]) -> None:
        self.words = words

    def say(self, key: str, **facts: object) -> str:
        return self.words[key].format(**facts)


@pytest.mark.parametrize("words", [en.WORDS, ja.WORDS], ids=["en", "ja"])
def test_a_confirmation_is_told_with_its_code(words: dict[str, str]) -> None:
    """Where the portal asks for a confirmation, its code stands in the sentence, and nothing says active."""
    glass = cast("Glass", Reader(dict(words)))
    account = make_account()
    waiting = Activated(phone=make_phone(), account=account, confirmation="12345678")
    active = Activated(phone=make_phone(), account=account, confirmation=None)

    assert "12345678" in tell_activated(glass, waiting)
    assert tell_activated(glass, active) == words["active_text"].format(user=account.label)
    assert tell_activated(glass, active, key="recovered") == words["recovered"]
