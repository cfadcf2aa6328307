"""The documents of virtual phones: whole, changed one at a time, found by the keys that they hold."""

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from authsim.adapters.lab_file import LabFile
from authsim.authenticator.attempts import MOST_TRIES
from authsim.authenticator.device import Account, Phone, Platform
from authsim.errors import MessageError, Reason, RefusalError, StoreError
from authsim.lab.phones.drawer import Drawer, UnknownPhoneError
from authsim.lab.phones.fleet import Fleet
from authsim.lab.phones.handset import (
    Handset,
    Policy,
    Seen,
    format_handset,
    make_handset,
    open_handset,
    parse_handset,
    with_policy,
    with_seen,
)
from authsim.secret import Secret
from tests.support.lab import LabTown, MemoryShelf
from tests.support.ports import CountedEntropy


def account(device_id: str = "d" * 32, label: str = "alice") -> Account:
    """A user's key."""
    secret = Secret(b"s" * 32)
    return Account(
        instance_id="1" * 32,
        origin="http://127.0.0.1:1",
        psk=b"p" * 32,
        user_id="2" * 32,
        device_id=device_id,
        dsk=secret,
        seed=secret,
        ctr=0,
        suite="classic6",
        label=label,
    )


def handset(phone_id: str = "phone-1") -> Handset:
    """A phone without users."""
    return make_handset(
        phone_id, Platform.ANDROID, policy=Policy.MANUAL, delay_ms=0, made_ms=5, entropy=CountedEntropy(phone_id)
    )


def dek_of(phone: Handset) -> Secret:
    """What the right PIN gives."""
    opened = open_handset(phone)[1]
    assert isinstance(opened, Secret)
    return opened


def enrol(drawer: Drawer, phone_id: str, *accounts: Account) -> Phone:
    """Put users on a phone."""
    dek = dek_of(drawer.read(phone_id))
    return drawer.change_phone(phone_id, dek, lambda phone: phone._replace(accounts=accounts))


@pytest.fixture
def drawer() -> Drawer:
    """An empty drawer in memory."""
    return Drawer(MemoryShelf(), CountedEntropy())


def test_a_document_is_read_as_it_was_written() -> None:
    """All that a phone is comes back from its document; its secrets are in no text of it but that one."""
    phone = with_seen(with_seen(handset(), "r1", Seen.ANSWERED), "r2", Seen.WAITS)

    assert parse_handset(format_handset(phone)) == phone
    assert phone.pin.reveal_text() not in repr(phone)
    assert with_policy(phone, Policy.DENY, 7).seen == {"r1": Seen.ANSWERED}


def test_only_the_newest_requests_are_remembered() -> None:
    """A phone remembers two hundred requests, and of these the newest."""
    phone = handset()
    for number in range(201):
        phone = with_seen(phone, str(number), Seen.LEFT)

    assert (len(phone.seen), "0" in phone.seen, "200" in phone.seen) == (200, False, True)


def test_a_wrong_pin_is_counted_and_a_wiped_phone_stays_wiped() -> None:
    """A mistyped PIN is refused with the tries left; after the last nothing opens the phone."""
    phone = handset()
    for left in range(MOST_TRIES - 1, 0, -1):
        phone, told = open_handset(phone, is_mistyped=True)
        assert isinstance(told, RefusalError)
        assert (told.reason, told.attempts_remaining, phone.tries_left) == (Reason.WRONG_PIN, left, left)
    phone, told = open_handset(phone, is_mistyped=True)
    assert isinstance(told, RefusalError)
    assert (told.reason, phone.is_wiped) == (Reason.PHONE_WIPED, True)
    assert open_handset(phone)[0] == phone


def test_phones_are_found_by_the_keys_that_they_hold(drawer: Drawer) -> None:
    """Whoever holds a device's key is found by it: the phone, its copy, and nobody after they are gone."""
    drawer.put(handset("one"))
    enrol(drawer, "one", account())
    assert drawer.list_holders("d" * 32) == ("one",)

    copy = drawer.read("one")
    drawer.put(parse_handset(format_handset(copy).replace('"id":"one"', '"id":"two"')))
    assert drawer.list_holders("d" * 32) == ("one", "two")
    enrol(drawer, "one", account(), account("e" * 32, "bob"))
    assert drawer.read("one").users == ("alice", "bob")
    assert drawer.list_holders("e" * 32) == ("one",)

    drawer.erase("one")
    assert (drawer.list_holders("d" * 32), drawer.list_holders("e" * 32)) == (("two",), ())
    with pytest.raises(UnknownPhoneError):
        drawer.read("one")
    with pytest.raises(UnknownPhoneError):
        drawer.change("one", lambda phone: phone)
    with pytest.raises(FileExistsError):
        drawer.put(handset("two"))


def test_no_number_is_given_twice(drawer: Drawer) -> None:
    """A phone that is taken away leaves its number unused, and one that somebody chose is passed over."""
    town = LabTown()
    fleet = town.lab.fleet
    first = fleet.make("ios")
    fleet.erase(first.phone_id)
    fleet.make("ios", phone_id="phone-2")

    assert fleet.make("android").phone_id == "phone-3"
    assert drawer.list_ids() == []
    with pytest.raises(MessageError, match="at most 10000"):
        fleet.require_room(10_000)
    assert isinstance(fleet, Fleet)


@pytest.fixture
def file(tmp_path: Path) -> Iterator[LabFile]:
    """A lab's file."""
    made = LabFile.create(tmp_path / "lab.sqlite3")
    yield made
    made.close()


def test_one_signs_at_a_time(file: LabFile) -> None:
    """Whoever wants to sign waits until the one before has the portal's answer."""
    drawer, order = Drawer(file, CountedEntropy()), list[str]()
    begun = threading.Event()

    def sign_second() -> None:
        begun.set()
        with drawer.signing("phone-1"):
            order.append("second")

    with drawer.signing("phone-1"):
        thread = threading.Thread(target=sign_second)
        thread.start()
        begun.wait()
        with drawer.signing("phone-2"):
            order.append("another phone")
        order.append("first")
    thread.join()

    assert order == ["another phone", "first", "second"]
    assert file.list_names("phone-signs:") == []


def test_a_worker_that_died_holds_nobody_up(file: LabFile) -> None:
    """A turn that nobody gave back is over after five seconds; one from before the machine started, at once."""
    drawer = Drawer(file, CountedEntropy())
    file.change("phone-signs:phone-1", lambda _: f"{time.monotonic() - 5.1} 1/1")
    file.change("phone-signs:phone-2", lambda _: f"{time.monotonic() + 1_000} 1/1")

    for phone_id in ("phone-1", "phone-2"):
        with drawer.signing(phone_id):
            assert str(os.getpid()) in (file.read(f"phone-signs:{phone_id}") or "")


def test_a_phone_that_is_always_busy_says_so() -> None:
    """Who gets no turn in time is told so, and the one who has it keeps it."""
    drawer = Drawer(MemoryShelf(), CountedEntropy(), longest_wait_s=0.05)
    with drawer.signing("phone-1"):
        turn = drawer.signing("phone-1")
        with pytest.raises(StoreError, match="busy signing"):
            turn.__enter__()
