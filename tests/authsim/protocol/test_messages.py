import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authsim.errors import MessageError
from authsim.protocol import messages
from authsim.protocol.suite import SUITES
from tests.support.vectors import load_vectors

VECTORS = load_vectors("protocol")
INPUTS = VECTORS["inputs"]
KEYS = VECTORS["keys"]

INFO = messages.InstanceInfo(
    instance_id=INPUTS["instance_id"],
    origin=INPUTS["origin"],
    psk=bytes.fromhex(KEYS["portal_sign_pk"]),
    suite="classic6",
)
REQUEST = messages.ActivateRequest(
    code_id=KEYS["code_id"],
    dsk=bytes.fromhex(KEYS["device_sign_pk"]),
    dkx=bytes.fromhex(KEYS["device_kx_pk"]),
    cn=bytes.fromhex(INPUTS["client_nonce"]),
    label=INPUTS["device_label"],
    suite="classic6",
    mac=bytes.fromhex(VECTORS["classic6"]["activate_req_mac"]),
    sig=bytes.fromhex(VECTORS["classic6"]["activate_req_sig"]),
)
REPLY = messages.ActivateReply(
    device_id=INPUTS["device_id"],
    user_id=INPUTS["user_id"],
    user_label=INPUTS["user_label"],
    pkx=bytes.fromhex(KEYS["portal_kx_pk"]),
    sn=bytes.fromhex(INPUTS["server_nonce"]),
    iat=INPUTS["iat"],
    exp=INPUTS["exp"],
    sig=bytes.fromhex(VECTORS["classic6"]["activate_resp_sig"]),
)
ERROR = messages.ErrorReply(error="auth_failed", ref="7f3a9c01")

KINDS = {
    "instance": (INFO, messages.format_instance, messages.parse_instance),
    "request": (REQUEST, messages.format_activate_request, messages.parse_activate_request),
    "reply": (REPLY, messages.format_activate_reply, messages.parse_activate_reply),
    "error": (ERROR, messages.format_error, messages.parse_error),
}
MEMBERS = [(kind, name) for kind, (value, write, _) in KINDS.items() for name in json.loads(write(value))]


def read(kind: str, members: object) -> object:
    """Read a message of that kind from JSON members."""
    return KINDS[kind][2](json.dumps(members).encode())


def written(kind: str) -> dict[str, Any]:
    """Return the members of a good message of that kind."""
    members: dict[str, Any] = json.loads(KINDS[kind][1](KINDS[kind][0]))
    return members


@pytest.mark.parametrize("kind", KINDS)
def test_a_message_is_read_as_it_was_written(kind: str) -> None:
    """Writing and reading give the same value; the text is compact and begins with its version."""
    value, write, parse = KINDS[kind]
    text = write(value)
    assert parse(text.encode()) == value
    assert text.startswith('{"v":1,"')
    assert " " not in text


@pytest.mark.parametrize(("kind", "name"), MEMBERS)
@pytest.mark.parametrize("value", [None, True, 1.5, -1, 2**53, [], ["x"], {}, "", "\n"], ids=repr)
def test_a_member_of_another_type_is_refused(kind: str, name: str, value: object) -> None:
    """Type confusion in any member of any message is a `MessageError`, never a crash."""
    with pytest.raises(MessageError):
        read(kind, written(kind) | {name: value})


@pytest.mark.parametrize(("kind", "name"), MEMBERS)
def test_no_member_may_be_missing(kind: str, name: str) -> None:
    """A message without one of its members is refused."""
    members = written(kind)
    del members[name]
    with pytest.raises(MessageError):
        read(kind, members)


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


@pytest.mark.parametrize("suite", SUITES)
def test_the_suite_may_be_named_or_spelled_out(suite: str) -> None:
    """A request with the OCRA text of a suite says the same as one with its name."""
    named = read("request", written("request") | {"suite": suite})
    spelled = read("request", written("request") | {"suite": SUITES[suite]})
    assert named == spelled
    assert named.suite == suite


@pytest.mark.parametrize("kind", ["request", "reply"])
def test_a_message_shows_no_signature_in_its_repr(kind: str) -> None:
    """What authenticates a message stays out of logs."""
    value = KINDS[kind][0]
    assert repr(value.sig) not in repr(value)


def test_text_in_other_scripts_travels_as_itself() -> None:
    """A label in Japanese is UTF-8 on the wire."""
    members = written("request") | {"label": "携帯電話"}
    assert messages.parse_activate_request(json.dumps(members, ensure_ascii=False).encode()).label == "携帯電話"


@given(st.sampled_from(sorted(KINDS)), st.binary(max_size=300))
def test_bytes_are_a_message_or_a_refusal(kind: str, body: bytes) -> None:
    """No bytes crash the reader."""
    with pytest.raises(MessageError):
        KINDS[kind][2](body)
