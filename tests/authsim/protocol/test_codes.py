import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authsim.errors import MessageError
from authsim.protocol import codes
from authsim.protocol.codes import Purpose
from authsim.protocol.ocra import compute_data_input, compute_response
from authsim.protocol.suite import CLASSIC6, STRICT10, SUITES
from authsim.secret import Secret
from tests.support.vectors import load_vectors

VECTORS = load_vectors("protocol")
NEGATIVE = load_vectors("protocol_negative")

ANSWERS = [(CLASSIC6, v["purpose"], v["challenge"], v["response"]) for v in VECTORS[CLASSIC6]["responses"]] + [
    (STRICT10, int(v["challenge"][0]), v["challenge"], v["response"]) for v in VECTORS[STRICT10]["responses"]
]
REFUSED = [(suite, text, name) for suite in SUITES for name, text in NEGATIVE["challenges"][suite].items()]
draws = st.integers(min_value=0, max_value=10**8 - 1)
purposes = st.sampled_from(Purpose)


def seed_of(suite: str) -> Secret:
    """Return the seed of the vectors."""
    return Secret(bytes.fromhex(VECTORS[suite]["ocra_seed"]))


@pytest.mark.parametrize(("suite", "purpose", "challenge", "response"), ANSWERS)
def test_the_vectors_hold(suite: str, purpose: int, challenge: str, response: str) -> None:
    """Each challenge of the vectors has its response, typed plainly or in groups."""
    grouped = f"{challenge[:3]} {challenge[3:-3]}-{challenge[-3:]}"
    for typed in (challenge, grouped):
        assert codes.compute_challenge_response(suite, seed_of(suite), challenge=typed, purpose=purpose) == response


def test_classic6_carries_the_purpose_as_session() -> None:
    """The data input of classic6 has 223 bytes: 123456 as 1e 24, and the purpose padded on the left to 64 bytes."""
    session = bytes.fromhex(VECTORS[CLASSIC6]["session_for_purpose_1"])
    suite = SUITES[CLASSIC6]
    message = compute_data_input(suite, question="123456", session=b"authsim/1/purpose/1")
    assert message == suite.encode() + b"\0\x1e\x24" + bytes(126) + session
    assert len(message) == 223
    seed = seed_of(CLASSIC6).reveal()
    assert compute_response(suite, seed, question="123456", session=session) == "21380083"


def test_a_response_for_one_purpose_opens_no_other() -> None:
    """The same classic6 challenge has nine different responses."""
    answers = {
        codes.compute_challenge_response(CLASSIC6, seed_of(CLASSIC6), challenge="123456", purpose=p) for p in Purpose
    }
    assert len(answers) == len(Purpose) == 9


def test_strict10_shows_its_purpose() -> None:
    """The purpose is read from the first digit, and another one is refused."""
    assert codes.purpose_of(STRICT10, "1123456787", 3) == 1
    assert codes.purpose_of(CLASSIC6, "123456", 3) == 3
    with pytest.raises(MessageError):
        codes.compute_challenge_response(STRICT10, seed_of(STRICT10), challenge="1123456787", purpose=3)


def test_an_unknown_purpose_is_refused() -> None:
    """0 and 10 are no purposes."""
    for purpose in (0, 10):
        with pytest.raises(ValueError, match="Purpose"):
            codes.compute_challenge_response(CLASSIC6, seed_of(CLASSIC6), challenge="123456", purpose=purpose)
        with pytest.raises(ValueError, match="Purpose"):
            codes.format_challenge(CLASSIC6, purpose=purpose, draw=0)


@pytest.mark.parametrize(("suite", "text", "name"), REFUSED, ids=[f"{suite}-{name}" for suite, _, name in REFUSED])
def test_challenges_that_no_portal_issues_are_refused(suite: str, text: str, name: str) -> None:
    """A wrong length, a leading zero, other scripts and a wrong check digit are refused without computing anything."""
    with pytest.raises(MessageError):
        codes.require_challenge(suite, text)
    with pytest.raises(MessageError):
        codes.compute_challenge_response(suite, seed_of(suite), challenge=text, purpose=1)


@given(purposes, draws)
def test_every_draw_is_a_valid_challenge(purpose: Purpose, draw: int) -> None:
    """Whatever number is drawn, both suites make a challenge that they accept and that carries the purpose."""
    strict = codes.format_challenge(STRICT10, purpose=purpose, draw=draw)
    assert codes.require_challenge(STRICT10, strict) == strict
    assert codes.purpose_of(STRICT10, strict, 1) == purpose
    classic = codes.format_challenge(CLASSIC6, purpose=purpose, draw=draw % codes.challenge_space(CLASSIC6))
    assert codes.require_challenge(CLASSIC6, classic) == classic


