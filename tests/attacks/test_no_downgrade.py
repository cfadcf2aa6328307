"""Attack: talking one end into an older version, a weaker suite, or a text that lies."""

import json
from dataclasses import replace

import pytest

from authsim.errors import MessageError, Reason
from authsim.protocol.activation_uri import parse_activation_uri
from authsim.protocol.messages import format_activate_request, parse_activate_request
from authsim.protocol.suite import CLASSIC6, STRICT10
from authsim.verifier.redemption import redeem
from tests.support.device import TestPhone
from tests.support.people import Person, Town, refused

SUITES = [
    "",
    "classic",
    "CLASSIC6",
    "classic6 ",
    "strict10\n",
    "OCRA-1:HOTP-SHA1-6:QN08",
    "OCRA-1:HOTP-SHA256-8:QN06",
    "OCRA-1:HOTP-SHA256-8:QN06-S063",
    "ocra-1:hotp-sha256-8:qn10",
    None,
    1,
    ["classic6"],
]


def body_with(alice: Person, phone: TestPhone, **members: object) -> bytes:
    """Return a genuine A1 with other members put in."""
    attempt = phone.scan(alice.sees_code(alice.enters()))
    return json.dumps(json.loads(format_activate_request(attempt.request)) | members, ensure_ascii=False).encode()


@pytest.mark.parametrize("suite", SUITES, ids=repr)
def test_a_suite_that_the_protocol_does_not_have(town: Town, alice: Person, phone: TestPhone, suite: object) -> None:
    """There is nothing to negotiate: the message is malformed and burns nothing."""
    before = len(town.events())
    body = body_with(alice, phone, suite=suite)

    with pytest.raises(MessageError):
        redeem(town.verifier, parse_activate_request(body))

    assert (Reason.ACTIVATION_MISMATCH) not in [reason for _, reason in town.events()[before:]]
    assert alice.device is None


@pytest.mark.parametrize(("portal", "device"), [(CLASSIC6, STRICT10), (STRICT10, CLASSIC6)])
def test_the_other_suite_of_the_protocol(portal: str, device: str) -> None:
    """A phone that was talked into the other suite is refused, genuinely signed as its request is."""
    town = Town(suite=portal)
    alice, phone = town.adds("alice"), town.sells_phone()
    attempt = phone.scan(alice.sees_code(alice.enters()))
    attempt.uri = replace(attempt.uri, suite=device)

    with refused(Reason.ACTIVATION_MISMATCH):
        redeem(town.verifier, phone.ask(attempt))
    assert alice.device is None


def test_a_suite_that_is_changed_on_the_way(town: Town, alice: Person, phone: TestPhone) -> None:
    """Changing only the member breaks the MAC; what comes back is not for the phone either."""
    with refused(Reason.ACTIVATION_MISMATCH):
        redeem(town.verifier, parse_activate_request(body_with(alice, phone, suite=STRICT10)))
    assert alice.device is None


@pytest.mark.parametrize("version", [0, 2, -1, "1", 1.0, True, None], ids=repr)
def test_another_version(alice: Person, phone: TestPhone, version: object) -> None:
    """Version 1 is a number and the only one."""
    with pytest.raises(MessageError):
        parse_activate_request(body_with(alice, phone, v=version))


@pytest.mark.parametrize(
    "label",
    ["", "a\x00b", "a\x1b]0;x\x07", "a\u202eb", "a\u2066b", "a\x85b", "e\u0301", "x" * 65, "ä" * 33, None, 1],
    ids=repr,
)
def test_a_label_that_would_lie_on_a_screen(alice: Person, phone: TestPhone, label: object) -> None:
    """Controls, bidirectional overrides, other forms of the same text, and too much of it are malformed."""
    with pytest.raises(MessageError):
        parse_activate_request(body_with(alice, phone, label=label))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("authsim://activate/1?", "authsim://activate/2?"),
        ("authsim://activate/1?", "AUTHSIM://activate/1?"),
        ("authsim://", "otpauth://"),
        ("&s=classic6", ""),
        ("&s=classic6", "&s=classic5"),
        ("&s=classic6", "&s=classic6&s=strict10"),
        ("&s=classic6", "&s=classic6&v=0"),
    ],
)
def test_a_code_of_another_version_is_not_scanned(
    town: Town, alice: Person, phone: TestPhone, old: str, new: str
) -> None:
    """The phone reads this protocol's QR codes and no others."""
    text = alice.sees_code(alice.enters()).reveal_text()
    assert old in text

    with pytest.raises(MessageError):
        parse_activation_uri(text.replace(old, new))
    assert town.verifier.store.devices.active_of(alice.user.user_id) is None
    assert phone.seed is None


@pytest.mark.parametrize("name", ["code_id", "dsk", "dkx", "cn", "label", "suite", "mac", "sig", "v"])
def test_a_member_that_is_left_out(alice: Person, phone: TestPhone, name: str) -> None:
    """Nothing has a default that somebody could choose by silence."""
    members = json.loads(body_with(alice, phone))
    del members[name]

    with pytest.raises(MessageError):
        parse_activate_request(json.dumps(members).encode())
