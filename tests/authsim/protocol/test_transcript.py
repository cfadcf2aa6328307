import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authsim.errors import MessageError
from authsim.protocol.keys import require_signature, sign, signing_public_key
from authsim.protocol.transcript import Tag, encode_transcript, u8, u16, u32, u64
from authsim.secret import Secret
from tests.support.vectors import load_vectors

VECTORS = load_vectors("protocol")
INPUTS = VECTORS["inputs"]
PLANNED = VECTORS["planned"]
KEYSTORE = VECTORS["keystore"]

fields = st.dictionaries(st.sampled_from(Tag), st.binary(max_size=40)).map(lambda d: sorted(d.items()))
contexts = st.from_regex(r"[a-z][a-z0-9-]{0,20}", fullmatch=True)


def given_bytes(name: str) -> bytes:
    """Return an input of the vectors."""
    return bytes.fromhex(INPUTS[name])


def push_transcript(context: str = "push-decision") -> bytes:
    """Return the transcript of the push vector, built from its inputs."""
    context_tlv = encode_transcript(
        "push-context",
        [
            (Tag.CLIENT_ADDRESS, INPUTS["client_address"].encode()),
            (Tag.CLIENT_AGENT, INPUTS["client_agent"].encode()),
            (Tag.CLIENT_PLACE, INPUTS["client_place"].encode()),
        ],
    )
    assert context_tlv.hex() == PLANNED["context_tlv"]
    digest = hashlib.sha256(context_tlv).digest()
    assert digest.hex() == PLANNED["context_digest"]
    return encode_transcript(
        context,
        [
            (Tag.INSTANCE_ID, given_bytes("instance_id")),
            (Tag.ORIGIN, INPUTS["origin"].encode()),
            (Tag.USER_ID, given_bytes("user_id")),
            (Tag.DEVICE_ID, given_bytes("device_id")),
            (Tag.FLOW_ID, given_bytes("request_id")),
            (Tag.PURPOSE, u8(INPUTS["purpose"])),
            (Tag.SERVER_NONCE, given_bytes("server_nonce")),
            (Tag.NUMBER, INPUTS["number"].encode()),
            (Tag.DECISION, u8(INPUTS["decision"])),
            (Tag.CONTEXT_DIGEST, digest),
            (Tag.ISSUED_AT, u64(INPUTS["iat"])),
            (Tag.EXPIRES_AT, u64(INPUTS["push_exp"])),
            (Tag.DEVICE_COUNTER, u64(INPUTS["push_counter"])),
        ],
    )


def test_the_push_vector_holds() -> None:
    """Transcript and signature of a push decision are those of the vectors, and the transcript has 283 bytes."""
    transcript = push_transcript()
    assert transcript.hex() == PLANNED["push_tlv"]
    assert len(transcript) == 283
    assert sign(Secret(given_bytes("device_sign_seed")), transcript).hex() == PLANNED["push_sig"]


def test_a_signature_counts_in_its_own_context_only() -> None:
    """The same fields signed under another context are another message."""
    seed = Secret(given_bytes("device_sign_seed"))
    signature = sign(seed, push_transcript("device-session"))
    with pytest.raises(MessageError):
        require_signature(signing_public_key(seed), push_transcript(), signature)


def test_the_device_session_vector_holds() -> None:
    """The signature that opens a device session is that of the vectors."""
    transcript = encode_transcript(
        "device-session",
        [
            (Tag.INSTANCE_ID, given_bytes("instance_id")),
            (Tag.ORIGIN, INPUTS["origin"].encode()),
            (Tag.DEVICE_ID, given_bytes("device_id")),
            (Tag.SERVER_NONCE, given_bytes("server_nonce")),
            (Tag.CLIENT_NONCE, given_bytes("client_nonce")),
            (Tag.DEVICE_COUNTER, u64(INPUTS["session_counter"])),
        ],
    )
    assert sign(Secret(given_bytes("device_sign_seed")), transcript).hex() == PLANNED["device_session_sig"]


def test_the_stored_sms_code_vector_holds() -> None:
    """A short code at rest is its HMAC under the pepper, bound to user and flow."""
    transcript = encode_transcript(
        "otp-at-rest",
        [
            (Tag.USER_ID, given_bytes("user_id")),
            (Tag.FLOW_ID, given_bytes("request_id")),
            (Tag.NUMBER, INPUTS["sms_code"].encode()),
        ],
    )
    assert hmac.digest(given_bytes("pepper"), transcript, "sha256").hex() == PLANNED["sms_hash"]


def test_the_keystore_vectors_hold() -> None:
    """What binds the two ciphertexts of a phone's keystore is that of the vectors."""
    wrap = encode_transcript(
        "keystore-wrap",
        [
            (Tag.KEYSTORE_ID, bytes.fromhex(KEYSTORE["ksid"])),
            (Tag.KDF_NAME, b"argon2id"),
            (Tag.KDF_COSTS, u32(KEYSTORE["m_kib"]) + u32(KEYSTORE["t"]) + u32(KEYSTORE["p"])),
            (Tag.KDF_SALT, bytes.fromhex(KEYSTORE["salt"])),
            (Tag.KEYSTORE_BINDING, KEYSTORE["binding"].encode()),
            (Tag.AEAD_NAME, KEYSTORE["aead"].encode()),
        ],
    )
    body = encode_transcript(
        "keystore-body",
        [
            (Tag.KEYSTORE_ID, bytes.fromhex(KEYSTORE["ksid"])),
            (Tag.AEAD_NAME, KEYSTORE["aead"].encode()),
            (Tag.GENERATION, u64(KEYSTORE["generation"])),
        ],
    )
    assert wrap.hex() == KEYSTORE["wrap_aad"]
    assert body.hex() == KEYSTORE["body_aad"]


@pytest.mark.parametrize(
    "tags", [(Tag.ORIGIN, Tag.INSTANCE_ID), (Tag.ORIGIN, Tag.ORIGIN), (Tag.INSTANCE_ID, Tag.USER_ID, Tag.ORIGIN)]
)
def test_tags_strictly_ascend(tags: tuple[Tag, ...]) -> None:
    """A repeated tag, or tags out of order, are the caller's mistake."""
    with pytest.raises(ValueError, match="ascend"):
        encode_transcript("activate-req", [(tag, b"") for tag in tags])


@pytest.mark.parametrize("context", ["", "Activate", "activate req", "activate\0", "-a", "é", "1a", "a\n"])
def test_a_context_cannot_hold_what_ends_it(context: str) -> None:
    """A context is lower-case ASCII, so that a zero byte always ends it."""
    with pytest.raises(ValueError, match="context"):
        encode_transcript(context, [])


@given(contexts, fields, contexts, fields)
def test_no_two_values_share_a_transcript(
    one: str, these: list[tuple[Tag, bytes]], other: str, those: list[tuple[Tag, bytes]]
) -> None:
    """Transcripts are equal only if context, tags and values are."""
    same = (one, these) == (other, those)
    assert (encode_transcript(one, these) == encode_transcript(other, those)) == same


def test_numbers_have_fixed_widths() -> None:
    """Numbers are big-endian in 1, 2, 4 and 8 bytes, and never wrap."""
    assert [u8(1), u16(1), u32(1), u64(1)] == [b"\1", b"\0\1", b"\0\0\0\1", b"\0\0\0\0\0\0\0\1"]
    for write, bits in ((u8, 8), (u16, 16), (u32, 32), (u64, 64)):
        assert write(2**bits - 1) == b"\xff" * (bits // 8)
        for number in (2**bits, -1):
            with pytest.raises(OverflowError):
                write(number)
