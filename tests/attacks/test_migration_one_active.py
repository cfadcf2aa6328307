"""Attack: the portal dies while a user moves to a new phone, to leave two phones active, or none (A27)."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from sqlalchemy import event

from authsim import states
from authsim.adapters.sql import SqlStore
from authsim.errors import Reason
from authsim.model import DeviceId
from authsim.verifier.add_user import complete_add_user
from tests.support.device import NETWORK
from tests.support.people import PASSWORD, Person, Town, refused
from tests.support.ports import BetweenSteps

#: More statements than a migration takes.
MANY = 200


class DiedError(BaseException):
    """The process is gone; nothing in the product catches it."""


@contextmanager
def dying_at(store: SqlStore, number: int) -> Iterator[list[str]]:
    """Let the process die just before it sends its statement of that number; yield those that were sent."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if len(sent) == number:
            raise DiedError
        sent.append(statement)

    engine = store.database.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)


def active(town: Town, person: Person) -> list[DeviceId]:
    """Return which devices of a person answer now."""
    devices = town.verifier.store.devices.list_of(person.user.user_id)
    return [device.device_id for device in devices if device.state is states.Device.ACTIVE]


def test_at_each_statement_exactly_one_phone_is_active(sqlite_store: SqlStore) -> None:
    """Dying before any statement leaves the old phone active, and the same request, sent again, the new one."""
    town = Town(between=BetweenSteps(sqlite_store))
    for number in range(MANY):
        person, old, new = town.adds(f"user-{number}"), town.sells_phone(), town.sells_phone()
        person.activates(old)
        attempt = new.starts_adding(town.verifier, person.user.name, PASSWORD)
        request = attempt.brings(person.reads_code())

        with dying_at(sqlite_store, number) as sent, suppress(DiedError):
            complete_add_user(town.verifier, request, client=NETWORK)

        assert len(active(town, person)) == 1, sent
        if len(sent) < number:
            break
        if active(town, person) == [old.device_id]:
            complete_add_user(town.verifier, request, client=NETWORK)
        assert len(active(town, person)) == 1
        assert active(town, person) != [old.device_id]

    assert 5 < number < MANY - 1
    assert active(town, person) != [old.device_id]


def test_between_the_steps_exactly_one_phone_is_active(town: Town, alice: Person) -> None:
    """Whoever looks while a migration is under way sees the old phone, then the new one, and nothing else."""
    old, new = town.sells_phone(), town.sells_phone()
    alice.activates(old)
    attempt = new.starts_adding(town.verifier, "alice", PASSWORD)
    request = attempt.brings(alice.reads_code())
    seen: list[list[DeviceId]] = []
    for method in ("enrolments.get", "enrolments.count_try", "devices.current_of", "enrolments.complete"):
        town.between.before(method, lambda: seen.append(active(town, alice)))

    complete_add_user(town.verifier, request, client=NETWORK)

    assert seen == [[old.device_id]] * 4
    assert len(active(town, alice)) == 1
    assert active(town, alice) != [old.device_id]


def test_two_new_phones_at_once_leave_one(town: Town, alice: Person) -> None:
    """Of two migrations the later beginning wins; the earlier one's code is worth nothing, whenever it comes."""
    first, second = town.sells_phone(), town.sells_phone()
    alice.activates(town.sells_phone())
    earlier = first.starts_adding(town.verifier, "alice", PASSWORD)
    code = alice.reads_code()
    town.clock.advance(seconds=120)
    later = second.starts_adding(town.verifier, "alice", PASSWORD)
    second.finishes_adding(later, alice.reads_code())

    with refused(Reason.ENROLMENT_EXPIRED):
        first.finishes_adding(earlier, code)
    assert active(town, alice) == [second.device_id]
