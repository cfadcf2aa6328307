import pytest
from hypothesis import given
from hypothesis import strategies as st

from authsim.protocol.transcript import Tag, encode_transcript, u8, u16, u32, u64
from tests.support.vectors import load_vectors

KEYSTORE = load_vectors("protocol")["keystore"]

fields = st.dictionaries(st.sampled_from(Tag), st.binary(max_size=40)).map(lambda d: sorted(d.items()))
contexts = st.from_regex(r"[a-z][a-z0-9-]{0,20}", fullmatch=True)


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


@given(contexts, fields)
def test_every_transcript_begins_with_our_name(context: str, values: list[tuple[Tag, bytes]]) -> None:
    """What is signed here can be mistaken for nothing that another system signs."""
    assert encode_transcript(context, values).startswith(b"authsim/1\0" + context.encode() + b"\0")


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
