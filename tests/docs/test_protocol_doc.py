"""`docs/protocol.md` is a contract: what it says is compared with the code, row by row, and its examples run."""

import hashlib
import hmac
import json
import re
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from authsim import states
from authsim.errors import MessageError
from authsim.protocol import codes, encodings, keys, messages, ocra
from authsim.protocol.activation_uri import format_session_id, parse_activation_uri
from authsim.protocol.hkdf import expand, extract
from authsim.protocol.suite import CLASSIC6, STRICT10, SUITES, parse_suite
from authsim.protocol.transcript import Tag, encode_transcript, u32, u64
from authsim.secret import Secret
from tests.support.protocol_page import DOC, SECTIONS, read_bytes, table, two_columns

EXAMPLES = [text for section in SECTIONS.values() for language, text in section.blocks if language == "python"]


class World:
    """The inputs of the vectors, as the document gives them, and what the code makes of them."""

    def __init__(self, suite: str) -> None:
        given = two_columns("Vectors")
        self.suite = suite
        self.private = {name: Secret(read_bytes(given[name])) for name in given if name.endswith("private")}
        self.code = Secret(read_bytes(given["activation code"]))
        self.keys = keys.derive_activation_keys(self.code)
        self.psk = keys.signing_public_key(self.private["PSK private"])
        self.dsk = keys.signing_public_key(self.private["DSK private"])
        self.dkx = keys.agreement_public_key(self.private["device X25519 private"])
        self.pkx = keys.agreement_public_key(self.private["portal X25519 private"])
        self.shared = keys.compute_shared(self.private["device X25519 private"], self.pkx)
        common: dict[str, Any] = {
            "instance_id": read_bytes(given["instance_id"]).hex(),
            "origin": given["origin"],
            "code_id": self.keys.code_id,
            "client_nonce": read_bytes(given["cn"]),
            "dsk": self.dsk,
            "dkx": self.dkx,
            "psk": self.psk,
            "suite": suite,
            "label": given["device label"],
        }
        self.request = messages.activate_request_transcript(**common)
        self.reply = messages.activate_reply_transcript(
            **common,
            user_id=read_bytes(given["user_id"]).hex(),
            device_id=read_bytes(given["device_id"]).hex(),
            server_nonce=read_bytes(given["sn"]),
            iat=int(given["iat"]),
            exp=int(given["exp"]),
            pkx=self.pkx,
            user_label=given["user label"],
        )
        self.given = given
        self.seed = keys.derive_seed(self.keys.psk, self.shared, self.reply)
        self.challenge = keys.derive_confirmation(suite, self.keys.psk, self.shared, self.reply)

    def vectors(self) -> dict[str, str]:
        """Return every named vector of a suite."""
        return {
            "activate_req_length": str(len(self.request)),
            "activate_req_tlv": self.request.hex(),
            "activate_req_sha256": hashlib.sha256(self.request).hexdigest(),
            "activate_req_mac": keys.compute_mac(self.keys.mac, self.request).hex(),
            "activate_req_sig": keys.sign(self.private["DSK private"], self.request).hex(),
            "activate_resp_length": str(len(self.reply)),
            "activate_resp_tlv": self.reply.hex(),
            "activate_resp_sha256": hashlib.sha256(self.reply).hexdigest(),
            "activate_resp_sig": keys.sign(self.private["PSK private"], self.reply).hex(),
            "ocra_seed": self.seed.reveal().hex(),
            "confirm_challenge": self.challenge,
            "confirm_response": self.respond(self.challenge, codes.Purpose.ACTIVATION),
        }

    def respond(self, challenge: str, purpose: int) -> str:
        """Return the response under the seed of the vectors."""
        return codes.compute_challenge_response(self.suite, self.seed, challenge=challenge, purpose=purpose)


@pytest.mark.parametrize("example", EXAMPLES, ids=range(len(EXAMPLES)))
def test_the_examples_run(example: str) -> None:
    """Every Python block runs, and its assertions hold."""
    exec(compile(example, str(DOC), "exec"), {"__name__": "example"})  # noqa: S102 - it is our own document


def test_there_are_examples() -> None:
    """One example uses AuthSim, another nothing but Python."""
    assert len(EXAMPLES) == 2


