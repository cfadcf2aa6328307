"""Attack: somebody between phone and portal changes an activation on its way."""

from dataclasses import fields, replace
from typing import Any

import pytest

from authsim.errors import MessageError, Reason, RefusalError
from authsim.protocol.keys import agreement_public_key, compute_mac, derive_activation_keys, sign, signing_public_key
from authsim.protocol.messages import (
    ActivateRequest,
    activate_request_transcript,
    format_activate_request,
    parse_activate_request,
)
from authsim.secret import Secret
from authsim.verifier.redemption import redeem
from tests.support.device import Attempt, TestPhone
from tests.support.people import Person, Town, refused
from tests.support.ports import CountedEntropy, MemoryVault


def fresh_attempt(town: Town, alice: Person) -> Attempt:
    """Return an attempt with a code that nobody has touched."""
    return TestPhone(entropy=town.entropy).scan(alice.sees_code(alice.enters()))


@pytest.mark.parametrize("bit", [0x01, 0x20, 0x80])
def test_each_byte_of_the_request(town: Town, alice: Person, bit: int) -> None:
    """Flipped anywhere, A1 is malformed or refused: it enrols nobody."""
    length = len(format_activate_request(fresh_attempt(town, alice).request).encode())

    for position in range(length):
        body = bytearray(format_activate_request(fresh_attempt(town, alice).request).encode())
        assert len(body) == length
        body[position] ^= bit
        with pytest.raises((MessageError, RefusalError)):
            redeem(town.verifier, parse_activate_request(bytes(body)))

    assert town.verifier.store.devices.list_of(alice.user.user_id) == []


@pytest.mark.parametrize("bit", [0x01, 0x20, 0x80])
def test_each_byte_of_the_reply(town: Town, alice: Person, bit: int) -> None:
    """Flipped anywhere, A2 is not accepted: the phone keeps nothing."""
    attempt = fresh_attempt(town, alice)
    reply = redeem(town.verifier, attempt.request).encode()
    victim = TestPhone(entropy=town.entropy)

    for position in range(len(reply)):
        changed = bytearray(reply)
        changed[position] ^= bit
        with pytest.raises((MessageError, UnicodeDecodeError)):
            victim.accept(attempt, bytes(changed).decode())

    assert (victim.seed, victim.reply) == (None, None)
    victim.accept(attempt, reply.decode())
    assert victim.seed is not None


def other(value: Any) -> Any:
    """Return a value of the same type and length, and another content."""
    if isinstance(value, bytes):
        return bytes(byte ^ 0xFF for byte in value)
    return {"classic6": "strict10"}.get(value, value[::-1])


@pytest.mark.parametrize("name", [item.name for item in fields(ActivateRequest)])
def test_each_field_of_the_request(town: Town, alice: Person, name: str) -> None:
    """Replaced as a whole, no field is accepted."""
    request = fresh_attempt(town, alice).request

    with pytest.raises((MessageError, RefusalError)):
        redeem(town.verifier, replace(request, **{name: other(getattr(request, name))}))

    assert alice.device is None


def test_keys_that_are_swapped_with_a_fitting_signature(town: Town, alice: Person) -> None:
    """Who has keys but not the code signs what he likes: the MAC does not fit."""
    attempt = fresh_attempt(town, alice)
    dsk, dkx = Secret(b"a" * 32), Secret(b"b" * 32)
    transcript = activate_request_transcript(
        instance_id=attempt.uri.instance_id,
        origin=attempt.uri.origin,
        code_id=attempt.request.code_id,
        client_nonce=attempt.cn,
        dsk=signing_public_key(dsk),
        dkx=agreement_public_key(dkx),
        psk=attempt.uri.psk,
        suite=attempt.request.suite,
        label=attempt.request.label,
    )

    with refused(Reason.ACTIVATION_MISMATCH):
        redeem(
            town.verifier,
            replace(
                attempt.request,
                dsk=signing_public_key(dsk),
                dkx=agreement_public_key(dkx),
                sig=sign(dsk, transcript),
            ),
        )
    assert alice.device is None


def test_a_reply_of_another_portal(town: Town, alice: Person) -> None:
    """A fake portal that issues a code of its own cannot sign as the one in the QR code."""
    real = fresh_attempt(town, alice)
    fake = Town()
    fake.verifier = replace(fake.verifier, vault=MemoryVault(CountedEntropy("another portal")))
    mallory = fake.adds("alice")
    lured = Attempt(
        uri=replace(
            fresh_attempt(fake, mallory).uri,
            instance_id=real.uri.instance_id,
            psk=real.uri.psk,
        ),
        dsk=real.dsk,
        dkx=real.dkx,
        cn=real.cn,
    )
    victim = TestPhone(entropy=town.entropy)
    lured.request = victim.ask(lured)

    with pytest.raises((MessageError, RefusalError)):
        victim.accept(lured, redeem(fake.verifier, lured.request))
    assert victim.seed is None


def test_a_reply_to_another_request(town: Town, alice: Person) -> None:
    """A genuine reply to bob's phone is not accepted by alice's."""
    bob = town.adds("bob")
    reply = redeem(town.verifier, fresh_attempt(town, bob).request)
    victim = TestPhone(entropy=town.entropy)

    with pytest.raises(MessageError):
        victim.accept(fresh_attempt(town, alice), reply)


def test_a_mac_made_with_the_wrong_key_of_the_code(town: Town, alice: Person) -> None:
    """The pre-shared key is not the MAC key."""
    attempt = fresh_attempt(town, alice)
    request = attempt.request
    transcript = activate_request_transcript(
        instance_id=attempt.uri.instance_id,
        origin=attempt.uri.origin,
        code_id=request.code_id,
        client_nonce=request.cn,
        dsk=request.dsk,
        dkx=request.dkx,
        psk=attempt.uri.psk,
        suite=request.suite,
        label=request.label,
    )
    psk = derive_activation_keys(attempt.uri.code).psk

    with refused(Reason.ACTIVATION_MISMATCH):
        redeem(town.verifier, replace(request, mac=compute_mac(psk, transcript)))
    assert alice.device is None
