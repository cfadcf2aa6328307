"""What a phone knows."""

import pytest

from authsim.authenticator.device import (
    MOST_PORTALS,
    Phone,
    Portal,
    accounts_named,
    full_name,
    require_trusted,
    with_account,
    with_counter,
    with_portal,
    without_account,
    without_portal,
)
from authsim.errors import Reason, RefusalError
from tests.support.phones import ORIGIN, make_account, make_enrolment, make_pending, make_phone

PORTAL = Portal("11" * 16, ORIGIN, b"\x11" * 32)


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
    here = {"pending": make_pending(), "enrolment": make_enrolment()}
    phone = make_phone(alice, bob, portals=(PORTAL, other), **here)

    assert without_portal(phone, ORIGIN) == make_phone(bob, portals=(other,))
    assert without_portal(phone, there) == make_phone(alice, portals=(PORTAL,), **here)


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


def test_a_counter_is_raised_on_the_phone() -> None:
    """One more than what the phone knows, whatever the caller remembers; the other accounts keep theirs."""
    alice, bob = make_account()._replace(ctr=7), make_account("bob", user="23")

    phone, raised = with_counter(make_phone(alice, bob), alice._replace(ctr=3))

    assert raised == alice._replace(ctr=8)
    assert phone == make_phone(raised, bob)
    assert with_counter(phone, alice)[1].ctr == 9


def test_an_account_that_is_gone_signs_nothing() -> None:
    """Whoever holds an account that was taken off meanwhile learns it before anything is signed."""
    with pytest.raises(RefusalError) as refused:
        with_counter(make_phone(make_account("bob", user="23")), make_account())

    assert refused.value.reason is Reason.NOT_ENROLLED
