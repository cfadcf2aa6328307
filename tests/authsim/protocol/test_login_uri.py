"""The QR code of a login."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authsim.errors import MessageError
from authsim.protocol.activation_uri import parse_activation_uri
from authsim.protocol.login_uri import LoginUri, format_login_uri, parse_login_uri
from tests.support.online import INPUTS, ONLINE, VECTORS

VECTOR = LoginUri(
    instance_id=INPUTS["instance_id"],
    origin=INPUTS["origin"],
    request_id=INPUTS["request_id"],
    expires_s=INPUTS["push_exp"] // 1_000,
)
TEXT: str = ONLINE["login_uri"]

ids = st.binary(min_size=16, max_size=16).map(bytes.hex)
origins = st.builds(
    lambda scheme, host, port: f"{scheme}://{host}{port}",
    st.sampled_from(["http", "https"]),
    st.sampled_from(["localhost", "127.0.0.1", "[::1]", "portal.example"]),
    st.just("") | st.integers(min_value=1, max_value=65_535).map(lambda port: f":{port}"),
)


def test_the_vector_holds_both_ways() -> None:
    """The URI of the vectors is written and read, and carries no code."""
    assert format_login_uri(VECTOR).reveal_text() == TEXT
    assert parse_login_uri(TEXT) == VECTOR


@given(
    st.builds(
        LoginUri,
        instance_id=ids,
        origin=origins,
        request_id=ids,
        expires_s=st.integers(min_value=0, max_value=2**53 - 1),
    )
)
def test_every_uri_is_read_as_it_was_written(uri: LoginUri) -> None:
    """Any portal, request and expiry survive the QR code."""
    assert parse_login_uri(format_login_uri(uri).reveal_text()) == uri


@pytest.mark.parametrize(
    "text",
    [
        "",
        TEXT[:-1].replace("x=175000006", "x="),
        TEXT + "&x=1",
        TEXT + "&z=1",
        TEXT + "\n",
        " " + TEXT,
        TEXT.replace("&x=", f"&r={INPUTS['request_id']}&x="),
        TEXT.replace("login/1", "login/2"),
        TEXT.replace("authsim", "AUTHSIM"),
        TEXT.replace("r=30", "r=3"),
        TEXT.replace("3a3b", "3A3B"),
        TEXT.replace("x=1", "x=01"),
        TEXT.replace("x=1750000060", "x=9007199254740993"),
        TEXT.replace("x=1750000060", "x=-1"),
        TEXT.replace("%3A8765", "%3a8765"),
        TEXT.replace("%3A8765", "%3A8765%2Fx"),
        TEXT.replace("%2F%2F127", "%2F%2Fa%40127"),
        TEXT.replace("http", "HTTP"),
        TEXT.replace("127.0.0.1", "127.0.0.1" + "0" * 500),
        VECTORS["uri"],
    ],
)
def test_other_uris_are_refused(text: str) -> None:
    """Order, spelling and lengths are fixed, and the QR code of an activation is not one of a login."""
    with pytest.raises(MessageError):
        parse_login_uri(text)


def test_no_beginning_of_a_uri_is_one() -> None:
    """Cut anywhere before its expiry, it is refused; a cut expiry is another one, which no phone judges."""
    for length in range(TEXT.index("&x=") + 4):
        with pytest.raises(MessageError):
            parse_login_uri(TEXT[:length])


def test_a_login_is_no_activation() -> None:
    """A phone that activates does not take the QR code of a login."""
    with pytest.raises(MessageError):
        parse_activation_uri(TEXT)


@pytest.mark.parametrize(
    "changes",
    [{"instance_id": "0"}, {"request_id": "0"}, {"origin": "127.0.0.1"}, {"expires_s": -1}],
    ids=repr,
)
def test_what_cannot_be_read_is_not_written(changes: dict[str, object]) -> None:
    """The writer keeps the reader's rules."""
    with pytest.raises(MessageError):
        format_login_uri(replace(VECTOR, **changes))  # type: ignore[arg-type]
