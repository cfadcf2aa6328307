"""The chapters of `docs/protocol.md` on texts, sessions and requests: compared with the code, row by row."""

import json
import re
from pathlib import Path

import pytest

from authsim.authenticator.device import PendingEnrolment
from authsim.errors import MessageError
from authsim.policy import Policy
from authsim.protocol import add_user, device_session, keys, members, messages, push
from authsim.protocol.login_uri import parse_login_uri
from authsim.protocol.transcript import Tag, encode_transcript
from authsim.secret import Secret
from authsim.verifier import texting
from tests.support.online import CONTEXT, INPUTS, KINDS, ONLINE, SIGNING_KEYS
from tests.support.protocol_page import DOC, SECTIONS, read_bytes, table, two_columns
from tests.support.signed import SIGNED, build
from tests.support.site import make_empty_database, open_site
from web import streams

TEXT = DOC.read_text(encoding="utf-8")
PAGE = " ".join(TEXT.split())
NOTE = SECTIONS["An exchange by text message"].blocks
ANSWER = SECTIONS["A decision"].blocks


def signed(name: str, **changes: object) -> str:
    """Return a signature that the code makes of the vectors' inputs."""
    return keys.sign(SIGNING_KEYS[SIGNED[name].signer], build(name, **changes)).hex()


def tags_of(transcript: bytes) -> tuple[str, list[str]]:
    """Return the context of a transcript, and the tags of its fields."""
    _, context, rest = transcript.split(b"\0", 2)
    tags = []
    while rest:
        tags.append(rest[:2].hex())
        rest = rest[6 + int.from_bytes(rest[2:6]) :]
    return context.decode(), tags


def push_context() -> bytes:
    """Return the transcript of the vectors' context; the code gives its digest only."""
    values = ((Tag.CLIENT_ADDRESS, CONTEXT.ip), (Tag.CLIENT_AGENT, CONTEXT.agent), (Tag.CLIENT_PLACE, CONTEXT.place))
    return encode_transcript("push-context", [(tag, text.encode()) for tag, text in values])


@pytest.mark.parametrize(
    "transcript",
    [
        build("B1"),
        build("B2"),
        build("session"),
        build("state"),
        build("decision"),
        push_context(),
        device_session.nonce_transcript(device_id=INPUTS["device_id"], issued_ms=0),
    ],
    ids=lambda transcript: tags_of(transcript)[0],
)
def test_the_contexts_have_the_fields_that_the_code_writes(transcript: bytes) -> None:
    """The tags of each transcript are those of a row of its context."""
    context, tags = tags_of(transcript)
    assert tags in [row[2].split() for row in table("Transcripts", 1) if row[0] == context]


def test_the_vectors_are_those_of_the_code() -> None:
    """Each named vector is what the code computes from the inputs above it."""
    text_psk = add_user.derive_text_psk(Secret(INPUTS["sms_code"]), INPUTS["request_id"])
    written = two_columns("Vectors of add user, sessions and decisions")
    assert push.context_digest(CONTEXT).hex() == ONLINE["context_digest"]
    assert written == {
        "adduser_start_tlv": build("B1").hex(),
        "adduser_start_sig": signed("B1"),
        "adduser_finish_tlv": build("B2").hex(),
        "adduser_finish_sig": signed("B2"),
        "text_psk": text_psk.reveal().hex(),
        "adduser_reply_sha256": ONLINE["adduser_reply_sha256"],
        "adduser_reply_sig": signed("A2"),
        "adduser_seed": ONLINE["adduser_seed"],
        "adduser_response": ONLINE["adduser_response"],
        "device_session_tlv": build("session").hex(),
        "device_session_sig": signed("session"),
        **{f"device_state_sig, {state}": signed("state", state=state) for state in ONLINE["device_state_sigs"]},
        "context_tlv": push_context().hex(),
        "context_digest": push.context_digest(CONTEXT).hex(),
        "push_tlv": build("decision").hex(),
        "push_sig": signed("decision"),
        **{
            f"push_{word}_sig": signed("decision", decision=decision, number="", counter=INPUTS["reply_counter"])
            for word, decision in (("approve", push.APPROVE), ("deny", push.DENY), ("report", push.REPORT))
        },
    }


