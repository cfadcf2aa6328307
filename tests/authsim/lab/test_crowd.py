from itertools import islice

from authsim.lab.crowd import NUMBERS, SharedHash, draw_names, draw_numbers
from authsim.secret import Secret
from authsim.verifier.number_rules import require_phone
from tests.support.ports import CheapPasswords, CountedEntropy

PASSWORD = Secret("correct horse battery")


class CountingPasswords:
    """Hashing with a salt of its own for each call, which is counted."""

    def __init__(self) -> None:
        self.hashed: list[str] = []
        self.looked_up: list[str] = []
        self._cheap = CheapPasswords()

    def hash(self, password: Secret) -> str:
        self.hashed.append(f"{len(self.hashed)}${password.reveal_text()}")
        return self.hashed[-1]

    def is_correct(self, password: Secret, password_hash: str | None) -> bool:
        return password_hash is not None and password_hash.endswith(f"${password.reveal_text()}")

    def is_common(self, text: str) -> bool:
        self.looked_up.append(text)
        return self._cheap.is_common(text)


def test_every_number_is_fictional_and_given_once() -> None:
    """All 81,000 numbers are of the ranges that belong to nobody, and none is given twice."""
    given = list(draw_numbers(CountedEntropy(), ()))

    assert len(given) == len(set(given)) == NUMBERS == 81_000
    assert all(require_phone(number) == number for number in given)


def test_a_number_that_somebody_has_is_not_given() -> None:
    """Numbers that are taken are left out, and the order is that of the draw."""
    first = list(islice(draw_numbers(CountedEntropy("a"), ()), 5))
    other = next(draw_numbers(CountedEntropy("b"), ()))

    assert list(islice(draw_numbers(CountedEntropy("a"), {first[0], first[2]}), 3)) == [first[1], first[3], first[4]]
    assert other != first[0]


def test_names_are_counted_up() -> None:
    """Names follow each other, without those that are taken."""
    assert list(islice(draw_names("load-", {"load-2"}), 3)) == ["load-1", "load-3", "load-4"]


def test_one_password_is_hashed_once() -> None:
    """A crowd shares the one text of its password; another password is another text."""
    slow = CountingPasswords()
    shared = SharedHash(slow)

    assert {shared.hash(PASSWORD) for _ in range(1_000)} == set(slow.hashed)
    assert len(slow.hashed) == 1
    assert shared.hash(Secret("another one")) != slow.hashed[0]


def test_what_is_shared_still_fits_its_password_alone() -> None:
    """A shared text opens to its password and to no other, and nobody's text opens to none."""
    shared = SharedHash(CountingPasswords())
    text = shared.hash(PASSWORD)

    assert shared.is_correct(PASSWORD, text)
    assert not shared.is_correct(Secret("another one"), text)
    assert not shared.is_correct(PASSWORD, None)


def test_the_list_of_common_passwords_is_read_once_for_each_text() -> None:
    """Asking again for the same text costs nothing, and the answer stays the list's."""
    slow = CountingPasswords()
    shared = SharedHash(slow)

    assert [shared.is_common(text) for text in ("password", "password", "correct horse battery")] == [True, True, False]
    assert slow.looked_up == ["password", "correct horse battery"]
