"""Everything that is signed, with the inputs of the protocol's vectors: who builds it, from what, with whose key."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from authsim.protocol.add_user import add_user_finish_transcript, add_user_start_transcript
from authsim.protocol.device_session import device_session_transcript, device_state_transcript
from authsim.protocol.messages import activate_reply_transcript, activate_request_transcript
from authsim.protocol.push import push_decision_transcript
from authsim.secret import Secret
from tests.support.online import CONTEXT, INPUTS, KEYS, hex_bytes

PORTAL = {"instance_id": INPUTS["instance_id"], "origin": INPUTS["origin"]}
OFFER = {
    "client_nonce": hex_bytes("client_nonce"),
    "dsk": bytes.fromhex(KEYS["device_sign_pk"]),
    "dkx": bytes.fromhex(KEYS["device_kx_pk"]),
    "psk": bytes.fromhex(KEYS["portal_sign_pk"]),
    "suite": "classic6",
    "label": INPUTS["device_label"],
}
NONCES = {
    "device_id": INPUTS["device_id"],
    "server_nonce": hex_bytes("server_nonce"),
    "client_nonce": hex_bytes("client_nonce"),
}


class Signed(NamedTuple):
    """Something that is signed: who builds it, from what, with whose key, and which vector is its signature."""

    build: Callable[..., bytes]
    given: Mapping[str, Any]
    signer: str
    vector: str = ""


SIGNED = {
    "A1": Signed(activate_request_transcript, PORTAL | OFFER | {"code_id": KEYS["code_id"]}, "device"),
    "A2": Signed(
        activate_reply_transcript,
        PORTAL
        | OFFER
        | {
            "code_id": INPUTS["request_id"],
            "user_id": INPUTS["user_id"],
            "device_id": INPUTS["device_id"],
            "server_nonce": hex_bytes("server_nonce"),
            "iat": INPUTS["iat"],
            "exp": INPUTS["exp"],
            "pkx": bytes.fromhex(KEYS["portal_kx_pk"]),
            "user_label": INPUTS["user_label"],
        },
        "portal",
        "adduser_reply_sig",
    ),
    "B1": Signed(
        add_user_start_transcript, PORTAL | OFFER | {"username": INPUTS["username"]}, "device", "adduser_start_sig"
    ),
    "B2": Signed(
        add_user_finish_transcript,
        PORTAL
        | OFFER
        | {"username": INPUTS["username"], "flow_id": INPUTS["request_id"], "code": Secret(INPUTS["sms_code"])},
        "device",
        "adduser_finish_sig",
    ),
    "session": Signed(
        device_session_transcript,
        PORTAL | NONCES | {"counter": INPUTS["session_counter"]},
        "device",
        "device_session_sig",
    ),
    "state": Signed(device_state_transcript, PORTAL | NONCES | {"state": "suspended"}, "portal"),
    "decision": Signed(
        push_decision_transcript,
        PORTAL
        | {
            "user_id": INPUTS["user_id"],
            "device_id": INPUTS["device_id"],
            "request_id": INPUTS["request_id"],
            "purpose": INPUTS["purpose"],
            "server_nonce": hex_bytes("server_nonce"),
            "number": INPUTS["number"],
            "decision": INPUTS["decision"],
            "context": CONTEXT,
            "iat": INPUTS["iat"],
            "exp": INPUTS["push_exp"],
            "counter": INPUTS["push_counter"],
        },
        "device",
        "push_sig",
    ),
}


def build(name: str, **changes: object) -> bytes:
    """Return a transcript of the vectors' inputs, with changes."""
    return SIGNED[name].build(**{**SIGNED[name].given, **changes})
