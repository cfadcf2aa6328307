"""Activating a user: the request that is made, the reply that is judged."""

import json
from dataclasses import replace

import pytest

from authsim.authenticator.activate import (
    abandon_activation,
    begin_activation,
    complete_activation,
    format_request,
    require_pending,
)
from authsim.authenticator.device import MOST_ACCOUNTS, Pending, Phone, Portal
from authsim.authenticator.pin import PinPolicy
from authsim.errors import MessageError, Reason, RefusalError
from authsim.protocol.activation_uri import ActivationUri
from authsim.protocol.keys import sign, signing_public_key
from authsim.protocol.messages import (
    ActivateReply,
    activate_reply_transcript,
    format_activate_reply,
    parse_activate_request,
)
from authsim.protocol.suite import CLASSIC6, STRICT10
from authsim.secret import Secret
from tests.support.phones import make_account, make_phone
from tests.support.ports import CountedEntropy
from tests.support.vectors import load_vectors

VECTORS = load_vectors("protocol")
INPUTS = VECTORS["inputs"]
PSK = bytes.fromhex(VECTORS["keys"]["portal_sign_pk"])
STRICT_PHONE = make_phone(policy=PinPolicy.HARDENED)


def make_uri(suite: str = CLASSIC6) -> ActivationUri:
    """Return what the vectors' QR code says."""
    return ActivationUri(
        instance_id=INPUTS["instance_id"],
        origin=INPUTS["origin"],
        psk=PSK,
        code=Secret(bytes.fromhex(INPUTS["code"])),
        expires_s=INPUTS["expires_s"],
        suite=suite,
    )


def make_pending(suite: str) -> Pending:
    """Return the record that the vectors' phone would have kept."""
    uri = make_uri(suite)
    return Pending(
        instance_id=uri.instance_id,
        origin=uri.origin,
        psk=uri.psk,
        suite=suite,
        code=uri.code,
        address=uri.origin,
        dsk=Secret(bytes.fromhex(INPUTS["device_sign_seed"])),
        dkx=Secret(bytes.fromhex(INPUTS["device_kx_private"])),
        cn=bytes.fromhex(INPUTS["client_nonce"]),
        label=INPUTS["device_label"],
    )


def make_reply(suite: str, **changes: object) -> bytes:
    """Return the vectors' reply, with members changed after it was signed."""
    reply = ActivateReply(
        device_id=INPUTS["device_id"],
        user_id=INPUTS["user_id"],
        user_label=INPUTS["user_label"],
        pkx=bytes.fromhex(VECTORS["keys"]["portal_kx_pk"]),
        sn=bytes.fromhex(INPUTS["server_nonce"]),
        iat=INPUTS["iat"],
        exp=INPUTS["exp"],
        sig=bytes.fromhex(VECTORS[suite]["activate_resp_sig"]),
    )
    return format_activate_reply(replace(reply, **changes)).encode()  # type: ignore[arg-type]


def begin(phone: Phone, uri: ActivationUri, *, seed: str = "") -> Phone:
    """Begin with counted entropy."""
    return begin_activation(phone, uri, label="laptop", address=uri.origin, entropy=CountedEntropy(seed))


@pytest.mark.parametrize("suite", [CLASSIC6, STRICT10])
def test_the_request_is_the_vectors(suite: str) -> None:
    """Id, keys, MAC and signature are byte for byte those of the vectors."""
    request = parse_activate_request(format_request(make_pending(suite)))

    assert request.code_id == VECTORS["keys"]["code_id"]
    assert request.dsk.hex() == VECTORS["keys"]["device_sign_pk"]
    assert request.dkx.hex() == VECTORS["keys"]["device_kx_pk"]
    assert request.mac.hex() == VECTORS[suite]["activate_req_mac"]
    assert request.sig.hex() == VECTORS[suite]["activate_req_sig"]
    assert (request.suite, request.label) == (suite, INPUTS["device_label"])


