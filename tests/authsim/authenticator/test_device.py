"""What a phone knows."""

import json

import pytest

from authsim.authenticator.body import MOST_BODY_BYTES, format_phone, parse_phone
from authsim.authenticator.device import (
    MOST_ACCOUNTS,
    MOST_PORTALS,
    Phone,
    Platform,
    Portal,
    accounts_named,
    full_name,
    require_trusted,
    with_account,
    with_portal,
    without_account,
    without_portal,
)
from authsim.authenticator.pin import PinPolicy
from authsim.errors import MessageError, Reason, RefusalError
from authsim.protocol.suite import STRICT10
from authsim.secret import Secret
from tests.support.phones import ORIGIN, make_account, make_pending, make_phone

PORTAL = Portal("11" * 16, ORIGIN, b"\x11" * 32)


@pytest.mark.parametrize(
    "phone",
    [
        make_phone(),
        make_phone(make_account(), make_account("bob", user="23", suite=STRICT10)),
        make_phone(platform=Platform.ANDROID, policy=PinPolicy.HARDENED),
        make_phone(make_account("日本"), portals=(PORTAL,), pending=make_pending()),
    ],
)
def test_a_body_says_what_the_phone_knows(phone: Phone) -> None:
    """What is written is read back the same."""
    assert parse_phone(format_phone(phone)) == phone


def test_an_empty_phone_has_the_shortest_body() -> None:
    """Portals and an activation under way stand in the body only when there are any."""
    body = json.loads(format_phone(make_phone()).reveal())

    assert body.keys() == {"accounts", "created_ms", "pin_policy", "platform"}


def test_secrets_do_not_show() -> None:
    """Neither the account nor the pending record shows a key when it is printed."""
    shown = repr(make_phone(make_account(), pending=make_pending()))

    assert "dsk=Secret(•••), seed=Secret(•••)" in shown
    assert make_account().seed.reveal().hex() not in shown


def change(**changes: object) -> Secret:
    """Return a full body with members replaced; None removes one."""
    phone = make_phone(make_account(), portals=(PORTAL,), pending=make_pending())
    body = json.loads(format_phone(phone).reveal()) | changes
    return Secret(json.dumps({name: value for name, value in body.items() if value is not None}))


def record(kind: str, **changes: object) -> dict[str, object]:
    """Return one record of a full body with members replaced; None removes one."""
    body = json.loads(change().reveal())
    found = (body[kind] if kind == "pending" else body[kind][0]) | changes
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

    body = format_phone(make_phone(*users, portals=portals, pending=pending))

    assert len(body) < MOST_BODY_BYTES
    assert parse_phone(body).accounts == tuple(users)


def test_a_user_is_found_by_name() -> None:
    """A user name is enough; with the portal's address it is exact."""
    here, there = make_account(), make_account(origin="http://127.0.0.1:9000", instance="12")
    bob = make_account("bob", user="23")

    assert accounts_named((here, there, bob), "alice") == (here, there)
    assert accounts_named((here, there, bob), full_name("alice", here.origin)) == (here,)
    assert accounts_named((here, there, bob), "alice@127.0.0.1:9000") == (there,)
    assert accounts_named((here, there, bob), "carol") == ()


def test_a_new_key_of_the_same_user_replaces_the_old_one() -> None:
    """One user at one portal has one key on a phone."""
    old = make_account()
    new = old._replace(device_id="99" * 16)
    bob = make_account("bob", user="23")

    assert with_account(make_phone(old, bob), new).accounts == (bob, new)


def test_a_user_whom_the_portal_added_anew_is_replaced() -> None:
    """The operator removed a user and added one of the same name: the old keys answer nobody."""
    old, elsewhere = make_account(), make_account(origin="http://127.0.0.1:9000", instance="12")
    new = make_account(user="44")

    assert with_account(make_phone(old, elsewhere), new).accounts == (elsewhere, new)


def test_a_user_is_taken_off() -> None:
    """The others stay."""
    alice, bob = make_account(), make_account("bob", user="23")

    assert without_account(make_phone(alice, bob), alice).accounts == (bob,)


def test_a_portal_is_kept_once() -> None:
    """The same portal again changes nothing."""
    phone = with_portal(make_phone(), PORTAL)

    assert with_portal(phone, PORTAL) == phone


@pytest.mark.parametrize("phone", [make_phone(portals=(PORTAL,)), make_phone(make_account())])
def test_no_portal_takes_over_the_address_of_another(phone: Phone) -> None:
    """A portal that answers where another one is known is refused, until a person has taken that one off."""
    successor = Portal("12" * 16, ORIGIN, b"\x12" * 32)

    with pytest.raises(RefusalError) as refused:
        with_portal(phone, successor)

    assert refused.value.reason is Reason.PORTAL_NOT_TRUSTED
    assert with_portal(without_portal(phone, ORIGIN), successor).portals == (successor,)


def test_a_portal_is_taken_off_with_its_users() -> None:
    """What belongs to another address stays, and so does what is under way there."""
    there = "http://127.0.0.1:9000"
    alice, bob = make_account(), make_account("bob", origin=there, instance="12")
    other = Portal("12" * 16, there, b"\x12" * 32)
    phone = make_phone(alice, bob, portals=(PORTAL, other), pending=make_pending())

    assert without_portal(phone, ORIGIN) == make_phone(bob, portals=(other,))
    assert without_portal(phone, there) == make_phone(alice, portals=(PORTAL,), pending=make_pending())


def test_the_oldest_portals_are_forgotten() -> None:
    """A phone keeps a limited number of keys."""
    phone = make_phone()
    for number in range(MOST_PORTALS + 1):
        phone = with_portal(phone, Portal(f"{number:032x}", f"http://127.0.0.1:{9000 + number}", bytes(32)))

    assert len(phone.portals) == MOST_PORTALS
    assert phone.portals[0].origin == "http://127.0.0.1:9001"


@pytest.mark.parametrize("phone", [make_phone(portals=(PORTAL,)), make_phone(make_account())])
def test_an_instance_with_another_key_is_not_trusted(phone: Phone) -> None:
    """The key of an instance is learnt once, from a portal that was kept or from a user's activation."""
    require_trusted(phone, PORTAL)

    with pytest.raises(RefusalError) as refused:
        require_trusted(phone, PORTAL._replace(psk=b"\x12" * 32))

    assert refused.value.reason is Reason.PORTAL_NOT_TRUSTED
