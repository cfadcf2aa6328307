"""Sessions and decisions: what a phone signs, and whom it believes."""

import dataclasses
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authsim.authenticator.approve import (
    format_decision,
    format_nonce_request,
    format_session_request,
    parse_session_answer,
)
from authsim.authenticator.device import Account, with_counter
from authsim.errors import MessageError, Reason, RefusalError
from authsim.protocol.device_session import (
    SessionReply,
    StateReply,
    device_session_transcript,
    device_state_transcript,
    format_session_reply,
    format_state_reply,
    parse_nonce_request,
    parse_session_request,
)
from authsim.protocol.keys import require_signature, sign, signing_public_key
from authsim.protocol.push import (
    APPROVE,
    DENY,
    REPORT,
    DecisionRequest,
    RequestContext,
    parse_decision_request,
    push_decision_transcript,
)
from authsim.secret import Secret
from tests.support.online import INPUTS, KEYS, NO_CONTEXT, ONLINE, REQUEST, SIGNING_KEYS, TOKEN, hex_bytes
from tests.support.phones import make_phone

ACCOUNT = Account(
    instance_id=INPUTS["instance_id"],
    origin=INPUTS["origin"],
    psk=bytes.fromhex(KEYS["portal_sign_pk"]),
    user_id=INPUTS["user_id"],
    device_id=INPUTS["device_id"],
    dsk=SIGNING_KEYS["device"],
    seed=Secret(bytes(32)),
    ctr=INPUTS["push_counter"],
    suite="classic6",
    label="alice",
)
PUBLIC = signing_public_key(ACCOUNT.dsk)
SN, CN = hex_bytes("server_nonce"), hex_bytes("client_nonce")
NO_NUMBER = dataclasses.replace(REQUEST, digits=0)


def signed_decision(number: str, decision: int = APPROVE, *, digits: int = 6, counter: int = 7) -> DecisionRequest:
    """Return the decision that the phone sends on the vectors' request."""
    request = dataclasses.replace(REQUEST, digits=digits)
    return parse_decision_request(format_decision(ACCOUNT._replace(ctr=counter), request, decision, number))


def transcript(**changes: object) -> bytes:
    """Return what the portal would compute for the vectors' decision, with changes."""
    given_ = {
        "instance_id": INPUTS["instance_id"],
        "origin": INPUTS["origin"],
        "user_id": INPUTS["user_id"],
        "device_id": INPUTS["device_id"],
        "request_id": REQUEST.request_id,
        "purpose": REQUEST.purpose,
        "server_nonce": REQUEST.sn,
        "number": INPUTS["number"],
        "decision": APPROVE,
        "context": REQUEST.context,
        "iat": REQUEST.iat,
        "exp": REQUEST.exp,
        "counter": INPUTS["push_counter"],
    }
    return push_decision_transcript(**given_ | changes)  # type: ignore[arg-type]


def test_the_approval_is_the_vectors() -> None:
    """Decision, number, counter and signature are byte for byte those of the vectors."""
    sent = signed_decision(INPUTS["number"])

    assert (sent.decision, sent.number, sent.ctr) == (1, "042917", 7)
    assert sent.sig.hex() == ONLINE["push_sig"]


@pytest.mark.parametrize(
    ("decision", "vector"), [(APPROVE, "push_approve_sig"), (DENY, "push_deny_sig"), (REPORT, "push_report_sig")]
)
def test_a_decision_without_a_number_is_the_vectors(decision: int, vector: str) -> None:
    """Approve where none is asked, deny and report are signed with an empty number."""
    sent = signed_decision("", decision, digits=0, counter=INPUTS["reply_counter"])

    assert (sent.decision, sent.number, sent.ctr) == (decision, "", 9)
    assert sent.sig.hex() == ONLINE[vector]


def test_a_number_may_be_typed_in_groups() -> None:
    """Blanks and hyphens do not matter, and leading zeros do."""
    assert signed_decision(" 042-917 ") == signed_decision("042917")