@pytest.mark.parametrize("suite", [CLASSIC6, STRICT10])
def test_the_reply_makes_the_account_of_the_vectors(suite: str) -> None:
    """The seed is the vectors', and the record under way is gone with its code and its agreement key."""
    pending = make_pending(suite)
    done = complete_activation(STRICT_PHONE._replace(pending=pending), pending, make_reply(suite))

    assert done.account.seed.reveal().hex() == VECTORS[suite]["ocra_seed"]
    assert done.account.device_id == INPUTS["device_id"]
    assert done.account.user_id == INPUTS["user_id"]
    assert done.account.label == INPUTS["user_label"]
    assert done.account.dsk == pending.dsk
    assert done.phone.accounts == (done.account,)
    assert done.phone.pending is None
    assert done.phone.portals == (Portal(pending.instance_id, pending.origin, pending.psk),)


def test_only_the_strict_suite_is_confirmed() -> None:
    """The confirmation code is the vectors' response; classic6 has none."""
    strict, classic = make_pending(STRICT10), make_pending(CLASSIC6)

    confirmed = complete_activation(STRICT_PHONE, strict, make_reply(STRICT10)).confirmation

    assert confirmed == VECTORS["strict10"]["confirm_response"]
    assert complete_activation(make_phone(), classic, make_reply(CLASSIC6)).confirmation is None


def test_a_request_can_be_made_again_byte_for_byte() -> None:
    """What was kept is enough to ask for a lost reply."""
    phone = begin(make_phone(), make_uri())

    assert format_request(require_pending(phone)) == format_request(require_pending(phone))


def test_each_activation_has_its_own_keys() -> None:
    """Signing key, agreement key and nonce are drawn anew for another code."""
    phone = begin(make_phone(), make_uri())
    other = begin(phone, replace(make_uri(), code=Secret(b"\xb0" * 16)), seed="other")
    one, two = require_pending(phone), require_pending(other)

    assert one.dsk != two.dsk
    assert one.dkx != two.dkx
    assert one.cn != two.cn


def test_the_same_code_is_resumed() -> None:
    """Scanning the same code again keeps its keys, so that the portal sees the same request."""
    phone = begin(make_phone(), make_uri(), seed="first")
    again = begin_activation(
        phone, make_uri(), label="other", address="http://localhost:8765", entropy=CountedEntropy("second")
    )

    assert require_pending(again) == require_pending(phone)._replace(address="http://localhost:8765")
    assert format_request(require_pending(again)) == format_request(require_pending(phone))


def test_nothing_is_resumed_when_nothing_is_under_way() -> None:
    """Without a record there is nothing to send."""
    with pytest.raises(RefusalError) as refused:
        require_pending(make_phone())

    assert refused.value.reason is Reason.NOT_ENROLLED


def test_a_portal_known_by_another_key_is_not_trusted() -> None:
    """A QR code that says a known instance with a new key is refused before anything is drawn."""
    known = make_phone(portals=(Portal(INPUTS["instance_id"], INPUTS["origin"], b"\x12" * 32),))

    with pytest.raises(RefusalError) as refused:
        begin(known, make_uri())

    assert refused.value.reason is Reason.PORTAL_NOT_TRUSTED


def test_a_key_of_low_order_is_refused() -> None:
    """A QR code whose key needs no owner is malformed."""
    with pytest.raises(MessageError):
        begin(make_phone(), replace(make_uri(), psk=b"\x01" + bytes(31)))


def test_a_classic_pin_is_too_weak_for_a_hardened_portal() -> None:
    """The strict suite wants the hardened PIN policy; with it the activation begins."""
    with pytest.raises(RefusalError) as refused:
        begin(make_phone(), make_uri(STRICT10))

    assert refused.value.reason is Reason.PIN_UNSUITABLE
    assert require_pending(begin(STRICT_PHONE, make_uri(STRICT10))).suite == STRICT10


