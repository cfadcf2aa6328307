"""Every label and sentence of the full-screen phone, by language; those that differ by platform end in its name."""

from collections.abc import Mapping

from authsim.authenticator.device import Platform


def words_of(language: str) -> Mapping[str, str]:
    """Return the words of a language, `en` or `ja`; both have the same keys with the same blanks."""
    if language == "ja":
        from mobile_cli.phone.words.ja import WORDS
    else:
        from mobile_cli.phone.words.en import WORDS
    return WORDS


def find_word(words: Mapping[str, str], key: str, platform: Platform) -> str:
    """Return the words for `key` as that platform says it."""
    return words.get(f"{key}_{platform.value}") or words[key]
