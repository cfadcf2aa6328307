"""A stranger's device, written from the document alone, against the vectors; the live portal is another test's."""

import ast
import json
import sys
from pathlib import Path

import pytest

from tests.interop import second_device
from tests.interop.second_device import Account, Pending, Portal, RefusedError, SecondDevice
from tests.support.vectors import load_vectors

VECTORS = load_vectors("protocol")
NEGATIVE = load_vectors("protocol_negative")
INPUTS = VECTORS["inputs"]
SUITES = ("classic6", "strict10")


def pending_of(suite: str) -> Pending:
    """Return the pending record of the vectors."""
    portal = Portal(
        bytes.fromhex(INPUTS["instance_id"]), INPUTS["origin"], bytes.fromhex(VECTORS["keys"]["portal_sign_pk"]), suite
    )
    return Pending(
        portal,
        bytes.fromhex(INPUTS["code"]),
        bytes.fromhex(INPUTS["device_sign_seed"]),
        bytes.fromhex(INPUTS["device_kx_private"]),
        bytes.fromhex(INPUTS["client_nonce"]),
        INPUTS["device_label"],
        INPUTS["origin"],
    )


def reply_of(suite: str) -> dict[str, object]:
    """Return the members of A2 of the vectors."""
    return {
        "v": 1,
        "device_id": INPUTS["device_id"],
        "user_id": INPUTS["user_id"],
        "user_label": INPUTS["user_label"],
        "pkx": second_device.b64u(bytes.fromhex(VECTORS["keys"]["portal_kx_pk"])),
        "sn": second_device.b64u(bytes.fromhex(INPUTS["server_nonce"])),
        "iat": INPUTS["iat"],
        "exp": INPUTS["exp"],
        "sig": second_device.b64u(bytes.fromhex(VECTORS[suite]["activate_resp_sig"])),
    }


def accept(suite: str, **changes: object) -> Account:
    """Let the device judge A2 of the vectors, with changes."""
    return second_device.accept_reply(pending_of(suite), json.dumps(reply_of(suite) | changes).encode())


def test_it_shares_no_line_with_the_product() -> None:
    """The device imports the standard library and one library of primitives, and nothing of AuthSim."""
    tree = ast.parse(Path(second_device.__file__).read_text(encoding="utf-8"))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in names} <= sys.stdlib_module_names | {"cryptography"}


@pytest.mark.parametrize("suite", SUITES)
def test_it_makes_the_request_of_the_vectors(suite: str) -> None:
    """A1 has the members, the MAC and the signature of the vectors, and is the same bytes each time."""
    body = second_device.build_request(pending_of(suite))
    request = json.loads(body)
    assert request["mac"] == second_device.b64u(bytes.fromhex(VECTORS[suite]["activate_req_mac"]))
    assert request["sig"] == second_device.b64u(bytes.fromhex(VECTORS[suite]["activate_req_sig"]))
    assert request["code_id"] == VECTORS["keys"]["code_id"]
    assert second_device.build_request(pending_of(suite)) == body


@pytest.mark.parametrize("suite", SUITES)
def test_it_derives_the_seed_of_the_vectors(suite: str) -> None:
    """From A2 of the vectors it arrives at the same seed and knows whose it is."""
    account = accept(suite)
    assert account.seed.hex() == VECTORS[suite]["ocra_seed"]
    assert account.user_label == INPUTS["user_label"]


@pytest.mark.parametrize("suite", SUITES)
def test_it_gives_the_responses_of_the_vectors(suite: str) -> None:
    """Each challenge of the vectors has its response, grouped or not."""
    device = SecondDevice()
    device.account = accept(suite)
    for vector in VECTORS[suite]["responses"]:
        purpose = vector.get("purpose", int(vector["challenge"][0]))
        for typed in (vector["challenge"], f"{vector['challenge'][:3]} {vector['challenge'][3:]}"):
            assert device.respond(typed, purpose) == vector["response"]


@pytest.mark.parametrize("suite", SUITES)
def test_it_refuses_challenges_that_no_portal_issues(suite: str) -> None:
    """The negative challenges of the vectors are refused."""
    device = SecondDevice()
    device.account = accept(suite)
    for text in NEGATIVE["challenges"][suite].values():
        with pytest.raises(RefusedError):
            device.respond(text)


def test_it_refuses_a_purpose_that_the_challenge_does_not_have() -> None:
    """A strict10 challenge to log in is not answered for anything else."""
    device = SecondDevice()
    device.account = accept("strict10")
    with pytest.raises(RefusedError):
        device.respond("1123456787", 3)


@pytest.mark.parametrize(
    "changes",
    [
        {"user_label": "someone"},
        {"user_label": "a\u202eb"},
        {"device_id": INPUTS["user_id"]},
        {"iat": INPUTS["iat"] + 1},
        {"iat": True},
        {"exp": -1},
        {"pkx": second_device.b64u(bytes(32))},
        {"sig": second_device.b64u(bytes(64))},
        {"sig": 7},
        {"sn": "AA=="},
        {"v": 2},
        {"extra": 1},
    ],
    ids=repr,
)
def test_it_refuses_a_reply_that_the_portal_did_not_sign(changes: dict[str, object]) -> None:
    """Any change in A2 is noticed."""
    with pytest.raises(RefusedError):
        accept("classic6", **changes)


def test_it_reads_the_uri_of_the_vectors() -> None:
    """The QR code of the vectors says which portal, and which code."""
    portal, code = second_device.read_uri(VECTORS["uri"])
    assert portal == pending_of("strict10").portal
    assert code.hex() == INPUTS["code"]
    assert second_device.read_session_id(VECTORS["session_id"].lower()) == code


@pytest.mark.parametrize("text", NEGATIVE["uris"].values(), ids=NEGATIVE["uris"])
def test_it_refuses_other_uris(text: str) -> None:
    """The negative URIs of the vectors are refused."""
    with pytest.raises(RefusedError):
        second_device.read_uri(text)


@pytest.mark.parametrize("text", NEGATIVE["session_ids"].values(), ids=NEGATIVE["session_ids"])
def test_it_refuses_other_session_ids(text: str) -> None:
    """The negative Session IDs of the vectors are refused."""
    with pytest.raises(RefusedError):
        second_device.read_session_id(text)


@pytest.mark.parametrize("text", NEGATIVE["low_order_signing_keys"] + NEGATIVE["unreduced_signing_keys"])
def test_it_refuses_portals_that_anyone_could_sign_for(text: str) -> None:
    """A portal key of low order, or not reduced, is no portal."""
    with pytest.raises(RefusedError):
        Portal(bytes(16), "http://127.0.0.1:8765", bytes.fromhex(text), "classic6")


def test_it_knows_nothing_before_it_is_activated() -> None:
    """Without an account there is no response, without a pending record nothing to resume."""
    for act in (SecondDevice().resume, lambda: SecondDevice().respond("123456")):
        with pytest.raises(RefusedError):
            act()
