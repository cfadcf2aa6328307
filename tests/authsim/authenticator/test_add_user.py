"""Adding a user by a texted code: the requests that are made, the reply that is judged, what is kept in between."""

import dataclasses

import pytest

from authsim.authenticator.add_user import (
    abandon_add_user,
    begin_add_user,
    complete_add_user,
    format_finish,
    format_resend,
    format_start,
    require_enrolment,
    with_code,
    with_flow,
    without_code,
)
from authsim.authenticator.device import MOST_ACCOUNTS, PendingEnrolment, Phone, Portal, full_name
from authsim.authenticator.pin import PinPolicy
from authsim.authenticator.respond import respond
from authsim.errors import MessageError, Reason, RefusalError
from authsim.protocol.add_user import (
    AddUserStarted,
    parse_add_user_finish,
    parse_add_user_resend,
    parse_add_user_start,
)
from authsim.protocol.keys import sign
from authsim.protocol.messages import ActivateReply, activate_reply_transcript, format_activate_reply
from authsim.protocol.suite import CLASSIC6, STRICT10
from authsim.secret import Secret
from tests.support.online import INPUTS, KEYS, ONLINE, PASSWORD, SIGNING_KEYS, hex_bytes
from tests.support.phones import make_account, make_pending, make_phone
from tests.support.ports import CountedEntropy

PORTAL = Portal(INPUTS["instance_id"], INPUTS["origin"], bytes.fromhex(KEYS["portal_sign_pk"]))
FLOW: str = INPUTS["request_id"]

#: The record of the vectors, with flow and code.
RECORD = PendingEnrolment(
    instance_id=PORTAL.instance_id,
    origin=PORTAL.origin,
    psk=PORTAL.psk,
    suite=CLASSIC6,
    address=PORTAL.origin,
    username=INPUTS["username"],
    dsk=SIGNING_KEYS["device"],
    dkx=Secret(hex_bytes("device_kx_private")),
    cn=hex_bytes("client_nonce"),
    label=INPUTS["device_label"],
    flow_id=FLOW,
    code=Secret(INPUTS["sms_code"]),
)
FRESH = RECORD._replace(flow_id=None, code=None)


def begin(
    phone: Phone,
    username: str = "alice",
    *,
    portal: Portal = PORTAL,
    suite: str = CLASSIC6,
    label: str = "laptop",
    is_renewal: bool = False,
    seed: str = "",
) -> Phone:
    """Begin with counted entropy."""
    return begin_add_user(
        phone,
        portal,
        suite=suite,
        username=username,
        label=label,
        address="http://localhost:8765",
        entropy=CountedEntropy(seed),
        is_renewal=is_renewal,
    )


def make_reply(**changes: object) -> bytes:
    """Return the vectors' reply to B2, with members changed after it was signed."""
    reply = ActivateReply(
        device_id=INPUTS["device_id"],
        user_id=INPUTS["user_id"],
        user_label=INPUTS["user_label"],
        pkx=bytes.fromhex(KEYS["portal_kx_pk"]),
        sn=hex_bytes("server_nonce"),
        iat=INPUTS["iat"],
        exp=INPUTS["exp"],
        sig=bytes.fromhex(ONLINE["adduser_reply_sig"]),
    )
    return format_activate_reply(dataclasses.replace(reply, **changes)).encode()  # type: ignore[arg-type]


def test_the_start_is_the_vectors() -> None:
    """B1 names the user, carries the password, and its signature is byte for byte that of the vectors."""
    start = parse_add_user_start(format_start(FRESH, PASSWORD))

    assert (start.username, start.label, start.suite) == (INPUTS["username"], INPUTS["device_label"], CLASSIC6)
    assert start.password == PASSWORD
    assert start.dsk.hex() == KEYS["device_sign_pk"]
    assert start.dkx.hex() == KEYS["device_kx_pk"]
    assert start.sig.hex() == ONLINE["adduser_start_sig"]


def test_the_finish_is_the_vectors_each_time() -> None:
    """B2 names the flow, carries the code, and is made again byte for byte."""
    finish = parse_add_user_finish(format_finish(RECORD))

    assert (finish.flow_id, finish.code) == (FLOW, Secret(INPUTS["sms_code"]))
    assert finish.sig.hex() == ONLINE["adduser_finish_sig"]
    assert format_finish(RECORD) == format_finish(RECORD)


def test_the_reply_makes_the_account_of_the_vectors() -> None:
    """The seed is the vectors' and answers a challenge; the record is gone with its code and its agreement key."""
    done = complete_add_user(make_phone(enrolment=RECORD), RECORD, make_reply())

    assert done.account.seed.reveal().hex() == ONLINE["adduser_seed"]
    assert respond(done.account, "123456").text == ONLINE["adduser_response"]
    assert (done.account.device_id, done.account.user_id) == (INPUTS["device_id"], INPUTS["user_id"])
    assert (done.account.label, done.account.dsk, done.account.ctr) == (INPUTS["user_label"], RECORD.dsk, 0)
    assert done.phone.accounts == (done.account,)
    assert done.phone.enrolment is None
    assert done.phone.portals == (PORTAL,)
    assert done.confirmation is None


