import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authsim.errors import MessageError
from authsim.protocol import keys
from authsim.protocol.codes import compute_challenge_response
from authsim.protocol.messages import activate_reply_transcript, activate_request_transcript
from authsim.protocol.suite import SUITES
from authsim.secret import Secret
from tests.support.vectors import load_vectors

VECTORS = load_vectors("protocol")
NEGATIVE = load_vectors("protocol_negative")
INPUTS = VECTORS["inputs"]
KEYS = VECTORS["keys"]

private_keys = st.binary(min_size=32, max_size=32)


def secret(name: str) -> Secret:
    """Return a secret input of the vectors."""
    return Secret(bytes.fromhex(INPUTS[name]))


def public(name: str) -> bytes:
    """Return a public key of the vectors."""
    return bytes.fromhex(KEYS[name])


def request_transcript(suite: str) -> bytes:
    """Return RT of the vectors."""
    return activate_request_transcript(
        instance_id=INPUTS["instance_id"],
        origin=INPUTS["origin"],
        code_id=KEYS["code_id"],
        client_nonce=bytes.fromhex(INPUTS["client_nonce"]),
        dsk=public("device_sign_pk"),
        dkx=public("device_kx_pk"),
        psk=public("portal_sign_pk"),
        suite=suite,
        label=INPUTS["device_label"],
    )


def reply_transcript(suite: str) -> bytes:
    """Return ST of the vectors."""
    return activate_reply_transcript(
        instance_id=INPUTS["instance_id"],
        origin=INPUTS["origin"],
        user_id=INPUTS["user_id"],
        device_id=INPUTS["device_id"],
        code_id=KEYS["code_id"],
        server_nonce=bytes.fromhex(INPUTS["server_nonce"]),
        client_nonce=bytes.fromhex(INPUTS["client_nonce"]),
        iat=INPUTS["iat"],
        exp=INPUTS["exp"],
        dsk=public("device_sign_pk"),
        dkx=public("device_kx_pk"),
        psk=public("portal_sign_pk"),
        pkx=public("portal_kx_pk"),
        suite=suite,
        label=INPUTS["device_label"],
        user_label=INPUTS["user_label"],
    )


def test_public_keys_are_those_of_the_vectors() -> None:
    """Ed25519 and X25519 public keys follow from their private bytes."""
    assert keys.signing_public_key(secret("portal_sign_seed")) == public("portal_sign_pk")
    assert keys.signing_public_key(secret("device_sign_seed")) == public("device_sign_pk")
    assert keys.agreement_public_key(secret("device_kx_private")) == public("device_kx_pk")
    assert keys.agreement_public_key(secret("portal_kx_private")) == public("portal_kx_pk")


def test_the_code_gives_an_id_and_two_keys() -> None:
    """Look-up id, MAC key and pre-shared key are those of the vectors, and no secret shows in the repr."""
    derived = keys.derive_activation_keys(secret("code"))
    assert derived.code_id == KEYS["code_id"]
    assert derived.mac == Secret(bytes.fromhex(KEYS["code_mac"]))
    assert derived.psk == Secret(bytes.fromhex(KEYS["code_psk"]))
    assert KEYS["code_mac"] not in repr(derived)


@pytest.mark.parametrize("length", [0, 15, 17, 32])
def test_a_code_has_16_bytes(length: int) -> None:
    """Any other length is the caller's mistake."""
    with pytest.raises(ValueError, match="16 bytes"):
        keys.derive_activation_keys(Secret(bytes(length)))


@pytest.mark.parametrize("suite", SUITES)
def test_the_activation_vectors_hold(suite: str) -> None:
    """Both transcripts, their signatures and MAC, the seed and the confirmation are those of the vectors."""
    vectors = VECTORS[suite]
    request, reply = request_transcript(suite), reply_transcript(suite)
    assert request.hex() == vectors.get("activate_req_tlv", request.hex())
    assert reply.hex() == vectors.get("activate_resp_tlv", reply.hex())
    assert hashlib.sha256(request).hexdigest() == vectors["activate_req_sha256"]
    assert hashlib.sha256(reply).hexdigest() == vectors["activate_resp_sha256"]
    derived = keys.derive_activation_keys(secret("code"))
    assert keys.compute_mac(derived.mac, request).hex() == vectors["activate_req_mac"]
    assert keys.sign(secret("device_sign_seed"), request).hex() == vectors["activate_req_sig"]
    assert keys.sign(secret("portal_sign_seed"), reply).hex() == vectors["activate_resp_sig"]
    shared = keys.compute_shared(secret("portal_kx_private"), public("device_kx_pk"))
    seed = keys.derive_seed(derived.psk, shared, reply)
    assert seed.reveal().hex() == vectors["ocra_seed"]
    challenge = keys.derive_confirmation(suite, derived.psk, shared, reply)
    assert challenge == vectors["confirm_challenge"]
    response = compute_challenge_response(suite, seed, challenge=challenge, purpose=8)
    assert response == vectors["confirm_response"]