@pytest.mark.parametrize(("suite", "title"), [(STRICT10, "strict10 vectors"), (CLASSIC6, "classic6 vectors")])
def test_the_activation_vectors_are_those_of_the_code(suite: str, title: str) -> None:
    """Each named vector of a suite is what the code computes from the inputs above it."""
    computed = World(suite).vectors()
    written = two_columns(title)
    assert written == {name: computed[name] for name in written}
    assert len(written) >= 10


def test_the_common_vectors_are_those_of_the_code() -> None:
    """Keys, derivations, Session ID and fingerprint are what the code computes."""
    world = World(CLASSIC6)
    assert two_columns("Vectors of both suites") == {
        "portal_sign_pk": world.psk.hex(),
        "device_sign_pk": world.dsk.hex(),
        "device_kx_pk": world.dkx.hex(),
        "portal_kx_pk": world.pkx.hex(),
        "code_id": world.keys.code_id,
        "code_mac": world.keys.mac.reveal().hex(),
        "code_psk": world.keys.psk.reveal().hex(),
        "x25519_shared": world.shared.reveal().hex(),
        "session_id": format_session_id(world.code).reveal_text(),
        "fingerprint": keys.fingerprint(world.psk),
    }
    assert keys.fingerprint(world.psk) in " ".join(
        DOC.read_text(encoding="utf-8").partition("\n### Fingerprint")[2].split()
    )


def test_the_responses_are_those_of_the_code() -> None:
    """Each challenge in the two tables of responses has the response beside it."""
    strict, classic = World(STRICT10), World(CLASSIC6)
    for challenge, response in table("strict10 vectors", 1):
        assert strict.respond(challenge, int(challenge[0])) == response
    for purpose, challenge, response in table("classic6 vectors", 1):
        assert classic.respond(challenge, int(purpose)) == response
    assert len(table("strict10 vectors", 1)) == len(table("classic6 vectors", 1)) == 9


@pytest.mark.parametrize(
    ("suite", "number", "challenge", "session"),
    [(CLASSIC6, 0, "123456", b"authsim/1/purpose/1"), (STRICT10, 1, "1123456787", None)],
)
def test_the_worked_examples_are_right(suite: str, number: int, challenge: str, session: bytes | None) -> None:
    """Hexadecimal form, message length, HMAC, offset, four bytes, number and response are those of the computation."""
    steps = [row[1] for row in table(suite, number)]
    message = ocra.compute_data_input(SUITES[suite], question=challenge, session=session)
    mac = hmac.digest(World(suite).seed.reveal(), message, "sha256")
    offset = mac[-1] & 15
    assert steps[0] == SUITES[suite].encode().hex() + "00"
    assert steps[1] == f"{int(challenge):x}"
    assert f"{len(message)} bytes" in steps
    assert mac.hex() in steps
    assert steps[-4:] == [
        str(offset),
        mac[offset : offset + 4].hex(),
        str(int.from_bytes(mac[offset : offset + 4]) & 0x7FFFFFFF),
        World(suite).respond(challenge, 1),
    ]


def test_the_uris_are_read() -> None:
    """The URI of either suite says what the inputs say, and is found in the document."""
    text = DOC.read_text(encoding="utf-8")
    world = World(CLASSIC6)
    uris = set(re.findall(r"authsim://activate/1\?i=0[^\s`]+", text))
    assert {parse_activation_uri(uri).suite for uri in uris} == set(SUITES)
    for uri in map(parse_activation_uri, uris):
        assert (uri.instance_id, uri.origin) == (read_bytes(world.given["instance_id"]).hex(), world.given["origin"])
        assert (uri.psk, uri.code) == (world.psk, world.code)
    assert SECTIONS["strict10 vectors"].blocks[0][1].strip() in uris