def test_every_step_leaves_what_the_next_needs() -> None:
    """From the user name to the code, the record grows; the password is never in it."""
    begun = begin(make_phone(pending=make_pending()))
    record = require_enrolment(begun)
    assert (record.username, record.address, record.flow_id, record.code) == (
        "alice",
        "http://localhost:8765",
        None,
        None,
    )
    sent = with_flow(begun, record, AddUserStarted(flow_id=FLOW, expires_in=600))
    assert parse_add_user_resend(format_resend(require_enrolment(sent))).flow_id == FLOW
    typed = with_code(sent, require_enrolment(sent), Secret(" 040-718 "))
    assert require_enrolment(typed) == record._replace(flow_id=FLOW, code=Secret("040718"))
    assert typed.pending == make_pending()
    again = without_code(typed, require_enrolment(typed))
    assert again == sent


def test_another_code_takes_the_place_of_a_wrong_one() -> None:
    """What was typed last is what is sent."""
    phone = make_phone(enrolment=RECORD)

    assert require_enrolment(with_code(phone, RECORD, Secret("407183"))).code == Secret("407183")


@pytest.mark.parametrize("code", ["", "407", "40718a", "٤٠٧١٨٢", "40718253000", "4.0718"])
def test_what_cannot_be_a_code_is_not_kept(code: str) -> None:
    """A slip costs no try: it is noticed on the phone."""
    with pytest.raises(MessageError):
        with_code(make_phone(enrolment=RECORD), RECORD, Secret(code))


def test_a_resend_stays_with_its_flow() -> None:
    """The same flow again is fine, another one is not what was asked for."""
    phone = make_phone(enrolment=RECORD)

    assert with_flow(phone, RECORD, AddUserStarted(flow_id=FLOW, expires_in=1)) == phone
    with pytest.raises(MessageError):
        with_flow(phone, RECORD, AddUserStarted(flow_id="31" * 16, expires_in=1))


def test_each_enrolment_has_its_own_keys() -> None:
    """Keys and nonce are drawn anew, also for the same user: what the first flow's code gives is over."""
    first = begin(make_phone(), seed="first")
    second = begin(first, seed="second")
    one, two = require_enrolment(first), require_enrolment(second)

    assert one.dsk != two.dsk
    assert one.dkx != two.dkx
    assert one.cn != two.cn
    assert two.flow_id is None


def test_a_name_is_sent_in_one_form() -> None:
    """A name that was typed with combining marks is the one in form C."""
    assert require_enrolment(begin(make_phone(), "re\u0301my")).username == "rémy"


@pytest.mark.parametrize("name", ["", "a\nb", "a\u202eb", "x" * 65])
def test_a_name_is_plain_text(name: str) -> None:
    """What cannot be a user name is refused before anything is drawn."""
    with pytest.raises(MessageError):
        begin(make_phone(), name)


@pytest.mark.parametrize("label", ["", "a\x1b[2Jb", "x" * 65])
def test_a_label_is_plain_text(label: str) -> None:
    """What the portal's page will show has no controls and is short."""
    with pytest.raises(MessageError):
        begin(make_phone(), label=label)


def test_a_user_who_is_there_is_not_added_again() -> None:
    """The same name at the same portal is refused; another portal's user of that name is not."""
    held = make_account(origin=PORTAL.origin)._replace(instance_id=PORTAL.instance_id, psk=PORTAL.psk)
    elsewhere = make_account(origin="http://127.0.0.1:9000", instance="12")

    with pytest.raises(RefusalError) as refused:
        begin(make_phone(held))

    assert refused.value.reason is Reason.ALREADY_ENROLLED
    assert require_enrolment(begin(make_phone(elsewhere))).username == elsewhere.label
    assert full_name(held.label, held.origin) != full_name(elsewhere.label, elsewhere.origin)


def test_a_recovery_asks_for_a_user_who_is_there() -> None:
    """The old keys stay until the new ones are there, and then give way."""
    held = make_account(INPUTS["user_label"], origin=PORTAL.origin)._replace(
        instance_id=PORTAL.instance_id, psk=PORTAL.psk
    )
    begun = begin(make_phone(held), held.label, is_renewal=True)
    assert begun.accounts == (held,)

    done = complete_add_user(begun._replace(enrolment=RECORD), RECORD, make_reply())

    assert done.phone.accounts == (done.account,)
    assert done.account.seed != held.seed


