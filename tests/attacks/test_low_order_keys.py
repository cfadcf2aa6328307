"""Attack: a public key that needs no private key, so that a device could deny, or anybody sign for it."""

from dataclasses import replace

import pytest

from authsim.errors import MessageError
from authsim.protocol.keys import compute_mac, derive_activation_keys
from authsim.protocol.messages import activate_request_transcript
from authsim.verifier.redemption import redeem
from tests.support.device import TestPhone
from tests.support.people import Person, Town

P = 2**255 - 19
# The y-coordinates of the Ed25519 points of low order, 0 and 1 also spelled p and p + 1; each with both sign bits.
ED25519_Y = [
    0,
    1,
    int.from_bytes(bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little"),
    int.from_bytes(bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"), "little"),
    P - 1,
    P,
    P + 1,
]
ED25519 = [(y | sign << 255).to_bytes(32, "little") for y in ED25519_Y for sign in (0, 1)]
# The u-coordinates whose X25519 result is all zeros (RFC 7748 section 6.1; the list is that of cr.yp.to/ecdh.html).
X25519 = [
    u.to_bytes(32, "little")
    for u in (
        0,
        1,
        325606250916557431795983626356110631294008115727848805560023387167927233504,
        39382357235489614581723060781553021112529911719440698176882885853963445705823,
        P - 1,
        P,
        P + 1,
    )
]
#: A signature that holds for many messages under a key of low order: R is the identity, S is zero.
FORGED = (1).to_bytes(32, "little") + bytes(32)


@pytest.mark.parametrize("dsk", ED25519, ids=lambda key: key.hex()[:8] + key.hex()[-2:])
@pytest.mark.parametrize("is_forged", [True, False])
def test_a_signing_key_of_low_order(
    town: Town, alice: Person, phone: TestPhone, dsk: bytes, *, is_forged: bool
) -> None:
    """All 14 encodings are malformed, with a fitting MAC and a forged signature as well; nothing is burnt."""
    attempt = phone.scan(alice.sees_code(alice.enters()))
    request = replace(attempt.request, dsk=dsk)
    transcript = activate_request_transcript(
        instance_id=attempt.uri.instance_id,
        origin=attempt.uri.origin,
        code_id=request.code_id,
        client_nonce=request.cn,
        dsk=dsk,
        dkx=request.dkx,
        psk=attempt.uri.psk,
        suite=request.suite,
        label=request.label,
    )
    mac = compute_mac(derive_activation_keys(attempt.uri.code).mac, transcript)
    before = town.events()

    with pytest.raises(MessageError):
        redeem(town.verifier, replace(request, mac=mac, sig=FORGED if is_forged else request.sig))

    assert town.events() == before
    assert alice.device is None
    redeem(town.verifier, attempt.request)
    assert alice.device is not None


@pytest.mark.parametrize("y", [P + 2, P + 18, 2**255 - 1])
def test_a_signing_key_that_is_not_canonical(town: Town, alice: Person, phone: TestPhone, y: int) -> None:
    """A second spelling of a point is refused: two encodings of one key are two identities."""
    attempt = phone.scan(alice.sees_code(alice.enters()))

    with pytest.raises(MessageError):
        redeem(town.verifier, replace(attempt.request, dsk=y.to_bytes(32, "little")))


@pytest.mark.parametrize("dkx", X25519, ids=lambda key: key.hex()[:8] + key.hex()[-2:])
def test_an_agreement_key_of_low_order(town: Town, alice: Person, phone: TestPhone, dkx: bytes) -> None:
    """All seven lead to a shared secret that everybody knows, and are refused as malformed; nothing is burnt."""
    attempt = phone.scan(alice.sees_code(alice.enters()))
    before = town.events()

    with pytest.raises(MessageError):
        redeem(town.verifier, replace(attempt.request, dkx=dkx))

    assert town.events() == before
    redeem(town.verifier, attempt.request)
    assert alice.device is not None


def test_a_portal_key_of_low_order(town: Town, alice: Person, phone: TestPhone) -> None:
    """The phone refuses a reply whose agreement key is of low order, also before it asks who signed it."""
    attempt = phone.scan(alice.sees_code(alice.enters()))
    text = redeem(town.verifier, attempt.request)
    assert '"pkx":"' in text
    start = text.index('"pkx":"') + len('"pkx":"')
    zero = text[:start] + "A" * 43 + text[start + 43 :]

    with pytest.raises(MessageError):
        phone.accept(attempt, zero)
    assert phone.seed is None
