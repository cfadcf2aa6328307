"""What is signed: each field counts, each context is its own, and the values are those of the vectors."""

import dataclasses
import hashlib
import hmac

import pytest

from authsim.errors import MessageError
from authsim.protocol import keys
from authsim.protocol.add_user import code_transcript, derive_text_psk
from authsim.protocol.device_session import nonce_transcript
from authsim.protocol.push import context_digest
from authsim.secret import Secret
from tests.support.online import CONTEXT, INPUTS, KEYS, NO_CONTEXT, ONLINE, SIGNING_KEYS, hex_bytes
from tests.support.signed import SIGNED, build

FIELDS = [(name, field) for name, signed in SIGNED.items() for field in signed.given]


def others(value: object) -> list[object]:
    """Return values that a field might have in the place of `value`."""
    if isinstance(value, bytes):
        return [bytes([value[0] ^ 1]) + value[1:], value[:-1] + bytes([value[-1] ^ 0x80])]
    if isinstance(value, Secret):
        return [Secret("40718254"), Secret("4071825"), Secret("040718253")]
    if isinstance(value, int):
        return [value ^ 1, value + 2]
    if isinstance(value, str) and len(value) == 32:
        return [f"{int(value, 16) ^ bit:032x}" for bit in (1, 1 << 127)]
    if value == "classic6":
        return ["strict10"]
    if value == CONTEXT:
        return [
            NO_CONTEXT,
            *(dataclasses.replace(CONTEXT, **{name: "x"}) for name in ("ip", "agent", "place")),
            dataclasses.replace(CONTEXT, ip=CONTEXT.agent, agent=CONTEXT.ip),
            dataclasses.replace(CONTEXT, ip=CONTEXT.ip + CONTEXT.agent, agent=""),
        ]
    text = str(value)
    return [f"{text}0", text[:-1], ""]


@pytest.mark.parametrize("name", [name for name, signed in SIGNED.items() if signed.vector])
def test_the_signatures_are_those_of_the_vectors(name: str) -> None:
    """Each signature that the vectors give is made of the same inputs."""
    signed = SIGNED[name]
    assert keys.sign(SIGNING_KEYS[signed.signer], build(name)).hex() == ONLINE[signed.vector]


def test_the_transcripts_are_those_of_the_vectors() -> None:
    """Byte for byte; the decision has 283 bytes."""
    assert build("B1").hex() == ONLINE["adduser_start_tlv"]
    assert build("B2").hex() == ONLINE["adduser_finish_tlv"]
    assert build("session").hex() == ONLINE["device_session_tlv"]
    assert build("decision").hex() == ONLINE["push_tlv"]
    assert len(build("decision")) == 283
    assert context_digest(CONTEXT).hex() == ONLINE["context_digest"]
    assert hashlib.sha256(bytes.fromhex(ONLINE["context_tlv"])).digest() == context_digest(CONTEXT)


@pytest.mark.parametrize("state", sorted(ONLINE["device_state_sigs"]))
def test_the_portal_s_word_on_a_device_is_that_of_the_vectors(state: str) -> None:
    """Suspended, revoked and replaced are signed differently."""
    signature = keys.sign(SIGNING_KEYS["portal"], build("state", state=state))
    assert signature.hex() == ONLINE["device_state_sigs"][state]


@pytest.mark.parametrize(
    ("vector", "decision"), [("push_approve_sig", 1), ("push_deny_sig", 2), ("push_report_sig", 3)]
)
def test_a_decision_without_a_number_is_that_of_the_vectors(vector: str, decision: int) -> None:
    """An empty number is a field of no bytes."""
    transcript = build("decision", decision=decision, number="", counter=INPUTS["reply_counter"])
    assert keys.sign(SIGNING_KEYS["device"], transcript).hex() == ONLINE[vector]


@pytest.mark.parametrize(("name", "field"), FIELDS)
def test_each_field_is_signed(name: str, field: str) -> None:
    """Change one value and the transcript is another: what was signed before does not cover it."""
    signed = SIGNED[name]
    key = SIGNING_KEYS[signed.signer]
    signature = keys.sign(key, build(name))
    for other in others(signed.given[field]):
        changed = build(name, **{field: other})
        assert changed != build(name)
        with pytest.raises(MessageError):
            keys.require_signature(keys.signing_public_key(key), changed, signature)


