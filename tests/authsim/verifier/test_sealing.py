"""Ciphertexts open only where they belong."""

from dataclasses import replace

import pytest

from authsim.errors import StoreError
from authsim.model import CodeId, Device, DeviceId, FactorId, FactorKind, InstanceId, UserId
from authsim.protocol.keys import derive_activation_keys
from authsim.protocol.suite import CLASSIC6, STRICT10
from authsim.secret import Secret
from authsim.verifier import Verifier
from authsim.verifier.sealing import open_display, open_factor, open_keys, open_seed, seal_display
from tests.support.device import TestPhone
from tests.support.people import Person, Town
from tests.support.wallet import Wallet

OTHER = "f" * 32


@pytest.fixture
def device(alice: Person, phone: TestPhone) -> Device:
    """The device that alice's phone became."""
    alice.activates(phone)
    assert alice.device is not None
    return alice.device


def elsewhere(verifier: Verifier) -> Verifier:
    """Return another portal with the same key file."""
    return replace(verifier, instance=replace(verifier.instance, instance_id=InstanceId(OTHER)))


def test_a_seed_opens_in_its_own_row_only(town: Town, device: Device, phone: TestPhone) -> None:
    """Moved to another user, device, suite or portal, the ciphertext is refused."""
    assert open_seed(town.verifier, device) == phone.seed

    for moved in (
        replace(device, user_id=UserId(OTHER)),
        replace(device, device_id=DeviceId(OTHER)),
        replace(device, suite=STRICT10 if device.suite == CLASSIC6 else CLASSIC6),
    ):
        with pytest.raises(StoreError):
            open_seed(town.verifier, moved)
    with pytest.raises(StoreError):
        open_seed(elsewhere(town.verifier), device)


def test_the_keys_of_a_code_open_in_their_own_row_only(town: Town, alice: Person) -> None:
    """Moved to another user, code or portal, the ciphertext is refused."""
    entry = alice.enters()
    code = town.verifier.store.activations.latest_of_session(entry.session.session_id)
    assert code is not None
    assert open_keys(town.verifier, code).code_id == code.code_id

    for moved in (replace(code, user_id=UserId(OTHER)), replace(code, code_id=CodeId(OTHER))):
        with pytest.raises(StoreError):
            open_keys(town.verifier, moved)
    with pytest.raises(StoreError):
        open_keys(elsewhere(town.verifier), code)


def test_the_keys_come_back_as_they_were_derived() -> None:
    """MAC key and pre-shared key keep their places."""
    town = Town()
    alice = town.adds("alice")
    entry = alice.enters()
    code = town.verifier.store.activations.latest_of_session(entry.session.session_id)
    assert code is not None
    assert code.display is not None
    secret = open_display(code.display, code_id=code.code_id, token=entry.token)

    assert open_keys(town.verifier, code) == derive_activation_keys(secret)


def test_a_displayed_code_opens_for_its_browser_and_row_only() -> None:
    """Another token, another row, or a flipped bit opens nothing."""
    code, code_id, token = Secret(b"c" * 16), CodeId("1" * 32), Secret("token")
    display = seal_display(code, code_id=code_id, token=token)

    assert open_display(display, code_id=code_id, token=token) == code
    assert code.reveal() not in display
    broken = bytes([display[0] ^ 1]) + display[1:]
    for sealed, row, browser in (
        (display, code_id, Secret("tokem")),
        (display, CodeId("2" * 32), token),
        (broken, code_id, token),
    ):
        with pytest.raises(StoreError):
            open_display(sealed, code_id=row, token=browser)


def test_a_factors_secret_opens_in_its_own_row_only(town: Town, alice: Person) -> None:
    """Moved to another user, factor or portal, the ciphertext is refused; what has no secret opens nothing."""
    wallet = Wallet(alice)
    wallet.gets(FactorKind.AUTHENTICATOR_APP)
    factor = wallet.held(FactorKind.AUTHENTICATOR_APP)
    assert open_factor(town.verifier, factor) == wallet.app
    for moved in (
        replace(factor, user_id=UserId(OTHER)),
        replace(factor, factor_id=FactorId(OTHER)),
        replace(factor, secret=None),
    ):
        with pytest.raises(StoreError):
            open_factor(town.verifier, moved)
    with pytest.raises(StoreError):
        open_factor(elsewhere(town.verifier), factor)