def test_the_exchange_is_what_would_be_sent() -> None:
    """The four messages of the complete exchange are those that the code makes of the vectors."""
    world = World(CLASSIC6)
    instance, request, reply, error = (text for _, text in SECTIONS["A complete exchange"].blocks)
    vectors = world.vectors()
    assert messages.parse_instance(instance.encode()).psk == world.psk
    sent = messages.parse_activate_request(request.encode())
    assert (sent.code_id, sent.dsk, sent.dkx, sent.suite) == (world.keys.code_id, world.dsk, world.dkx, CLASSIC6)
    assert (sent.mac.hex(), sent.sig.hex()) == (vectors["activate_req_mac"], vectors["activate_req_sig"])
    answered = messages.parse_activate_reply(reply.encode())
    assert (answered.pkx, answered.sig.hex()) == (world.pkx, vectors["activate_resp_sig"])
    assert messages.parse_error(error.encode()).error == "auth_failed"
    for text, write, value in (
        (request, messages.format_activate_request, sent),
        (reply, messages.format_activate_reply, answered),
    ):
        assert list(json.loads(text)) == list(json.loads(write(value)))  # type: ignore[operator]


@pytest.mark.parametrize(("title", "number"), [("A1, the request", 0), ("A2, the reply", 2)])
def test_the_members_are_those_of_the_messages(title: str, number: int) -> None:
    """The table of a message names its members, all of them, in the order in which they are written."""
    text = [text for _, text in SECTIONS["A complete exchange"].blocks][1 if number == 0 else 2]
    assert [row[0] for row in table(title)] == list(json.loads(text))


def test_the_tags_are_those_of_the_code() -> None:
    """Every tag stands in the table, with its number and name, and no other does."""
    assert [(int(row[0], 16), row[1]) for row in table("Transcripts")] == [(tag.value, tag.name.lower()) for tag in Tag]


def test_the_contexts_have_the_fields_that_the_code_writes() -> None:
    """The tags of both activation transcripts are those of their table rows."""
    rows = {row[0]: row[2].split() for row in table("Transcripts", 1)}
    world = World(STRICT10)
    for context, transcript in (("activate-req", world.request), ("activate-resp", world.reply)):
        rest = transcript.removeprefix(b"authsim/1\0" + context.encode() + b"\0")
        tags = []
        while rest:
            tags.append(rest[:2].hex())
            rest = rest[6 + int.from_bytes(rest[2:6]) :]
        assert tags == rows[context]


def test_the_purposes_are_those_of_the_code() -> None:
    """Nine numbers stand in the table."""
    assert [int(row[0]) for row in table("Purposes")] == [purpose.value for purpose in codes.Purpose]


def test_the_suites_are_those_of_the_code() -> None:
    """Both names have their OCRA text, their number of digits, and what OCRA makes of it."""
    rows = table("OCRA and the two suites", 1)
    assert {row[0]: row[1] for row in rows} == dict(SUITES)
    for name, text, challenge, response in rows:
        digits = codes.format_challenge(name, purpose=1, draw=0)
        assert challenge == f"{len(digits)} digits"
        assert response == f"{parse_suite(text).digits} digits"


def test_the_check_digit_table_is_that_of_the_code() -> None:
    """The ten rows of the quasigroup are printed as they are computed with."""
    assert [row[1] for row in table("strict10")] == list(codes._DAMM)


@pytest.mark.parametrize(
    ("number", "machine"),
    [(0, states.DEVICE), (1, states.ONE_SHOT), (2, states.LOGIN)],
    ids=["device", "one-shot", "login"],
)
def test_the_state_tables_are_those_of_the_code(number: int, machine: Any) -> None:
    """Every legal (state, event) pair stands in the document, and no other."""
    written = {(row[0], row[1], row[2]) for row in table("State machines", number)}
    coded = {(s.value, e.value, after.value) for s, events in machine.items() for e, after in events.items()}
    assert written == coded


def test_the_refused_keys_are_those_of_the_code() -> None:
    """The seven y-coordinates are refused with the top bit set and not: 14 keys."""
    rows = [bytes.fromhex(row[0]) for row in table("Public keys that are refused")]
    refused = {pk for y in rows for pk in (y, y[:-1] + bytes([y[-1] | 0x80]))}
    assert len(refused) == 14
    for pk in refused:
        with pytest.raises(MessageError):
            keys.require_signing_key(pk)


@pytest.mark.parametrize("row", table("Challenges"), ids=lambda row: row[2])
def test_listed_challenges_are_refused(row: list[str]) -> None:
    """Each negative challenge is refused by the suite it is listed for."""
    with pytest.raises(MessageError):
        codes.require_challenge(row[0], row[1])


