"""The sealed file of a phone: byte-exact, damaged in any way, opened and rewritten."""

import json

import pytest

from authsim.authenticator.keystore import (
    DEFAULT_COSTS,
    MOST_BYTES,
    Keystore,
    create_keystore,
    format_keystore,
    format_tombstone,
    parse_keystore,
    read_phone,
    unlock,
    unlock_with_biometrics,
    with_biometrics,
    with_phone,
)
from authsim.authenticator.sealing import Box, Kdf
from authsim.errors import MessageError, Reason, RefusalError
from authsim.secret import Secret
from tests.support.phones import PIN, WRONG_PIN, CountedStretch, make_account, make_phone
from tests.support.ports import CountedEntropy
from tests.support.vectors import load_vectors

VECTORS = load_vectors("protocol")["keystore"]
DEVICE_KEY = Secret(bytes.fromhex(VECTORS["device_key"]))
PHONE = make_phone(make_account())

#: The keystore of the protocol's vectors.
VECTOR = Keystore(
    ksid=VECTORS["ksid"],
    kdf=Kdf(VECTORS["m_kib"], VECTORS["t"], VECTORS["p"], bytes.fromhex(VECTORS["salt"])),
    wrap=Box(bytes.fromhex(VECTORS["wrap_nonce"]), bytes.fromhex(VECTORS["wrapped_dek"])),
    body=Box(bytes.fromhex(VECTORS["body_nonce"]), bytes.fromhex(VECTORS["body_ct"])),
    generation=VECTORS["generation"],
)


@pytest.fixture
def entropy() -> CountedEntropy:
    """Entropy that repeats."""
    return CountedEntropy("keystore")


@pytest.fixture
def stretch() -> CountedStretch:
    """A cheap way to stretch a PIN."""
    return CountedStretch()


@pytest.fixture
def keystore(entropy: CountedEntropy, stretch: CountedStretch) -> Keystore:
    """A phone with one user, sealed."""
    made = create_keystore(PHONE, pin=PIN, device_key=DEVICE_KEY, entropy=entropy, stretch=stretch)
    stretch.count = 0
    return made


def test_the_file_is_spelled_as_documented() -> None:
    """The vector's keystore is written exactly as the protocol's page shows it."""
    file = format_keystore(VECTOR, device_key=DEVICE_KEY)

    assert file.decode() == (
        '{"aead":"aes-256-gcm","binding":"device-file","body":{"ct":"hMvlSIVyovJomJ_ObQd1X5hdd5zwHlysln-7mUjRprPwSM_PD'
        'pfmPveiUhqSb4zpABmW5e22txaXwWCb-4ut2pWTSu7nZ-D-","gen":3,"n":"CwsLCwsLCwsLCwsL"},"format":"authsim-keystore",'
        '"kdf":{"alg":"argon2id","m_kib":65536,"p":4,"salt":"BwcHBwcHBwcHBwcHBwcHBw","t":3},'
        '"ksid":"404142434445464748494a4b4c4d4e4f","mac":"W3WMXLXjqYIPIVSsm9KVaw6VBjfzumqkUmWWnp3xE28","v":1,'
        '"wrap":{"ct":"bKlUGPn3o5q2byEbUpZcf1KXAWPc_2yxHjnQ9-SxDE-vy2PJCE7vUC4fxcIC5d06","n":"CgoKCgoKCgoKCgoK"}}\n'
    )
    assert parse_keystore(file, device_key=DEVICE_KEY) == VECTOR


def test_the_default_costs_are_the_documented_minimum(keystore: Keystore) -> None:
    """19 MiB, two iterations, one lane."""
    assert DEFAULT_COSTS == keystore.kdf[:3] == (19 * 1024, 2, 1)


def test_a_keystore_opens_with_its_pin_on_its_phone(entropy: CountedEntropy) -> None:
    """With the real stretching, the phone that was sealed comes back."""
    made = create_keystore(PHONE, pin=PIN, device_key=DEVICE_KEY, entropy=entropy)
    read = parse_keystore(format_keystore(made, device_key=DEVICE_KEY), device_key=DEVICE_KEY)

    assert unlock(read, pin=PIN, device_key=DEVICE_KEY).phone == PHONE


def test_a_wrong_pin_is_refused(keystore: Keystore, stretch: CountedStretch) -> None:
    """Another PIN opens nothing, and neither does the right one with another phone's key."""
    with pytest.raises(RefusalError) as wrong_pin:
        unlock(keystore, pin=WRONG_PIN, device_key=DEVICE_KEY, stretch=stretch)
    with pytest.raises(RefusalError) as wrong_phone:
        unlock(keystore, pin=PIN, device_key=Secret(bytes(32)), stretch=stretch)

    assert wrong_pin.value.reason is wrong_phone.value.reason is Reason.WRONG_PIN