@pytest.mark.parametrize(
    ("decision", "digits", "number"),
    [
        (APPROVE, 6, ""),
        (APPROVE, 6, "42917"),
        (APPROVE, 6, "0429170"),
        (APPROVE, 6, "04291a"),
        (APPROVE, 6, "٠٤٢٩١٧"),
        (APPROVE, 0, "042917"),
        (APPROVE, 4, "042917"),
        (DENY, 6, "042917"),
        (REPORT, 0, "1"),
        (0, 0, ""),
        (4, 0, ""),
    ],
)
def test_a_slip_is_noticed_before_anything_is_signed(decision: int, digits: int, number: str) -> None:
    """An approval has exactly the digits that are asked for; deny and report have none; there are three decisions."""
    with pytest.raises(MessageError):
        signed_decision(number, decision, digits=digits)


@pytest.mark.parametrize(
    "changes",
    [
        {"instance_id": "ff" * 16},
        {"origin": "http://localhost:8765"},
        {"user_id": INPUTS["device_id"]},
        {"device_id": INPUTS["user_id"]},
        {"request_id": INPUTS["user_id"]},
        {"purpose": 3},
        {"server_nonce": bytes(32)},
        {"number": "042918"},
        {"number": ""},
        {"decision": DENY},
        {"context": NO_CONTEXT},
        {"context": dataclasses.replace(REQUEST.context, ip="203.0.113.8")},
        {"context": dataclasses.replace(REQUEST.context, agent="Firefox 141 on Linux")},
        {"context": dataclasses.replace(REQUEST.context, place="AuthSim")},
        {"iat": INPUTS["iat"] + 1},
        {"exp": INPUTS["push_exp"] + 1},
        {"counter": INPUTS["push_counter"] + 1},
    ],
    ids=repr,
)
def test_an_approval_approves_what_was_shown(changes: dict[str, object]) -> None:
    """The portal's own values must be those that the phone saw, each of them."""
    sent = signed_decision(INPUTS["number"])
    require_signature(PUBLIC, transcript(), sent.sig)
    with pytest.raises(MessageError):
        require_signature(PUBLIC, transcript(**changes), sent.sig)


def test_a_retry_signs_anew() -> None:
    """The counter is raised for each signature, so that no two of them are the same request to the portal."""
    phone = make_phone(ACCOUNT)
    sent = []
    for _ in range(3):
        phone, account = with_counter(phone, ACCOUNT)
        sent.append(parse_decision_request(format_decision(account, NO_NUMBER, APPROVE, "")))

    assert [decision.ctr for decision in sent] == [8, 9, 10]
    assert len({decision.sig for decision in sent}) == 3


def test_the_question_for_a_session_is_the_vectors() -> None:
    """Nonces, counter and signature are byte for byte those of the vectors."""
    account = ACCOUNT._replace(ctr=INPUTS["session_counter"])
    request = parse_session_request(format_session_request(account, SN, CN))

    assert parse_nonce_request(format_nonce_request(account)).device_id == request.device_id == INPUTS["device_id"]
    assert (request.sn, request.cn, request.ctr) == (SN, CN, 8)
    assert request.sig.hex() == ONLINE["device_session_sig"]


def test_a_session_signature_approves_nothing_and_the_other_way_round() -> None:
    """Each is worthless in the place of the other, with the same counter and nonce."""
    session = device_session_transcript(
        instance_id=INPUTS["instance_id"],
        origin=INPUTS["origin"],
        device_id=INPUTS["device_id"],
        server_nonce=SN,
        client_nonce=CN,
        counter=7,
    )
    opened = parse_session_request(format_session_request(ACCOUNT, SN, CN))
    require_signature(PUBLIC, session, opened.sig)
    with pytest.raises(MessageError):
        require_signature(PUBLIC, transcript(), opened.sig)
    with pytest.raises(MessageError):
        require_signature(PUBLIC, session, signed_decision(INPUTS["number"]).sig)


def test_a_session_is_read() -> None:
    """The token, and how long it is good, need no signature: they come for one."""
    reply = SessionReply(token=TOKEN, expires_in=600)

    assert parse_session_answer(ACCOUNT, format_session_reply(reply).encode(), SN, CN) == reply