def test_what_an_activation_refuses_is_refused_here() -> None:
    """A known portal with another key, a key that anybody can sign for, a full phone, a PIN that is too weak."""
    stranger = make_phone(portals=(PORTAL._replace(psk=b"\x12" * 32),))
    users = [make_account(f"user{number:02}", user=f"{number:02x}") for number in range(MOST_ACCOUNTS)]

    for phone, suite, reason in (
        (stranger, CLASSIC6, Reason.PORTAL_NOT_TRUSTED),
        (make_phone(), STRICT10, Reason.PIN_UNSUITABLE),
    ):
        with pytest.raises(RefusalError) as refused:
            begin(phone, suite=suite)
        assert refused.value.reason is reason
    with pytest.raises(MessageError):
        begin(make_phone(*users))
    with pytest.raises(MessageError):
        begin(make_phone(), portal=PORTAL._replace(psk=b"\x01" + bytes(31)))
    assert require_enrolment(begin(make_phone(policy=PinPolicy.HARDENED), suite=STRICT10)).suite == STRICT10


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
        {"sig": sign(SIGNING_KEYS["device"], b"")},
    ],
)
def test_a_reply_changed_on_its_way_is_not_trusted(changes: dict[str, object]) -> None:
    """Every member of the reply is under the signature of the portal that was trusted before."""
    with pytest.raises(RefusalError) as refused:
        complete_add_user(make_phone(enrolment=RECORD), RECORD, make_reply(**changes))

    assert refused.value.reason is Reason.PORTAL_NOT_TRUSTED


@pytest.mark.parametrize(
    "change",
    [
        {"flow_id": "31" * 16},
        {"psk": bytes.fromhex(KEYS["device_sign_pk"])},
        {"cn": bytes(16)},
        {"label": "other"},
        {"origin": "http://127.0.0.1:9000"},
        {"instance_id": "ff" * 16},
        {"dsk": Secret(b"\x07" * 32)},
        {"dkx": Secret(b"\x07" * 32)},
    ],
    ids=repr,
)
def test_a_reply_to_another_request_is_not_trusted(change: dict[str, object]) -> None:
    """What this phone did not ask for, it does not take."""
    other = RECORD._replace(**change)  # type: ignore[arg-type]

    with pytest.raises(RefusalError) as refused:
        complete_add_user(make_phone(enrolment=other), other, make_reply())

    assert refused.value.reason is Reason.PORTAL_NOT_TRUSTED


def test_another_code_gives_another_seed() -> None:
    """Who only relays the reply, and does not know the code, does not know the seed."""
    other = RECORD._replace(code=Secret("40718254"))

    assert complete_add_user(make_phone(), other, make_reply()).account.seed.reveal().hex() != ONLINE["adduser_seed"]


def test_the_strict_suite_is_confirmed() -> None:
    """A portal of the strict suite gets the confirmation that an activation has as well."""
    record = RECORD._replace(suite=STRICT10)
    transcript = activate_reply_transcript(
        instance_id=record.instance_id,
        origin=record.origin,
        user_id=INPUTS["user_id"],
        device_id=INPUTS["device_id"],
        code_id=FLOW,
        server_nonce=hex_bytes("server_nonce"),
        client_nonce=record.cn,
        iat=INPUTS["iat"],
        exp=INPUTS["exp"],
        dsk=bytes.fromhex(KEYS["device_sign_pk"]),
        dkx=bytes.fromhex(KEYS["device_kx_pk"]),
        psk=record.psk,
        pkx=bytes.fromhex(KEYS["portal_kx_pk"]),
        suite=STRICT10,
        label=record.label,
        user_label=INPUTS["user_label"],
    )
    reply = make_reply(sig=sign(SIGNING_KEYS["portal"], transcript))

    confirmation = complete_add_user(make_phone(policy=PinPolicy.HARDENED), record, reply).confirmation

    assert confirmation is not None
    assert len(confirmation) == 8


@pytest.mark.parametrize("body", [b"", b"{}", b"null", b"<html>", b'{"v":1}'])
def test_a_malformed_reply_is_refused(body: bytes) -> None:
    """What is not A2 is a malformed message."""
    with pytest.raises(MessageError):
        complete_add_user(make_phone(), RECORD, body)


def test_nothing_goes_on_that_has_not_begun() -> None:
    """Without a record, a flow or a code there is nothing to send and nothing to complete."""
    for act in (
        lambda: require_enrolment(make_phone()),
        lambda: format_resend(FRESH),
        lambda: format_finish(FRESH),
        lambda: format_finish(RECORD._replace(code=None)),
        lambda: complete_add_user(make_phone(), FRESH, make_reply()),
        lambda: complete_add_user(make_phone(), RECORD._replace(code=None), make_reply()),
    ):
        with pytest.raises(RefusalError) as refused:
            act()
        assert refused.value.reason is Reason.NOT_ENROLLED


def test_another_enrolment_that_began_meanwhile_stays() -> None:
    """A step of one record changes no other one, and completing or abandoning it leaves that alone."""
    other = RECORD._replace(username="bob", flow_id="31" * 16)
    phone = make_phone(enrolment=other)

    for act in (
        lambda: with_flow(phone, FRESH, AddUserStarted(flow_id=FLOW, expires_in=1)),
        lambda: with_code(phone, RECORD, Secret("4071")),
        lambda: without_code(phone, RECORD),
        lambda: with_code(make_phone(), RECORD, Secret("4071")),
    ):
        with pytest.raises(RefusalError) as refused:
            act()
        assert refused.value.reason is Reason.NOT_ENROLLED
    assert complete_add_user(phone, RECORD, make_reply()).phone.enrolment == other
    assert abandon_add_user(phone, RECORD) == phone
    assert abandon_add_user(phone, other).enrolment is None