def test_two_keystores_share_nothing(entropy: CountedEntropy, stretch: CountedStretch) -> None:
    """Id, salt, nonces and keys are drawn anew each time."""
    one, two = (
        create_keystore(PHONE, pin=PIN, device_key=DEVICE_KEY, entropy=entropy, stretch=stretch) for _ in range(2)
    )

    assert one.ksid != two.ksid
    assert one.kdf.salt != two.kdf.salt
    assert len({one.wrap.nonce, one.body.nonce, two.wrap.nonce, two.body.nonce}) == 4
    assert one.wrap.ciphertext != two.wrap.ciphertext


def test_a_change_is_the_next_generation(keystore: Keystore, entropy: CountedEntropy, stretch: CountedStretch) -> None:
    """The body is sealed anew with a fresh nonce; the PIN's wrap stays, and the data key still opens it."""
    dek = unlock(keystore, pin=PIN, device_key=DEVICE_KEY, stretch=stretch).dek
    changed = with_phone(keystore, dek, make_phone(), entropy=entropy)

    assert changed.generation == keystore.generation + 1
    assert changed.body.nonce != keystore.body.nonce
    assert (changed.wrap, changed.kdf, changed.ksid) == (keystore.wrap, keystore.kdf, keystore.ksid)
    assert read_phone(changed, dek) == make_phone()


def test_an_older_body_does_not_pass_for_a_newer_one(
    keystore: Keystore, entropy: CountedEntropy, stretch: CountedStretch
) -> None:
    """The generation is sealed with the body."""
    dek = unlock(keystore, pin=PIN, device_key=DEVICE_KEY, stretch=stretch).dek
    changed = with_phone(keystore, dek, make_phone(), entropy=entropy)

    with pytest.raises(MessageError):
        read_phone(changed._replace(body=keystore.body), dek)


def test_biometrics_open_without_a_pin(keystore: Keystore, entropy: CountedEntropy, stretch: CountedStretch) -> None:
    """The second wrap is written, read, kept over a change, and opened by the phone's own key alone."""
    dek = unlock(keystore, pin=PIN, device_key=DEVICE_KEY, stretch=stretch).dek
    enrolled = with_biometrics(keystore, dek, device_key=DEVICE_KEY, entropy=entropy)
    file = format_keystore(with_phone(enrolled, dek, PHONE, entropy=entropy), device_key=DEVICE_KEY)

    assert unlock_with_biometrics(parse_keystore(file, device_key=DEVICE_KEY), device_key=DEVICE_KEY).phone == PHONE


def test_biometrics_that_were_not_set_up_open_nothing(keystore: Keystore) -> None:
    """Without the second wrap there is only the PIN."""
    with pytest.raises(RefusalError) as refused:
        unlock_with_biometrics(keystore, device_key=DEVICE_KEY)

    assert refused.value.reason is Reason.NOT_ENROLLED


def test_a_file_cut_at_any_byte_is_refused(keystore: Keystore) -> None:
    """No beginning of a keystore is a keystore."""
    file = format_keystore(keystore, device_key=DEVICE_KEY)

    for length in range(len(file)):
        with pytest.raises(MessageError):
            parse_keystore(file[:length], device_key=DEVICE_KEY)


