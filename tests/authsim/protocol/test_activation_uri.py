from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authsim.errors import MessageError
from authsim.protocol import activation_uri
from authsim.protocol.activation_uri import ActivationUri
from authsim.protocol.suite import SUITES
from authsim.secret import Secret
from tests.support.vectors import load_vectors

VECTORS = load_vectors("protocol")
NEGATIVE = load_vectors("protocol_negative")["uris"]

VECTOR = ActivationUri(
    instance_id=VECTORS["inputs"]["instance_id"],
    origin=VECTORS["inputs"]["origin"],
    psk=bytes.fromhex(VECTORS["keys"]["portal_sign_pk"]),
    code=Secret(bytes.fromhex(VECTORS["inputs"]["code"])),
    expires_s=VECTORS["inputs"]["expires_s"],
    suite="strict10",
)

labels = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?", fullmatch=True)
hosts = st.lists(labels, min_size=1, max_size=4).map(".".join) | st.just("[::1]")
origins = st.builds(
    lambda scheme, host, port: f"{scheme}://{host}{port}",
    st.sampled_from(["http", "https"]),
    hosts,
    st.just("") | st.integers(min_value=1, max_value=65_535).map(lambda port: f":{port}"),
)


def test_the_vector_holds_both_ways() -> None:
    """The URI of the vectors is written and read, has 182 characters, and its code does not show in a repr."""
    assert activation_uri.format_activation_uri(VECTOR).reveal_text() == VECTORS["uri"]
    assert activation_uri.parse_activation_uri(VECTORS["uri"]) == VECTOR
    assert len(VECTORS["uri"]) == 182
    assert "oKGi" not in repr(VECTOR)


@given(
    st.builds(
        ActivationUri,
        instance_id=st.binary(min_size=16, max_size=16).map(bytes.hex),
        origin=origins,
        psk=st.binary(min_size=32, max_size=32),
        code=st.binary(min_size=16, max_size=16).map(Secret),
        expires_s=st.integers(min_value=0, max_value=2**53 - 1),
        suite=st.sampled_from(list(SUITES)),
    )
)
def test_every_uri_is_read_as_it_was_written(uri: ActivationUri) -> None:
    """Any portal, key, code and expiry survive the QR code."""
    assert activation_uri.parse_activation_uri(activation_uri.format_activation_uri(uri).reveal_text()) == uri


@pytest.mark.parametrize("text", NEGATIVE.values(), ids=NEGATIVE)
def test_a_uri_has_one_spelling(text: str) -> None:
    """Any repetition, addition, omission, reordering or other spelling is refused."""
    with pytest.raises(MessageError):
        activation_uri.parse_activation_uri(text)


@pytest.mark.parametrize(
    "change", [{"origin": "http://x/"}, {"instance_id": "A" * 32}, {"suite": "x"}, {"expires_s": -1}]
)
def test_what_could_not_be_read_is_not_written(change: dict[str, Any]) -> None:
    """A value outside the protocol never becomes a QR code."""
    with pytest.raises(MessageError):
        activation_uri.format_activation_uri(replace(VECTOR, **change))


@pytest.mark.parametrize(
    "text",
    ["http://localhost", "https://sim.example:8443", "http://[::1]:5000", "http://127.0.0.1:65535", "http://a-b.c"],
)
def test_origins_are_scheme_host_and_port(text: str) -> None:
    """Names, addresses of both families and ports up to 65535 are origins."""
    assert activation_uri.require_origin(text) == text


@pytest.mark.parametrize(
    "text",
    ["", "localhost", "http://", "http://a/", "http://A", "HTTP://a", "http://a b", "http://a:0", "http://a:65536", "http://a:08",
     "http://u@a", "http://a?b", "http://a#b", "http://-a", "http://a-", "http://a..b", "http://a\n", "http://é", "ws://a",
     "http://[::1", "http://[g]", "http://" + "a" * 249, None, 7, b"http://a"],
    ids=repr,
)  # fmt: skip
def test_nothing_else_is_an_origin(text: object) -> None:
    """Paths, users, queries, upper case, other schemes and ports that do not exist are refused."""
    with pytest.raises(MessageError):
        activation_uri.require_origin(text)


def test_the_session_id_is_the_code_for_typing() -> None:
    """The code of the vectors is written in groups 5-5-5-5-6 and read back from what a person makes of it."""
    code = VECTOR.code
    assert activation_uri.format_session_id(code).reveal_text() == VECTORS["session_id"]
    for typed in (
        VECTORS["session_id"],
        VECTORS["session_id"].lower().replace("-", " "),
        "5OM6H-A7955-MTKTH-ADANE-PAVBNF",
    ):
        assert activation_uri.parse_session_id(typed) == code
