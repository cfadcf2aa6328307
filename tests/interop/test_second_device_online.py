"""The stranger's device where it needs a network, against the vectors; the live portal is another test's."""

import ast
import dataclasses
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.interop import second_device_online as online
from tests.interop.second_device import Account, Portal, RefusedError, b64u, compute
from tests.interop.second_device_online import Enrolment, InactiveError, OnlineDevice, Request
from tests.support.vectors import load_vectors

VECTORS = load_vectors("protocol")
INPUTS, KEYS, ONLINE = VECTORS["inputs"], VECTORS["keys"], VECTORS["online"]
SN, CN = bytes.fromhex(INPUTS["server_nonce"]), bytes.fromhex(INPUTS["client_nonce"])
PORTAL = Portal(
    bytes.fromhex(INPUTS["instance_id"]), INPUTS["origin"], bytes.fromhex(KEYS["portal_sign_pk"]), "classic6"
)
ACCOUNT = Account(
    PORTAL, "alice", INPUTS["device_id"], INPUTS["user_id"], bytes.fromhex(INPUTS["device_sign_seed"]), bytes(32)
)
REQUEST = Request(
    request_id=INPUTS["request_id"],
    purpose=1,
    ip=INPUTS["client_address"],
    agent=INPUTS["client_agent"],
    place=INPUTS["client_place"],
    sn=SN,
    iat=INPUTS["iat"],
    exp=INPUTS["push_exp"],
    digits=6,
    state="issued",
)
MEMBERS = {
    "request_id": REQUEST.request_id,
    "purpose": 1,
    "context": {"ip": REQUEST.ip, "agent": REQUEST.agent, "place": REQUEST.place},
    "sn": b64u(SN),
    "iat": REQUEST.iat,
    "exp": REQUEST.exp,
    "digits": 6,
    "state": "issued",
}


def enrolment() -> Enrolment:
    """Return the enrolment of the vectors, its flow known."""
    made = Enrolment(PORTAL, INPUTS["username"], label=INPUTS["device_label"])
    made.dsk = bytes.fromhex(INPUTS["device_sign_seed"])
    made.dkx = bytes.fromhex(INPUTS["device_kx_private"])
    made.cn, made.flow_id = CN, bytes.fromhex(INPUTS["request_id"])
    return made


def reply(**changes: object) -> bytes:
    """Return the reply to B2 of the vectors, with changes."""
    members: dict[str, Any] = {
        "v": 1,
        "device_id": INPUTS["device_id"],
        "user_id": INPUTS["user_id"],
        "user_label": INPUTS["user_label"],
        "pkx": b64u(bytes.fromhex(KEYS["portal_kx_pk"])),
        "sn": b64u(SN),
        "iat": INPUTS["iat"],
        "exp": INPUTS["exp"],
        "sig": b64u(bytes.fromhex(ONLINE["adduser_reply_sig"])),
    }
    return json.dumps(members | changes).encode()


def signature_of(body: bytes) -> str:
    """Return the signature in a message, hex."""
    text = str(json.loads(body)["sig"])
    return online.unb64u(text, 64).hex()


def test_it_shares_no_line_with_the_product() -> None:
    """It imports the standard library, one library of primitives, and the stranger's first half."""
    tree = ast.parse(Path(online.__file__).read_text(encoding="utf-8"))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert "tests.interop.second_device" in names
    names.discard("tests.interop.second_device")
    assert {name.partition(".")[0] for name in names} <= sys.stdlib_module_names | {"cryptography"}


def test_it_makes_the_messages_of_the_vectors() -> None:
    """B1, B2, the question for a session and each decision have the signatures of the vectors."""
    ours = enrolment()
    assert signature_of(ours.build_start("secret")) == ONLINE["adduser_start_sig"]
    assert signature_of(ours.build_finish(INPUTS["sms_code"])) == ONLINE["adduser_finish_sig"]
    assert ours.build_finish(INPUTS["sms_code"]) == ours.build_finish(INPUTS["sms_code"])
    assert signature_of(online.build_session_request(ACCOUNT, SN, CN, 8)) == ONLINE["device_session_sig"]
    assert signature_of(online.build_decision(ACCOUNT, REQUEST, 1, "042917", 7)) == ONLINE["push_sig"]
    quiet = dataclasses.replace(REQUEST, digits=0)
    for decision, name in ((1, "push_approve_sig"), (2, "push_deny_sig"), (3, "push_report_sig")):
        assert signature_of(online.build_decision(ACCOUNT, quiet, decision, "", 9)) == ONLINE[name]


