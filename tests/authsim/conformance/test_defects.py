"""Each defect of a broken verifier is noticed by the cases that are meant for it; a good one is found good."""

import pytest

from authsim.conformance.cases import CASES, counting
from authsim.conformance.cases.case import Case
from authsim.conformance.trying import Outcome, Tried
from tests.support.trying import try_at
from tests.support.verifier import DEFECTS, Verifier
from tests.support.verifier_server import routes_of, serve

#: Which cases notice which defect: these, and no other.
NOTICED = {
    "asks_everybody_the_same": "challenge-shared",
    "asks_in_rounds": "challenge-repeated",
    "asks_the_same": "replay-later other-login earlier-challenge superseded"
    " challenge-repeated challenge-guessable challenge-shared",
    "asks_too_little": "challenge-short",
    "begins_time_anew": "stale-twice",
    "compares_as_far_as_given": "truncated",
    "compares_numbers": "lengthened numbers other-scripts blanks",
    "compares_the_beginning": "near-miss",
    "consumes_too_late": "race",
    "counts_failures_by_session": "guessing-anew",
    "counts_too_late": "race tries-at-once",
    "counts_up": "challenge-guessable challenge-shared",
    "decodes_again": "blanks encoded",
    "draws_the_end_only": "challenge-guessable",
    "drops_leading_zeros": "leading-zero",
    "ends_at_a_zero_byte": "zero-byte",
    "ends_too_early": "in-time",
    "guesses_the_login": "unknown-login",
    "ignores_failures": "guessing guessing-anew",
    "ignores_purposes": "other-purpose for-other-purpose",
    "ignores_revocation": "revoked",
    "ignores_the_session": "other-session",
    "ignores_the_user": "as-other-user",
    "ignores_time": "stale long-stale stale-twice",
    "ignores_tries": "after-tries tries-at-once",
    "ignores_use": "replay race",
    "ignores_what_follows": "lengthened numbers blanks zero-byte encoded",
    "ignores_whose_key": "other-user",
    "knows_a_master_response": "simple-response",
    "knows_one_login": "two-users",
    "locks_at_once": "after-a-slip replay-later other-login earlier-challenge after-tries",
    "looks_anywhere": "lengthened several numbers blanks zero-byte encoded",
    "makes_users_up": "unknown-user",
    "matches_patterns": "patterns",
    "measures_within_a_day": "long-stale",
    "reads_every_script": "other-scripts",
    "refuses_who_returns": "right-again leading-zero replay-later challenge-repeated challenge-guessable",
    "rises": "challenge-guessable",
    "strips_blanks": "blanks",
    "takes_earlier_challenges": "other-login earlier-challenge",
    "takes_nothing": "empty",
    "takes_superseded_challenges": "superseded",
    "takes_the_challenge": "echo",
    "takes_used_responses_later": "replay-later",
    "takes_words": "no-digits",
    "tells_the_response": "told",
    "trusts_a_known_key": "known-key",
}
#: What is so broken that most cases notice: the first of them, and how many there are at least.
BROAD = {"takes_any_digits": ("any-response", 15), "refuses_all": ("right", 25)}
#: Chance decides whether these notice: the first response begins with a zero or not, and no second login follows.
BY_CHANCE = {"refuses_who_returns": {"leading-zero"}}
#: The cases in which many answer one login at once.
AT_ONCE = {"race", "tries-at-once"}
BAD = {Outcome.WRONGLY_ACCEPTED, Outcome.WRONGLY_REFUSED}


def try_verifier(*defects: str, answers_itself: bool = False) -> list[Tried]:
    """Try all cases on a verifier with these defects."""
    verifier = Verifier(*defects)

    def tell(case: Case) -> None:
        verifier.hands = counting._HANDS if case.name in AT_ONCE else 1

    with serve(routes_of(verifier, answers_itself=answers_itself)) as address:
        return try_at(address, before=tell)


def test_a_good_verifier_holds_in_every_case() -> None:
    """Nothing is wrongly accepted or refused; a kit that found fault with it would prove nothing."""
    tried = try_verifier()

    assert [(one.case.name, one.detail) for one in tried if one.outcome in BAD] == []
    assert [one.case.name for one in tried if one.outcome is Outcome.NOT_TRIED] == []


def test_an_adapter_that_answers_for_the_authenticator_is_tried_as_well() -> None:
    """Only the keys that everybody knows cannot be tried without a suite to compute with."""
    tried = try_verifier(answers_itself=True)

    assert [(one.case.name, one.detail) for one in tried if one.outcome in BAD] == []
    assert {one.case.name for one in tried if one.outcome is Outcome.NOT_TRIED} == {"known-key"}


@pytest.mark.parametrize("defect", sorted(NOTICED))
def test_each_defect_is_noticed_by_its_cases(defect: str) -> None:
    """Those cases notice it, and none beside them; so what a case says is what is wrong."""
    noticed = {one.case.name for one in try_verifier(defect) if one.outcome in BAD}
    chance = BY_CHANCE.get(defect, set())

    assert noticed - chance == set(NOTICED[defect].split()) - chance


@pytest.mark.parametrize("defect", sorted(BROAD))
def test_what_is_wholly_broken_is_noticed_widely(defect: str) -> None:
    """Taking everything and refusing everything are told apart."""
    first, least = BROAD[defect]
    tried = try_verifier(defect)
    outcome = Outcome.WRONGLY_ACCEPTED if defect == "takes_any_digits" else Outcome.WRONGLY_REFUSED

    assert [one.outcome for one in tried if one.case.name == first] == [outcome]
    assert sum(one.outcome is outcome for one in tried) >= least
    assert {one.outcome for one in tried} <= {outcome, Outcome.HELD, Outcome.NOT_TRIED}


def test_every_defect_and_every_case_has_its_test() -> None:
    """No defect is left out, and no case is there that nothing ever sets off."""
    noticing = {name for cases in NOTICED.values() for name in cases.split()} | {first for first, _ in BROAD.values()}

    assert NOTICED.keys() | BROAD.keys() == DEFECTS
    assert {case.name for case in CASES} == noticing