def test_both_ends_agree_on_the_shared_secret() -> None:
    """X25519 gives the portal and the phone the value of the vectors."""
    for private, peer in (("device_kx_private", "portal_kx_pk"), ("portal_kx_private", "device_kx_pk")):
        assert keys.compute_shared(secret(private), public(peer)).reveal().hex() == KEYS["x25519_shared"]


@given(private_keys, private_keys)
def test_any_two_ends_agree(one: bytes, other: bytes) -> None:
    """Key agreement commutes for any two private keys."""
    mine, yours = Secret(one), Secret(other)
    assert keys.compute_shared(mine, keys.agreement_public_key(yours)) == keys.compute_shared(
        yours, keys.agreement_public_key(mine)
    )


def test_the_seed_needs_the_code_the_agreement_and_the_transcript() -> None:
    """Change any of the three, or the purpose of the derivation, and another seed results."""
    psk, shared, reply = Secret(bytes(32)), Secret(b"s" * 32), b"transcript"
    seeds = [
        keys.derive_seed(psk, shared, reply).reveal(),
        keys.derive_seed(Secret(b"p" * 32), shared, reply).reveal(),
        keys.derive_seed(psk, Secret(b"t" * 32), reply).reveal(),
        keys.derive_seed(psk, shared, reply + b"x").reveal(),
    ]
    assert len(set(seeds)) == 4


def test_every_byte_of_the_request_is_under_its_mac() -> None:
    """One changed byte anywhere in RT no longer fits the MAC or the signature."""
    suite = "strict10"
    request = request_transcript(suite)
    key = keys.derive_activation_keys(secret("code")).mac
    mac = bytes.fromhex(VECTORS[suite]["activate_req_mac"])
    signature = bytes.fromhex(VECTORS[suite]["activate_req_sig"])
    keys.require_mac(key, request, mac)
    keys.require_signature(public("device_sign_pk"), request, signature)
    for place in range(len(request)):
        changed = bytearray(request)
        changed[place] ^= 1
        with pytest.raises(MessageError):
            keys.require_mac(key, bytes(changed), mac)
        with pytest.raises(MessageError):
            keys.require_signature(public("device_sign_pk"), bytes(changed), signature)


def test_the_mac_has_its_own_key() -> None:
    """A MAC made with the pre-shared key, and a truncated one, are refused."""
    request = request_transcript("strict10")
    derived = keys.derive_activation_keys(secret("code"))
    for mac in (keys.compute_mac(derived.psk, request), keys.compute_mac(derived.mac, request)[:-1], b""):
        with pytest.raises(MessageError):
            keys.require_mac(derived.mac, request, mac)


def test_a_reply_signed_by_another_key_is_refused() -> None:
    """A2 counts only under the key that the QR code named."""
    reply = reply_transcript("classic6")
    signature = keys.sign(secret("device_sign_seed"), reply)
    with pytest.raises(MessageError):
        keys.require_signature(public("portal_sign_pk"), reply, signature)


@pytest.mark.parametrize("length", [0, 63, 65])
def test_a_signature_has_64_bytes(length: int) -> None:
    """A signature of another length does not fit, and is no crash."""
    with pytest.raises(MessageError):
        keys.require_signature(public("portal_sign_pk"), b"", bytes(length))


@given(private_keys)
def test_honest_signing_keys_are_accepted(seed: bytes) -> None:
    """The public key of any private seed passes."""
    pk = keys.signing_public_key(Secret(seed))
    assert keys.require_signing_key(pk) == pk


@pytest.mark.parametrize("text", NEGATIVE["low_order_signing_keys"] + NEGATIVE["unreduced_signing_keys"])
def test_signing_keys_that_anyone_can_sign_for_are_refused(text: str) -> None:
    """All points of low order and all unreduced spellings are refused, also by the verification itself."""
    pk = bytes.fromhex(text)
    with pytest.raises(MessageError):
        keys.require_signing_key(pk)
    with pytest.raises(MessageError):
        keys.require_signature(pk, b"message", b"\1" + bytes(63))


def test_all_21_encodings_are_there() -> None:
    """Seven points in both signs, and seven unreduced coordinates."""
    assert len(set(NEGATIVE["low_order_signing_keys"])) == 14
    assert len(set(NEGATIVE["unreduced_signing_keys"])) == 7


@pytest.mark.parametrize("length", [0, 31, 33])
def test_public_keys_have_32_bytes(length: int) -> None:
    """A key of another length is malformed."""
    with pytest.raises(MessageError):
        keys.require_signing_key(bytes(length))
    with pytest.raises(MessageError):
        keys.compute_shared(secret("device_kx_private"), bytes(length))


@pytest.mark.parametrize("text", NEGATIVE["low_order_agreement_keys"])
def test_agreement_keys_that_fix_the_secret_are_refused(text: str) -> None:
    """A peer key that leads to the all-zero secret is malformed."""
    with pytest.raises(MessageError):
        keys.compute_shared(secret("device_kx_private"), bytes.fromhex(text))


def test_the_fingerprint_is_for_eyes() -> None:
    """Eight groups of four hexadecimal digits from SHA-256 of the key."""
    assert keys.fingerprint(public("portal_sign_pk")) == "3475 0f98 bd59 fcfc 946d a45a aabe 933b"