def test_it_derives_the_seed_of_the_vectors() -> None:
    """The texted code gives the seed that answers a challenge as the vectors say."""
    account = enrolment().accept_finish(INPUTS["sms_code"], reply())
    assert account.seed.hex() == ONLINE["adduser_seed"]
    assert compute("classic6", account.seed, "123456", 1) == ONLINE["adduser_response"]


@pytest.mark.parametrize(
    "changes", [{"user_label": "bob"}, {"exp": 1}, {"sn": b64u(bytes(32))}, {"sig": b64u(bytes(64))}, {"more": 1}]
)
def test_it_refuses_a_reply_that_the_portal_did_not_sign(changes: dict[str, object]) -> None:
    """Any change in the reply is noticed."""
    with pytest.raises(RefusedError):
        enrolment().accept_finish(INPUTS["sms_code"], reply(**changes))


def test_it_reads_the_request_of_the_vectors() -> None:
    """What it reads is what it shows and signs."""
    assert online.read_request(MEMBERS) == REQUEST


@pytest.mark.parametrize(
    "changes",
    [
        {"purpose": 0},
        {"digits": 7},
        {"state": "open"},
        {"sn": "AA"},
        {"context": {"ip": "", "agent": ""}},
        {"context": {"ip": "", "agent": "a\u202eb", "place": ""}},
        {"context": {"ip": "", "agent": 1, "place": ""}},
        {"number": "042917"},
    ],
    ids=repr,
)
def test_it_refuses_other_requests(changes: dict[str, object]) -> None:
    """A request has exactly its members, and nothing in it that must not be shown."""
    with pytest.raises(RefusedError):
        online.read_request(MEMBERS | changes)


@pytest.mark.parametrize(
    ("decision", "number"), [(1, ""), (1, "42917"), (1, "٠٤٢٩١٧"), (2, "042917"), (3, "1"), (4, "")]
)
def test_it_signs_no_decision_that_would_be_refused(decision: int, number: str) -> None:
    """A number has the digits that are asked for, and stands only where something is approved."""
    with pytest.raises(RefusedError):
        online.build_decision(ACCOUNT, REQUEST, decision, number, 7)


def test_it_believes_the_portal_alone_about_itself() -> None:
    """The vectors' word on the device is heard; without the portal's signature, or for other nonces, it is not."""

    def state(word: str, signature: str) -> bytes:
        return json.dumps({"v": 1, "state": word, "sig": b64u(bytes.fromhex(signature))}).encode()

    for word, signature in ONLINE["device_state_sigs"].items():
        with pytest.raises(InactiveError, match=word):
            online.read_session(ACCOUNT, SN, CN, state(word, signature))
        for forged in ("00" * 64, ONLINE["device_session_sig"]):
            with pytest.raises(RefusedError, match="not signed"):
                online.read_session(ACCOUNT, SN, CN, state(word, forged))
        with pytest.raises(RefusedError, match="not signed"):
            online.read_session(ACCOUNT, SN, bytes(16), state(word, signature))


def test_it_reads_the_login_uri_of_the_vectors() -> None:
    """The QR code of a login says which portal and which request; of another portal's it wants nothing."""
    assert online.read_login_uri(ONLINE["login_uri"]) == (PORTAL.instance_id, PORTAL.origin, INPUTS["request_id"])
    for text in (VECTORS["uri"], ONLINE["login_uri"] + "&k=1", ONLINE["login_uri"].replace("%3A87", "%3a87")):
        with pytest.raises(RefusedError):
            online.read_login_uri(text)
    with pytest.raises(RefusedError, match="our portal"):
        OnlineDevice(ACCOUNT).scan(ONLINE["login_uri"].replace("8765", "8766"))
