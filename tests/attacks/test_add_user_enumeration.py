"""Attack: learning from *Add User* which user names exist (A7). What is counted is work, not time."""

import pytest

from authsim.errors import Reason, RefusalError
from authsim.events import EventKind
from tests.support.people import WRONG, Person, Town, refused

NAMES = ["alice", "nobody", "n", "Alice", "alice " * 3, "álice"]


def attempt(town: Town, name: str) -> tuple[RefusalError, int, int]:
    """Send B1 with a wrong password; return the refusal, how often a password was hashed, and the rows written."""
    hashes, rows = len(town.passwords.compared), len(town.events())
    with pytest.raises(RefusalError) as caught:
        town.sells_phone().starts_adding(town.verifier, name, WRONG)
    return caught.value, len(town.passwords.compared) - hashes, len(town.events()) - rows


@pytest.mark.usefixtures("alice")
def test_an_unknown_name_gets_the_same_work_and_the_same_words(town: Town) -> None:
    """One slow hash, two durable writes and one reason, whether the name exists, does not, or can be none."""
    outcomes = []
    for name in NAMES:
        refusal, hashes, rows = attempt(town, name)
        outcomes.append((refusal.reason, refusal.attempts_remaining, refusal.retry_after_ms, hashes, rows))

    assert len(set(outcomes)) == 1
    assert outcomes[0][3:] == (1, 2)


def test_nothing_typed_for_an_unknown_name_remains(town: Town, alice: Person) -> None:
    """The record says that somebody tried, and neither with which name nor from which phone."""
    attempt(town, "nobody-at-all")

    last = town.record()[-2:]
    assert [event.kind for event in last] == [EventKind.PASSWORD_COUNTED, EventKind.LOGIN_REFUSED]
    assert [event.user_id for event in last] == [None, None]
    assert "nobody-at-all" not in repr(last)
    assert "phone 1" not in repr(last)
    assert alice.texts() == []


@pytest.mark.parametrize("number", ["+12125550142", None])
def test_a_wrong_password_does_not_tell_whether_there_is_a_number(town: Town, number: str | None) -> None:
    """Who has no telephone number learns it with the right password only."""
    town.adds("carol", number=number)

    refusal, hashes, rows = attempt(town, "carol")

    assert (refusal.reason.value, hashes, rows) == ("wrong_password", 1, 2)


def test_a_wrong_password_does_not_tell_whether_a_text_was_sent(town: Town, alice: Person) -> None:
    """While alice waits for a text, somebody else's attempt is refused like any."""
    town.sells_phone().starts_adding(town.verifier, "alice", alice.password)

    refusal, hashes, rows = attempt(town, "alice")

    assert (refusal.reason.value, hashes, rows) == ("wrong_password", 1, 2)
    with refused(refusal.reason):
        town.sells_phone().starts_adding(town.verifier, "nobody", WRONG)


def test_five_failures_tell_a_name_and_this_is_documented(town: Town, alice: Person) -> None:
    """Honest: the classic profile lets a user who exists wait, and has nobody to wait for behind any other name."""
    outcomes = {name: [attempt(town, name)[0].reason for _ in range(6)] for name in (alice.user.name, "nobody")}

    assert outcomes["nobody"] == [Reason.WRONG_PASSWORD] * 6
    assert outcomes["alice"] == [*[Reason.WRONG_PASSWORD] * 5, Reason.THROTTLED]