@pytest.mark.parametrize("name", SIGNED)
def test_no_byte_of_a_transcript_may_change(name: str) -> None:
    """One flipped bit anywhere, or one byte more or less, and the signature no longer fits."""
    key = SIGNING_KEYS[SIGNED[name].signer]
    public, transcript = keys.signing_public_key(key), build(name)
    signature = keys.sign(key, transcript)
    keys.require_signature(public, transcript, signature)
    damaged = [transcript[:-1], transcript[1:], transcript + b"\0"]
    for place in range(len(transcript)):
        changed = bytearray(transcript)
        changed[place] ^= 1
        damaged.append(bytes(changed))
    for changed in map(bytes, damaged):
        with pytest.raises(MessageError):
            keys.require_signature(public, changed, signature)


@pytest.mark.parametrize("name", SIGNED)
@pytest.mark.parametrize("other", SIGNED)
def test_a_signature_counts_for_one_thing(name: str, other: str) -> None:
    """What was signed to open a session approves nothing, B1 is not B2, and so on for every pair, under one key."""
    key = SIGNING_KEYS["device"]
    signature = keys.sign(key, build(name))
    if name == other:
        keys.require_signature(keys.signing_public_key(key), build(other), signature)
        return
    with pytest.raises(MessageError):
        keys.require_signature(keys.signing_public_key(key), build(other), signature)


def test_the_same_fields_under_another_context_are_another_message() -> None:
    """The context alone separates two signatures, whatever they sign."""
    key = SIGNING_KEYS["device"]
    decision = build("decision")
    for context in (b"device-session", b"adduser-req", b"push-context", b"device-state", b"activate-req"):
        moved = decision.replace(b"push-decision", context, 1)
        assert moved != decision
        with pytest.raises(MessageError):
            keys.require_signature(keys.signing_public_key(key), decision, keys.sign(key, moved))


def test_a_texted_code_at_rest_is_that_of_the_vectors() -> None:
    """Its MAC under the pepper is bound to user and flow: moved to either, it fits nothing."""
    given = {"user_id": INPUTS["user_id"], "flow_id": INPUTS["request_id"], "code": INPUTS["sms_code"]}
    mac = hmac.digest(hex_bytes("pepper"), code_transcript(**given), "sha256")
    assert mac.hex() == ONLINE["sms_hash"]
    for change in ({"user_id": INPUTS["device_id"]}, {"flow_id": INPUTS["user_id"]}, {"code": "40718254"}):
        assert code_transcript(**given | change) != code_transcript(**given)


def test_the_seed_of_a_texted_code_is_that_of_the_vectors() -> None:
    """The code stands in the place of the activation's own, and needs the flow; the reply gives the seed."""
    psk = derive_text_psk(Secret(INPUTS["sms_code"]), INPUTS["request_id"])
    assert psk.reveal().hex() == ONLINE["text_psk"]
    seed = keys.derive_seed(psk, Secret(bytes.fromhex(KEYS["x25519_shared"])), build("A2"))
    assert seed.reveal().hex() == ONLINE["adduser_seed"]
    assert hashlib.sha256(build("A2")).hexdigest() == ONLINE["adduser_reply_sha256"]
    assert derive_text_psk(Secret("40718254"), INPUTS["request_id"]) != psk
    assert derive_text_psk(Secret(INPUTS["sms_code"]), INPUTS["user_id"]) != psk


def test_a_nonce_belongs_to_one_device_and_instant() -> None:
    """What the portal authenticates in a nonce differs for another device and another millisecond."""
    one = nonce_transcript(device_id=INPUTS["device_id"], issued_ms=INPUTS["iat"])
    assert one.startswith(b"authsim/1\0device-nonce\0")
    assert one != nonce_transcript(device_id=INPUTS["user_id"], issued_ms=INPUTS["iat"])
    assert one != nonce_transcript(device_id=INPUTS["device_id"], issued_ms=INPUTS["iat"] + 1)


@pytest.mark.parametrize("name", SIGNED)
def test_an_id_that_is_none_is_never_signed(name: str) -> None:
    """A malformed id does not reach a transcript, whoever asks for it."""
    for field in SIGNED[name].given:
        if field.endswith("_id"):
            for value in ("", "00" * 15, "00" * 17, "AB" * 16, "zz" * 16):
                with pytest.raises(MessageError):
                    build(name, **{field: value})