def test_a_file_with_any_bit_flipped_is_refused(keystore: Keystore) -> None:
    """Every bit of the file is covered by its MAC or its spelling."""
    file = format_keystore(keystore, device_key=DEVICE_KEY)

    for position in range(len(file) * 8):
        damaged = bytearray(file)
        damaged[position // 8] ^= 1 << position % 8
        with pytest.raises(MessageError):
            parse_keystore(bytes(damaged), device_key=DEVICE_KEY)


def test_a_file_is_spelled_in_one_way(keystore: Keystore) -> None:
    """The same content with other blanks, order, escapes or endings is refused, though its MAC would fit."""
    file = format_keystore(keystore, device_key=DEVICE_KEY)
    members = json.loads(file)

    for other in (
        json.dumps(members, sort_keys=True).encode() + b"\n",
        json.dumps(dict(reversed(members.items())), separators=(",", ":")).encode() + b"\n",
        file.replace(b"argon2id", b"argon2\\u0069d"),
        file + b"\n",
        file.rstrip(),
        b"\xef\xbb\xbf" + file,
    ):
        with pytest.raises(MessageError):
            parse_keystore(other, device_key=DEVICE_KEY)


def test_the_file_of_another_phone_is_refused(keystore: Keystore) -> None:
    """A whole, well-spelled file under another key is damaged for this phone."""
    file = format_keystore(keystore, device_key=Secret(bytes(32)))

    with pytest.raises(MessageError):
        parse_keystore(file, device_key=DEVICE_KEY)


def forge(keystore: Keystore, **changes: object) -> bytes:
    """Return a file whose members are replaced, with a MAC that fits; None removes one."""
    import hmac

    from authsim.protocol.encodings import format_b64u
    from authsim.protocol.hkdf import expand

    members = json.loads(format_keystore(keystore, device_key=DEVICE_KEY)) | changes
    del members["mac"]
    members = {name: value for name, value in members.items() if value is not None}
    key = expand(DEVICE_KEY.reveal(), b"authsim/1/keystore-mac", 32)

    def serialise(value: dict[str, object]) -> bytes:
        return json.dumps(value, separators=(",", ":"), sort_keys=True).encode() + b"\n"

    return serialise(members | {"mac": format_b64u(hmac.digest(key, serialise(members), "sha256"))})


@pytest.mark.parametrize(
    ("name", "accepted", "refused"),
    [
        ("m_kib", (8 * 1024, 1024 * 1024), (0, 8 * 1024 - 1, 1024 * 1024 + 1, 2**53 - 1)),
        ("t", (1, 16), (0, 17, 2**32)),
        ("p", (1, 8), (0, 9, 2**32)),
    ],
)
def test_hostile_costs_are_refused(
    keystore: Keystore, name: str, accepted: tuple[int, ...], refused: tuple[int, ...]
) -> None:
    """Costs beyond the accepted ranges never reach the stretching, even with a MAC that fits."""
    kdf = json.loads(format_keystore(keystore, device_key=DEVICE_KEY))["kdf"]

    for cost in accepted:
        parse_keystore(forge(keystore, kdf=kdf | {name: cost}), device_key=DEVICE_KEY)
    for cost in refused:
        with pytest.raises(MessageError):
            parse_keystore(forge(keystore, kdf=kdf | {name: cost}), device_key=DEVICE_KEY)


@pytest.mark.parametrize(
    "changes",
    [
        {"v": 2},
        {"v": True},
        {"v": "1"},
        {"format": "other"},
        {"aead": "aes-128-gcm"},
        {"binding": "keyring"},
        {"ksid": "40" * 15},
        {"ksid": "AB" * 16},
        {"kdf": None},
        {"kdf": {}},
        {"kdf": {"alg": "argon2i", "m_kib": 19456, "p": 1, "salt": "BwcHBwcHBwcHBwcHBwcHBw", "t": 2}},
        {"kdf": {"alg": "argon2id", "m_kib": "19456", "p": 1, "salt": "BwcHBwcHBwcHBwcHBwcHBw", "t": 2}},
        {"kdf": {"alg": "argon2id", "m_kib": 19456, "p": 1, "salt": "Bwc", "t": 2}},
        {"wrap": {"ct": "AAAA", "n": "CgoKCgoKCgoKCgoK"}},
        {"wrap": {"ct": "AAAA"}},
        {"wrap": "AAAA"},
        {"bio": {}},
        {"body": {"ct": 1, "gen": 1, "n": "CgoKCgoKCgoKCgoK"}},
        {"body": {"ct": "A", "gen": 1, "n": "CgoKCgoKCgoKCgoK"}},
        {"body": {"ct": "AAAA", "gen": -1, "n": "CgoKCgoKCgoKCgoK"}},
        {"body": {"ct": "AAAA", "gen": 1, "n": "CgoK"}},
        {"surplus": 1},
    ],
)
def test_a_file_that_is_not_a_keystore_is_refused(keystore: Keystore, changes: dict[str, object]) -> None:
    """Other members, types, names and lengths are malformed, even with a MAC that fits."""
    with pytest.raises(MessageError):
        parse_keystore(forge(keystore, **changes), device_key=DEVICE_KEY)


def test_forging_what_is_unchanged_is_accepted(keystore: Keystore) -> None:
    """The test's own forger spells and authenticates as the product does."""
    assert parse_keystore(forge(keystore), device_key=DEVICE_KEY) == keystore


def test_a_hostile_file_does_not_eat_memory(keystore: Keystore) -> None:
    """More than 64 KiB are refused before they are read as JSON, and never written."""
    with pytest.raises(MessageError):
        parse_keystore(b'{"a":"' + b"x" * MOST_BYTES + b'"}\n', device_key=DEVICE_KEY)
    with pytest.raises(MessageError):
        format_keystore(keystore._replace(body=Box(bytes(12), bytes(MOST_BYTES))), device_key=DEVICE_KEY)


def test_a_tombstone_says_that_the_phone_was_wiped() -> None:
    """What stands in place of a wiped keystore is refused as such, whatever key is at hand."""
    with pytest.raises(RefusalError) as refused:
        parse_keystore(format_tombstone(), device_key=DEVICE_KEY)

    assert refused.value.reason is Reason.PHONE_WIPED