def state_answer(state: str, *, sig: bytes | None = None) -> bytes:
    """Return the portal's signed word on this device."""
    transcript_ = device_state_transcript(
        instance_id=ACCOUNT.instance_id,
        origin=ACCOUNT.origin,
        device_id=ACCOUNT.device_id,
        server_nonce=SN,
        client_nonce=CN,
        state=state,
    )
    reply = StateReply(state=state, sig=sig or sign(SIGNING_KEYS["portal"], transcript_))
    return format_state_reply(reply).encode()


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        ("suspended", Reason.DEVICE_SUSPENDED),
        ("revoked", Reason.DEVICE_REVOKED),
        ("expired", Reason.DEVICE_REVOKED),
        ("replaced", Reason.DEVICE_REPLACED),
        ("pending", Reason.NO_ACTIVE_DEVICE),
    ],
)
def test_the_portal_s_word_on_a_device_is_believed(state: str, reason: Reason) -> None:
    """What the portal signed for these nonces, the phone may tell its user; the vectors' signatures are among it."""
    if state in ONLINE["device_state_sigs"]:
        assert (
            json.loads(state_answer(state))["sig"]
            == json.loads(state_answer(state, sig=bytes.fromhex(ONLINE["device_state_sigs"][state])))["sig"]
        )
    with pytest.raises(RefusalError) as refused:
        parse_session_answer(ACCOUNT, state_answer(state), SN, CN)

    assert refused.value.reason is reason


@pytest.mark.parametrize(
    ("account", "body", "sn", "cn"),
    [
        (ACCOUNT, state_answer("replaced", sig=bytes(64)), SN, CN),
        (ACCOUNT, state_answer("replaced", sig=bytes.fromhex(ONLINE["device_state_sigs"]["revoked"])), SN, CN),
        (ACCOUNT, state_answer("replaced"), bytes(32), CN),
        (ACCOUNT, state_answer("replaced"), SN, bytes(16)),
        (ACCOUNT._replace(device_id="00" * 16), state_answer("replaced"), SN, CN),
        (ACCOUNT._replace(origin="http://localhost:8765"), state_answer("replaced"), SN, CN),
        (ACCOUNT._replace(psk=PUBLIC), state_answer("replaced"), SN, CN),
    ],
    ids=[
        "no signature",
        "another state",
        "another sn",
        "another cn",
        "another device",
        "another origin",
        "another key",
    ],
)
def test_nobody_else_tells_a_phone_to_forget_its_keys(account: Account, body: bytes, sn: bytes, cn: bytes) -> None:
    """An answer of another day, another device or another signer is not the portal's word."""
    with pytest.raises(RefusalError) as refused:
        parse_session_answer(account, body, sn, cn)

    assert refused.value.reason is Reason.PORTAL_NOT_TRUSTED


@pytest.mark.parametrize("body", [b"", b"{}", b'{"v":1}', b'{"v":1,"state":"active","sig":""}', b"<html>"])
def test_a_malformed_answer_is_refused(body: bytes) -> None:
    """What is neither a session nor a state is a malformed message."""
    with pytest.raises(MessageError):
        parse_session_answer(ACCOUNT, body, SN, CN)


@given(
    st.sampled_from([APPROVE, DENY, REPORT]),
    st.integers(min_value=1, max_value=2**53 - 1),
    st.integers(min_value=0, max_value=6),
    st.data(),
)
def test_any_decision_that_is_sent_is_one_that_was_signed(
    decision: int, counter: int, digits: int, data: st.DataObject
) -> None:
    """Whatever is decided about whatever is asked, the portal computes the same transcript from its own values."""
    number = data.draw(st.from_regex(rf"[0-9]{{{digits}}}", fullmatch=True)) if decision == APPROVE else ""
    context = RequestContext(ip="::1", agent=data.draw(st.sampled_from(["", "花子の端末"])), place="AuthSim")
    request = dataclasses.replace(REQUEST, digits=digits, context=context)

    sent = parse_decision_request(format_decision(ACCOUNT._replace(ctr=counter), request, decision, number))

    assert (sent.decision, sent.number, sent.ctr) == (decision, number, counter)
    expected = transcript(number=number, decision=decision, context=context, counter=counter)
    require_signature(PUBLIC, expected, sent.sig)