def test_the_inputs_are_those_of_the_vectors() -> None:
    """What the page abbreviates is what the vectors were computed from."""
    given = two_columns("Vectors")
    assert read_bytes(given["request_id and flow_id"]).hex() == INPUTS["request_id"]
    assert (given["user name"], given["texted code"], given["number"]) == (
        INPUTS["username"],
        INPUTS["sms_code"],
        INPUTS["number"],
    )
    assert given["exp of the request"] == str(INPUTS["push_exp"])
    assert given["ip, agent, place"].replace("`", "") == f"{CONTEXT.ip}, {CONTEXT.agent}, {CONTEXT.place}"


def test_the_exchange_by_text_message_is_what_would_be_sent() -> None:
    """The four messages are those that the code makes of the vectors, and the response is that of their seed."""
    start, started, finish, reply = (text.encode() for _, text in NOTE)
    sent = add_user.parse_add_user_start(start)
    assert (sent.username, sent.label, sent.suite) == (INPUTS["username"], INPUTS["device_label"], "classic6")
    assert sent.sig.hex() == ONLINE["adduser_start_sig"]
    assert add_user.parse_add_user_started(started).flow_id == INPUTS["request_id"]
    asked = add_user.parse_add_user_finish(finish)
    assert (asked.code, asked.sig.hex()) == (Secret(INPUTS["sms_code"]), ONLINE["adduser_finish_sig"])
    assert messages.parse_activate_reply(reply).sig.hex() == ONLINE["adduser_reply_sig"]
    assert f"the device answers `123456` with `{ONLINE['adduser_response']}`" in PAGE


def test_the_exchange_of_a_decision_is_what_would_be_sent() -> None:
    """Session, state, request, event and decision are those that the code makes of the vectors."""
    session, token, state, request, event, decision, decided = (text for _, text in ANSWER)
    assert device_session.parse_session_request(session.encode()) == KINDS["session request"][0]
    assert device_session.parse_session_reply(token.encode()) == KINDS["session"][0]
    replaced = device_session.parse_session_reply(state.encode())
    assert isinstance(replaced, device_session.StateReply)
    assert replaced.sig.hex() == ONLINE["device_state_sigs"]["replaced"]
    assert push.parse_request(request.encode()) == KINDS["request"][0]
    assert event == f"id: 17\nevent: request\ndata: {push.format_request(KINDS['request'][0])}\n\n"
    assert push.parse_decision_request(decision.encode()) == KINDS["decision"][0]
    assert push.parse_decision_reply(decided.encode()).state == "approved"


@pytest.mark.parametrize(
    ("title", "text", "has_version"),
    [
        ("B1, credentials", NOTE[0][1], True),
        ("B2, the code", NOTE[2][1], True),
        ("Device sessions", ANSWER[0][1], True),
        ("The request", ANSWER[3][1], False),
        ("The decision", ANSWER[5][1], True),
    ],
    ids=lambda value: value if isinstance(value, str) and "{" not in value else "",
)
def test_the_members_are_those_of_the_messages(title: str, text: str, has_version: bool) -> None:
    """The table of a message names its members, all of them, in the order in which they are written."""
    assert [row[0] for row in table(title)] == list(json.loads(text))[0 if has_version else 1 :]


def test_the_members_of_a_challenge_that_waits_are_those_of_its_message() -> None:
    """They stand in the page's table in the order in which they are written."""
    value, write, _ = KINDS["challenges"]
    (told,) = json.loads(write(value))["challenges"]
    assert [row[0] for row in table("The challenge that waits")] == list(told)


@pytest.mark.parametrize("kind", ["trading login", "trading challenge", "trading response", "trading entry"])
def test_the_trading_device_s_members_are_those_of_its_messages(kind: str) -> None:
    """Each member of a message stands in the table of the trading device's requests."""
    rows = " ".join(" ".join(row) for row in table("The trading device"))
    value, write, _ = KINDS[kind]
    assert all(f'"{name}"' in rows for name in json.loads(write(value)))


def test_the_words_are_those_of_the_code() -> None:
    """States of requests and devices, decisions, and what becomes of a request, are said as the code says them."""
    states = two_columns("The request")["state"]
    assert set(re.findall(r"\w+", states.replace(" or ", " "))) == push.STATES
    sentence = PAGE.partition("`state` is one of")[2].partition(";")[0]
    assert set(re.findall(r"`(\w+)`", sentence)) == members.INACTIVE
    taken = table("The decision", 1)[-1][1]
    assert re.findall(r'"(\w+)"', taken.replace('"v"', "").replace('"state"', "")) == list(push.DECIDED.values())