@pytest.mark.parametrize("suite", SUITES)
def test_the_challenge_space_has_two_ends(suite: str) -> None:
    """The first and the last draw are challenges; outside lies the caller's mistake."""
    space = codes.challenge_space(suite)
    first = codes.format_challenge(suite, purpose=1, draw=0)
    last = codes.format_challenge(suite, purpose=1, draw=space - 1)
    assert (first, last) == {CLASSIC6: ("100000", "999999"), STRICT10: ("1000000005", "1999999994")}[suite]
    for draw in (-1, space):
        with pytest.raises(ValueError, match="draw"):
            codes.format_challenge(suite, purpose=1, draw=draw)


def test_all_six_digit_challenges_are_different_questions() -> None:
    """The 900000 challenges of classic6 encode to 900000 different data inputs; all six-digit numbers do not."""
    suite = SUITES[CLASSIC6]
    prefix = len(suite) + 1

    def encode(number: int) -> str:
        digits = f"{number:x}"
        return (digits + "0" * (len(digits) % 2)).rstrip("0")

    for number in range(100_000, 1_000_000, 7_919):
        question = compute_data_input(suite, question=str(number), session=b"")[prefix : prefix + 128]
        assert question.hex().rstrip("0") == encode(number)
    assert len({encode(number) for number in range(100_000, 1_000_000)}) == 900_000
    assert len({encode(number) for number in range(1_000_000)}) == 937_501


@given(st.tuples(purposes, draws), st.tuples(purposes, draws))
def test_no_two_strict10_challenges_are_the_same_question(one: tuple[Purpose, int], other: tuple[Purpose, int]) -> None:
    """Two different challenges of ten digits are two different data inputs."""
    first, second = (codes.format_challenge(STRICT10, purpose=p, draw=d) for p, d in (one, other))
    encoded = {compute_data_input(SUITES[STRICT10], question=challenge) for challenge in (first, second)}
    assert len(encoded) == len({first, second})


@pytest.mark.parametrize(
    "question", [question for pair in NEGATIVE["colliding_questions"]["pairs"] for question in pair[:2]]
)
def test_questions_known_to_collide_are_no_challenges(question: str) -> None:
    """Neither suite accepts a question of the colliding pairs."""
    for suite in SUITES:
        with pytest.raises(MessageError):
            codes.require_challenge(suite, question)


def test_the_check_digit_of_the_literature() -> None:
    """572 has the check digit 4, and a number with its check digit checks to 0."""
    assert codes.compute_check_digit("572") == "4"
    assert codes.compute_check_digit("5724") == "0"


def test_every_wrong_digit_and_every_swap_is_noticed() -> None:
    """For all numbers of up to three digits, no single wrong digit and no swap of neighbours keeps the check digit."""
    for length in (1, 2, 3):
        for number in range(10**length):
            digits = f"{number:0{length}d}"
            whole = digits + codes.compute_check_digit(digits)
            for place, digit in enumerate(whole):
                for wrong in "0123456789".replace(digit, ""):
                    assert codes.compute_check_digit(whole[:place] + wrong + whole[place + 1 :]) != "0"
                following = whole[place + 1 : place + 2]
                if following and following != digit:
                    assert codes.compute_check_digit(whole[:place] + following + digit + whole[place + 2 :]) != "0"


def test_the_table_makes_that_true_for_any_length() -> None:
    """The quasigroup is Latin, weakly totally anti-symmetric and has a zero diagonal, which proves the detection."""
    table = codes._DAMM
    for row in table:
        assert sorted(row) == list("0123456789")
    for column in zip(*table, strict=True):
        assert sorted(column) == list("0123456789")
    assert all(table[n][n] == "0" for n in range(10))

    def step(state: int, digit: int) -> int:
        return int(table[state][digit])

    for state, x, y in itertools.product(range(10), repeat=3):
        assert x == y or step(step(state, x), y) != step(step(state, y), x)


@given(purposes, draws, st.data())
def test_a_mistyped_strict10_challenge_is_refused(purpose: Purpose, draw: int, data: st.DataObject) -> None:
    """One wrong digit anywhere in a challenge is noticed before a try is spent."""
    challenge = codes.format_challenge(STRICT10, purpose=purpose, draw=draw)
    place = data.draw(st.integers(min_value=0, max_value=9))
    wrong = data.draw(st.sampled_from("0123456789").filter(lambda digit: digit != challenge[place]))
    with pytest.raises(MessageError):
        codes.require_challenge(STRICT10, challenge[:place] + wrong + challenge[place + 1 :])