def test_a_full_phone_takes_no_further_user() -> None:
    """The limit is met before the portal is asked."""
    users = [make_account(f"user{number:02}", user=f"{number:02x}") for number in range(MOST_ACCOUNTS)]

    with pytest.raises(MessageError):
        begin(make_phone(*users), make_uri())


@pytest.mark.parametrize("label", ["", "x" * 65, "a\x1b[2Jb", "a\u202eb"])
def test_a_label_is_plain_text(label: str) -> None:
    """What the portal's page will show has no controls and is short."""
    with pytest.raises(MessageError):
        begin_activation(make_phone(), make_uri(), label=label, address=INPUTS["origin"], entropy=CountedEntropy())


@pytest.mark.parametrize(
    "changes",
    [
        {"user_label": "mallory"},
        {"user_id": "00" * 16},
        {"device_id": "00" * 16},
        {"sn": bytes(32)},
        {"iat": 0},
        {"exp": 0},
        {"pkx": b"\x09" + bytes(31)},
        {"sig": bytes(64)},
    ],
)
def test_a_reply_changed_on_its_way_is_not_trusted(changes: dict[str, object]) -> None:
    """Every member of the reply is under the portal's signature."""
    pending = make_pending(CLASSIC6)

    with pytest.raises(RefusalError) as refused:
        complete_activation(make_phone(pending=pending), pending, make_reply(CLASSIC6, **changes))

    assert refused.value.reason is Reason.PORTAL_NOT_TRUSTED


def test_a_reply_signed_by_another_portal_is_not_trusted() -> None:
    """Only the key that the QR code named may answer."""
    pending = make_pending(CLASSIC6)._replace(psk=signing_public_key(Secret(b"\x77" * 32)))

    with pytest.raises(RefusalError) as refused:
        complete_activation(make_phone(pending=pending), pending, make_reply(CLASSIC6))

    assert refused.value.reason is Reason.PORTAL_NOT_TRUSTED


def test_an_agreement_key_of_low_order_is_refused() -> None:
    """A signed reply whose X25519 key leads to all zeros is malformed: the seed would be known to everybody."""
    pending = make_pending(CLASSIC6)
    request = parse_activate_request(format_request(pending))
    transcript = activate_reply_transcript(
        instance_id=pending.instance_id,
        origin=pending.origin,
        user_id=INPUTS["user_id"],
        device_id=INPUTS["device_id"],
        code_id=request.code_id,
        server_nonce=bytes.fromhex(INPUTS["server_nonce"]),
        client_nonce=request.cn,
        iat=INPUTS["iat"],
        exp=INPUTS["exp"],
        dsk=request.dsk,
        dkx=request.dkx,
        psk=pending.psk,
        pkx=bytes(32),
        suite=CLASSIC6,
        label=request.label,
        user_label=INPUTS["user_label"],
    )
    signature = sign(Secret(bytes.fromhex(INPUTS["portal_sign_seed"])), transcript)

    with pytest.raises(MessageError):
        complete_activation(make_phone(), pending, make_reply(CLASSIC6, pkx=bytes(32), sig=signature))


@pytest.mark.parametrize("body", [b"", b"{}", b"null", b"<html>", b"\xff", json.dumps({"v": 1}).encode()])
def test_a_malformed_reply_is_refused(body: bytes) -> None:
    """What is not A2 is a malformed message."""
    with pytest.raises(MessageError):
        complete_activation(make_phone(), make_pending(CLASSIC6), body)


def test_another_activation_that_began_meanwhile_stays() -> None:
    """Completing or abandoning one record leaves another one alone."""
    ours = make_pending(CLASSIC6)
    other = ours._replace(code=Secret(b"\xb0" * 16))
    phone = make_phone(pending=other)

    assert complete_activation(phone, ours, make_reply(CLASSIC6)).phone.pending == other
    assert abandon_activation(phone, ours) == phone
    assert abandon_activation(phone, other).pending is None