def test_the_numbers_are_those_of_the_policy() -> None:
    """Lives, tries and waits that the page names are the classic profile's, the stream's are the server's."""
    policy = Policy()
    for sentence in (
        f"has {policy.sms_code_digits} digits, lasts {policy.sms_code_seconds} seconds",
        f"may be tried {policy.sms_code_tries} times",
        f"there are {policy.sms_resend_seconds} seconds (429 and `Retry-After` before)",
        f"a flow gets {policy.sms_sends} texts",
        f"within {policy.device_nonce_seconds} seconds, `POST /api/device/v1/session`",
        f"reads this device's own requests and challenges for {policy.device_session_seconds} seconds",
        f"for {policy.push_seconds} seconds and never longer than the login",
        f"at least every {streams.HEARTBEAT_S:.0f} seconds",
    ):
        assert sentence in PAGE, sentence
    assert (policy.clone_alarms, streams.MOST_OF_ONE, streams.LONGEST_S) == (1, 2, 600)
    assert "The second such note suspends the device." in PAGE
    assert "two for a device, and none for longer than ten minutes" in PAGE
    assert f"{push.MOST_CONTEXT_BYTES} bytes: it may be empty" in PAGE
    assert f"1 to {members.MOST_PASSWORD_BYTES} bytes" in PAGE


def test_the_text_is_the_portal_s() -> None:
    """The message that the page quotes is what the portal writes."""
    assert texting._ENGLISH.format(code="407182", label="laptop", name=texting.mask_name("alice")) in PAGE


def test_the_first_line_of_a_stream_is_the_server_s() -> None:
    """How long to wait before connecting again is what the server says."""
    assert f"`retry: {streams._RETRY_MS}` comes first" in PAGE


def test_every_address_of_the_page_is_served(tmp_path: Path) -> None:
    """The portal has each route that the table of HTTP names, by its method, and no other for devices."""
    site = open_site(tmp_path, make_empty_database(tmp_path / "empty.sqlite3"))
    served = {
        (method, rule.rule)
        for rule in site.app.url_map.iter_rules()
        if rule.rule.startswith("/api/")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    site.portal.close()
    written = set()
    for cell, _ in table("HTTP"):
        method, _, paths = cell.replace("`", "").removesuffix(", A1").partition(" ")
        first, *more = paths.split(", ")
        root = first.rpartition("/")[0]
        written |= {(method, first), *((method, f"{root}/{path}") for path in more)}
    assert written == served


def test_the_record_of_an_enrolment_has_the_members_of_the_code() -> None:
    """What the phone keeps while a code is awaited is listed as it is kept."""
    row = next(row for row in table("The keystore of `authkey`") if row[0] == "enrolment")
    listed = re.findall(r"\w+", row[1].partition("{")[2].partition("}")[0])
    assert listed == list(PendingEnrolment._fields)


def test_the_qr_code_of_a_login_is_read() -> None:
    """The URI of the vectors says what the inputs say, and is found in the document."""
    uri = SECTIONS["Vectors of add user, sessions and decisions"].blocks[0][1].strip()
    read = parse_login_uri(uri)
    assert (read.instance_id, read.origin, read.request_id) == (
        INPUTS["instance_id"],
        INPUTS["origin"],
        INPUTS["request_id"],
    )
    assert read.expires_s * 1_000 == INPUTS["push_exp"]


@pytest.mark.parametrize("row", table("URIs of a login"), ids=lambda row: row[2])
def test_listed_login_uris_are_refused(row: list[str]) -> None:
    """Each replacement in the URI of the vectors makes one that is refused."""
    uri: str = ONLINE["login_uri"]
    assert row[0] in uri
    with pytest.raises(MessageError):
        parse_login_uri(uri.replace(row[0], row[1].replace("``", "")))


@pytest.mark.parametrize("row", table("Decisions"), ids=lambda row: f"{row[0]} {row[1]}")
def test_listed_decisions_are_refused(row: list[str]) -> None:
    """Each change of the decision above makes one that is refused."""
    changed = json.loads(ANSWER[5][1]) | {row[0]: json.loads(row[1])}
    push.parse_decision_request(ANSWER[5][1].encode())
    with pytest.raises(MessageError):
        push.parse_decision_request(json.dumps(changed).encode())
