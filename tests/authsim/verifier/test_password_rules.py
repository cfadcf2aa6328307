"""Which passwords may be set: long enough everywhere, and in the hardened profile none that is tried first."""

import pytest

from authsim.errors import MessageError
from authsim.policy import HARDENED
from authsim.profiles import PROFILES
from authsim.secret import Secret
from authsim.verifier.password_rules import MOST_CHARACTERS, require_strength
from tests.support.people import Town


@pytest.fixture
def hardened() -> Town:
    """A portal of the hardened profile."""
    return Town(policy=PROFILES[HARDENED])


@pytest.mark.parametrize("text", ["x" * 8, "x" * 128, "ä" * 8, "a\u0308" * 8, "パスワード八文字", "password"])
def test_in_classic_long_enough_is_enough(town: Town, text: str) -> None:
    """Eight to 128 code points after NFC; any of them."""
    require_strength(town.verifier, Secret(text), name="alice")


def test_the_least_length_is_policy(town: Town) -> None:
    """A stricter portal says its own number."""
    with pytest.raises(MessageError, match="20 to 128"):
        require_strength(town.under(password_least_characters=20).verifier, Secret("x" * 19), name="alice")


@pytest.mark.parametrize("length", [14, MOST_CHARACTERS + 1])
def test_hardened_refuses_one_too_few_and_one_too_many(hardened: Town, length: int) -> None:
    """14 and 129 code points are refused, however they are made up."""
    with pytest.raises(MessageError, match="15 to 128"):
        require_strength(hardened.verifier, Secret(_mix(length)), name="alice")


@pytest.mark.parametrize("length", [15, 16, MOST_CHARACTERS - 1, MOST_CHARACTERS])
def test_hardened_takes_its_limits(hardened: Town, length: int) -> None:
    """15 to 128 code points are taken; nothing is cut off."""
    require_strength(hardened.verifier, Secret(_mix(length)), name="alice")


@pytest.mark.parametrize(
    "text",
    [
        "correct horse battery",
        "correct-horse-alice",
        "bafod-kusid-hogam-jusot-pamil",
        "長い合い言葉をここに書きましたよ",
        "847264920174628",
    ],
)
def test_hardened_takes_what_nobody_tries_first(hardened: Town, text: str) -> None:
    """Words in a row are fine, also with the name among them: the whole password is compared, not a part."""
    require_strength(hardened.verifier, Secret(text), name="alice")


@pytest.mark.parametrize(
    "text",
    [
        "Password1234567",
        "123456789012345",
        "543210987654321",
        "qwertyuiopasdfgh",
        "abcdefghijklmnop",
        "aaaaaaaaaaaaaaa",
        "abcabcabcabcabc",
        "alice-alice-2026",
        "AuthSim-alice-1!",
        "authsim.password.2026",
        "1qaz2wsx3edc4rfv",
        "!!iloveyou!!2026",
    ],
)
def test_hardened_refuses_what_is_tried_first(hardened: Town, text: str) -> None:
    """Common passwords and what people make of them, runs, repetitions, the user's name and the service's."""
    with pytest.raises(MessageError, match="tried first") as caught:
        require_strength(hardened.verifier, Secret(text), name="alice")
    assert text not in str(caught.value)


def test_the_list_is_long_and_names_its_source() -> None:
    """More than ten thousand passwords, none of them empty, and none of the file's head among them."""
    from authsim.adapters.common_passwords import read_common_passwords

    listed = read_common_passwords()

    assert len(listed) > 10_000
    assert "password" in listed
    assert all(text == text.lower() and "Django" not in text for text in listed)
    assert "" not in listed


def _mix(length: int) -> str:
    """Return that many code points in no order that is a run or a repetition."""
    return "".join(chr(97 + (index * index + 3 * index + index // 7) % 26) for index in range(length))
