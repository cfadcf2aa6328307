"""How what a phone knows is spelled."""

import json

import pytest

from authsim.authenticator.body import MOST_BODY_BYTES, format_phone, parse_phone
from authsim.authenticator.device import MOST_ACCOUNTS, MOST_PORTALS, Phone, Platform, Portal
from authsim.authenticator.pin import PinPolicy
from authsim.errors import MessageError
from authsim.protocol.suite import STRICT10
from authsim.secret import Secret
from tests.support.phones import ORIGIN, make_account, make_enrolment, make_pending, make_phone

PORTAL = Portal("11" * 16, ORIGIN, b"\x11" * 32)


@pytest.mark.parametrize(
    "phone",
    [
        make_phone(),
        make_phone(make_account(), make_account("bob", user="23", suite=STRICT10)),
        make_phone(platform=Platform.ANDROID, policy=PinPolicy.HARDENED),
        make_phone(make_account("日本"), portals=(PORTAL,), pending=make_pending()),
        make_phone(make_account(), enrolment=make_enrolment()),
        make_phone(enrolment=make_enrolment("花子")._replace(code=None)),
        make_phone(enrolment=make_enrolment()._replace(code=None, flow_id=None), pending=make_pending()),
    ],
)
def test_a_body_says_what_the_phone_knows(phone: Phone) -> None:
    """What is written is read back the same."""
    assert parse_phone(format_phone(phone)) == phone


def test_an_empty_phone_has_the_shortest_body() -> None:
    """Portals and what is under way stand in the body only when there are any."""
    body = json.loads(format_phone(make_phone()).reveal())

    assert body.keys() == {"accounts", "created_ms", "pin_policy", "platform"}


def test_secrets_do_not_show() -> None:
    """Neither the account nor a record of what is under way shows a key or a code when it is printed."""
    shown = repr(make_phone(make_account(), pending=make_pending(), enrolment=make_enrolment()))

    assert "dsk=Secret(•••), seed=Secret(•••)" in shown
    assert make_account().seed.reveal().hex() not in shown
    assert "040718" not in shown


def change(**changes: object) -> Secret:
    """Return a full body with members replaced; None removes one."""
    phone = make_phone(make_account(), portals=(PORTAL,), pending=make_pending(), enrolment=make_enrolment())
    body = json.loads(format_phone(phone).reveal()) | changes
    return Secret(json.dumps({name: value for name, value in body.items() if value is not None}))


def record(kind: str, **changes: object) -> dict[str, object]:
    """Return one record of a full body with members replaced; None removes one."""
    body = json.loads(change().reveal())
    found = (body[kind] if type(body[kind]) is dict else body[kind][0]) | changes
    return {name: value for name, value in found.items() if value is not None}


@pytest.mark.parametrize(
    "body",
    [
        change(accounts=None),
        change(created_ms=None),
        change(surplus=1),
        change(platform="windows"),
        change(platform=["ios"]),
        change(pin_policy="none"),
        change(created_ms="1"),
        change(created_ms=True),
        change(accounts={}),
        change(portals="none"),
        change(accounts=[1]),
        change(accounts=[record("accounts", seed=None)]),
        change(accounts=[record("accounts", surplus=1)]),
        change(accounts=[record("accounts", seed="AA")]),
        change(accounts=[record("accounts", suite="classic7")]),
        change(accounts=[record("accounts", label="")]),
        change(accounts=[record("accounts", label="\u202eevil")]),
        change(accounts=[record("accounts", ctr=-1)]),
        change(accounts=[record("accounts", user_id="22")]),
        change(portals=[record("portals", psk="!")]),
        change(pending=record("pending", cn=None)),
        change(pending=record("pending", code="AAAA")),
        change(pending=[]),
        change(enrolment=[]),
        change(enrolment=record("enrolment", username=None)),
        change(enrolment=record("enrolment", surplus=1)),
        change(enrolment=record("enrolment", username="a\nb")),
        change(enrolment=record("enrolment", code="40718x")),
        change(enrolment=record("enrolment", code=40718)),
        change(enrolment=record("enrolment", flow_id="30")),
        change(enrolment=record("enrolment", flow_id=None)),
        change(enrolment=record("enrolment", dsk="AA")),
        change(enrolment=record("enrolment", suite="classic7")),
        Secret("[]"),
        Secret(b"\xff"),
        Secret(" " * (MOST_BODY_BYTES + 1)),
    ],
)
def test_a_malformed_body_is_refused(body: Secret) -> None:
    """Missing, surplus and wrong members are a malformed message, never anything else."""
    with pytest.raises(MessageError):
        parse_phone(body)


def test_the_fullest_phone_fits() -> None:
    """As many users and portals as a phone may have, with the longest names, stay below the limit of a body."""
    longest = "http://" + "a" * 243 + ":8765"
    users = [make_account("é" * 31 + f"{number:02}", origin=longest) for number in range(MOST_ACCOUNTS)]
    portals = tuple(PORTAL._replace(origin=longest) for _ in range(MOST_PORTALS))
    pending = make_pending()._replace(origin=longest, address=longest, label="é" * 32)
    enrolment = make_enrolment("é" * 32, origin=longest)._replace(label="é" * 32, code=Secret("0123456789"))

    body = format_phone(make_phone(*users, portals=portals, pending=pending, enrolment=enrolment))

    assert len(body) < MOST_BODY_BYTES
    assert parse_phone(body).accounts == tuple(users)


def test_a_body_of_an_earlier_version_is_read() -> None:
    """What an older phone wrote knows of no enrolment, and says everything else."""
    body = change(enrolment=None)

    assert parse_phone(body) == make_phone(make_account(), portals=(PORTAL,), pending=make_pending())


def test_the_code_stands_as_it_was_typed() -> None:
    """A texted code is text in the body, with its leading zeros; before it was typed there is none."""
    bodies = [
        json.loads(format_phone(make_phone(enrolment=make_enrolment()._replace(code=code))).reveal())["enrolment"]
        for code in (Secret("040718"), None)
    ]

    assert [body["code"] for body in bodies] == ["040718", None]