@pytest.mark.parametrize("row", table("Base64url"), ids=lambda row: row[2])
def test_listed_base64url_is_refused(row: list[str]) -> None:
    """Each negative spelling is refused for the length it is listed with."""
    with pytest.raises(MessageError):
        encodings.parse_b64u(row[0], length=int(row[1].split()[0]))


@pytest.mark.parametrize("row", table("URIs"), ids=lambda row: row[2])
def test_listed_uris_are_refused(row: list[str]) -> None:
    """Each replacement in the URI of the vectors makes one that is refused."""
    uri = SECTIONS["strict10 vectors"].blocks[0][1].strip()
    assert row[0] in uri
    with pytest.raises(MessageError):
        parse_activation_uri(uri.replace(row[0], row[1].replace("``", "")))


@pytest.mark.parametrize("row", table("Messages"), ids=lambda row: row[1])
def test_listed_messages_are_refused(row: list[str]) -> None:
    """Each negative body is refused, and the same without its defect is read."""
    with pytest.raises(MessageError):
        messages.parse_error(row[0].encode())
    assert messages.parse_error(b'{"v":1,"error":"state","ref":"a"}').error == "state"


@pytest.mark.parametrize("row", table("Questions that collide"), ids=lambda row: row[0])
def test_listed_questions_collide(row: list[str]) -> None:
    """Both questions of a row have its response, and neither is a challenge."""
    key = b"12345678901234567890123456789012"
    for question in row[:2]:
        assert ocra.compute_response("OCRA-1:HOTP-SHA256-8:QN08", key, question=question) == row[2]
        for suite in SUITES:
            with pytest.raises(MessageError):
                codes.require_challenge(suite, question)


def test_the_keystore_vectors_are_right() -> None:
    """The formulas of the document, followed here, give the values beside them and open the file."""
    written = two_columns("Keystore vectors")
    file = SECTIONS["Keystore vectors"].blocks[0][1].encode()
    device_key, ksid = bytes([8]) * 32, read_bytes(two_columns("Vectors")["ksid"])
    members = json.loads(file)
    mac = encodings.parse_b64u(members.pop("mac"), length=32)
    plain = (json.dumps(members, separators=(",", ":"), sort_keys=True) + "\n").encode()
    assert hmac.digest(expand(device_key, b"authsim/1/keystore-mac", 32), plain, "sha256") == mac
    stretched = Argon2id(salt=bytes([7]) * 16, length=32, iterations=3, lanes=4, memory_cost=65_536).derive(b"493817")
    kek = expand(extract(device_key, stretched), b"authsim/1/keystore-kek\0" + ksid, 32)
    costs = u32(65_536) + u32(3) + u32(4)
    wrap = encode_transcript(
        "keystore-wrap",
        [
            (Tag.KEYSTORE_ID, ksid),
            (Tag.KDF_NAME, b"argon2id"),
            (Tag.KDF_COSTS, costs),
            (Tag.KDF_SALT, bytes([7]) * 16),
            (Tag.KEYSTORE_BINDING, b"device-file"),
            (Tag.AEAD_NAME, b"aes-256-gcm"),
        ],
    )
    body = encode_transcript(
        "keystore-body", [(Tag.KEYSTORE_ID, ksid), (Tag.AEAD_NAME, b"aes-256-gcm"), (Tag.GENERATION, u64(3))]
    )
    wrapped = encodings.parse_b64u(members["wrap"]["ct"], length=48)
    sealed = encodings.parse_b64u(members["body"]["ct"], length=72)
    dek = AESGCM(kek).decrypt(bytes([10]) * 12, wrapped, wrap)
    assert dek == bytes([9]) * 32
    assert written == {
        "argon2id_out": stretched.hex(),
        "kek": kek.hex(),
        "wrap_aad": wrap.hex(),
        "wrapped_dek": wrapped.hex(),
        "body_aad": body.hex(),
        "body_plain": AESGCM(dek).decrypt(bytes([11]) * 12, sealed, body).decode(),
        "body_ct": sealed.hex(),
    }


def test_every_anchor_leads_to_a_section() -> None:
    """Each link within the page names one of its headings."""
    anchors = {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in SECTIONS}
    links = set(re.findall(r"\]\(#([^)]+)\)", DOC.read_text(encoding="utf-8")))
    assert links
    assert links <= anchors
