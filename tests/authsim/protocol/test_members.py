"""What every message of the phone's flows keeps, one table for all of them."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authsim.errors import MessageError
from authsim.protocol import credentials, members, trading
from authsim.secret import Secret
from tests.support.online import KINDS, PASSWORD, TOKEN

MEMBERS = [(kind, name) for kind, (value, write, _) in KINDS.items() for name in json.loads(write(value))]


def written(kind: str) -> dict[str, Any]:
    """Return the members of a good message of that kind."""
    value, write, _ = KINDS[kind]
    found: dict[str, Any] = json.loads(write(value))
    return found


def read(kind: str, found: object) -> object:
    """Read a message of that kind from JSON members."""
    return KINDS[kind][2](json.dumps(found).encode())


@pytest.mark.parametrize("kind", KINDS)
def test_a_message_is_read_as_it_was_written(kind: str) -> None:
    """Writing and reading give the same value; the text is compact and begins with its version."""
    value, write, parse = KINDS[kind]
    text = write(value)
    assert parse(text.encode()) == value
    assert text.startswith('{"v":1,"')
    assert '": ' not in text


@pytest.mark.parametrize(("kind", "name"), MEMBERS)
@pytest.mark.parametrize("value", [None, 1.5, -1, 2**53, ["x"], {}, "", "\ud800", [[]]], ids=repr)
def test_a_member_of_another_type_is_refused(kind: str, name: str, value: object) -> None:
    """Type confusion in any member of any message is a `MessageError`, never a crash."""
    found = written(kind)
    if (name, value) == ("number", ""):
        found["decision"] = 4  # an empty number is one: break the member beside it
    with pytest.raises(MessageError):
        read(kind, found | {name: value})


@pytest.mark.parametrize(("kind", "name"), MEMBERS)
def test_a_boolean_is_no_number(kind: str, name: str) -> None:
    """True where a number or text is expected is refused; the one flag of the protocol takes nothing else."""
    value = 1 if name == "seamless" else True
    with pytest.raises(MessageError):
        read(kind, written(kind) | {name: value})


@pytest.mark.parametrize(("kind", "name"), MEMBERS)
def test_no_member_may_be_missing(kind: str, name: str) -> None:
    """A message without one of its members is refused."""
    found = written(kind)
    del found[name]
    with pytest.raises(MessageError):
        read(kind, found)


@pytest.mark.parametrize("kind", KINDS)
def test_no_member_may_be_added(kind: str) -> None:
    """An unknown member is refused, not ignored."""
    with pytest.raises(MessageError):
        read(kind, written(kind) | {"admin": 1})


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("version", [0, 2, "1", True, None])
def test_only_version_1_is_spoken(kind: str, version: object) -> None:
    """Another version is refused, and a boolean is not a version."""
    with pytest.raises(MessageError):
        read(kind, written(kind) | {"v": version})


@pytest.mark.parametrize("kind", KINDS)
def test_no_beginning_of_a_message_is_one(kind: str) -> None:
    """A message cut at any byte is refused."""
    value, write, parse = KINDS[kind]
    body = write(value).encode()
    for length in range(len(body)):
        with pytest.raises(MessageError):
            parse(body[:length])


@pytest.mark.parametrize("kind", KINDS)
def test_a_flipped_bit_never_says_the_same(kind: str) -> None:
    """With any bit flipped a message is refused, or it says something else, which no signature of it covers."""
    value, write, parse = KINDS[kind]
    body = write(value).encode()
    for position in range(len(body) * 8):
        damaged = bytearray(body)
        damaged[position // 8] ^= 1 << position % 8
        try:
            assert parse(bytes(damaged)) != value
        except MessageError:
            continue


@given(st.sampled_from(sorted(KINDS)), st.binary(max_size=300))
def test_bytes_are_a_message_or_a_refusal(kind: str, body: bytes) -> None:
    """No bytes crash the reader."""
    with pytest.raises(MessageError):
        KINDS[kind][2](body)


@pytest.mark.parametrize("kind", KINDS)
def test_what_authenticates_does_not_show(kind: str) -> None:
    """Passwords, codes, tokens, typed numbers and signatures stay out of a message's repr."""
    value, write, _ = KINDS[kind]
    shown = repr(value)
    for name, member in json.loads(write(value)).items():
        if name in {"password", "code", "token", "session", "number"}:
            assert member not in shown
    assert "sig=" not in shown


@pytest.mark.parametrize(
    ("write", "parse"),
    [
        (credentials.format_credentials_reply, credentials.parse_credentials_reply),
        (trading.format_trading_done, trading.parse_trading_done),
    ],
)
def test_an_answer_without_members_is_its_version(write: Any, parse: Any) -> None:
    """*Right* and *done* say nothing but the version, and nothing else is read as them."""
    assert write() == '{"v":1}'
    parse(write().encode())
    for body in (b"{}", b'{"v":2}', b'{"v":1,"ok":1}', b""):
        with pytest.raises(MessageError):
            parse(body)


@given(st.text(min_size=1, max_size=200))
def test_any_typed_password_travels(text: str) -> None:
    """Whatever a person types as a password arrives as it was typed, controls and other scripts too."""
    assert members.require_password(text) == Secret(text)


@pytest.mark.parametrize("value", ["", "\udc80", "x" * 1_025, "馬" * 342, None, 7, b"x"], ids=repr)
def test_a_password_is_text_of_a_reasonable_length(value: object) -> None:
    """Empty, unspellable and endless passwords are malformed, and nothing but text is one."""
    with pytest.raises(MessageError):
        members.require_password(value)


def test_the_longest_password_passes() -> None:
    """1024 bytes of UTF-8 are taken."""
    assert len(members.require_password("x" * members.MOST_PASSWORD_BYTES)) == 1_024


@given(st.binary(min_size=32, max_size=32))
def test_a_token_is_32_bytes(value: bytes) -> None:
    """Any 256 bits in canonical base64url are a token."""
    from authsim.protocol.encodings import format_b64u

    assert members.require_token(format_b64u(value)).reveal_text() == format_b64u(value)


@pytest.mark.parametrize(
    "value",
    ["", "A" * 42, "A" * 44, "A" * 42 + "B", "A" * 42 + "=", "A" * 41 + "/A", "A" * 42 + "A\n", None, 7, b"A" * 43],
    ids=repr,
)
def test_other_tokens_are_refused(value: object) -> None:
    """Length, alphabet and spare bits are those of 32 bytes."""
    with pytest.raises(MessageError):
        members.require_token(value)


def test_the_words_for_a_device_that_answers_nothing() -> None:
    """Each is taken, and `active` is not one."""
    for word in members.INACTIVE:
        assert members.require_inactive(word) == word
    for value in ("active", "", "Suspended", None, 1, ["suspended"]):
        with pytest.raises(MessageError):
            members.require_inactive(value)


def test_the_fixtures_are_what_they_say() -> None:
    """The token of these tests is one, and their password is not all ASCII."""
    assert members.require_token(TOKEN.reveal_text()) == TOKEN
    assert not PASSWORD.reveal().isascii()
