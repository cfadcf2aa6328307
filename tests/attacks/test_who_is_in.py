"""Who is in? People, thieves, phones and the help desk act in any order; a plain model says who must be in, and is."""

import os
from collections.abc import Callable
from dataclasses import replace
from typing import Final

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from authsim.adapters.memory import MemoryStore
from authsim.policy import CLASSIC, HARDENED, Policy
from authsim.profiles import PROFILES
from tests.support.people import Town
from tests.support.town_journeys import WhoIsIn
from tests.support.town_spoilers import SPOILERS

#: As many runs as fit into a few seconds; a long look sets the variable, and draws other runs each time.
EXAMPLES = int(os.environ.get("AUTHSIM_MACHINE_EXAMPLES", "200"))
IS_LONG = "AUTHSIM_MACHINE_EXAMPLES" in os.environ
ENOUGH_TO_NOTICE = 400


#: What the model does not know of: it is told of by tests of their own.
BEYOND: Final = (
    *("uniform_login", "confirm_activation", "add_user_by_device", "enrolment_hold_seconds", "block_responses"),
    *("typed_mode_responses", "challenges_open", "challenges_per_hour", "challenges_per_day", "sms_per_hour"),
    *("sms_per_day", "user_tries_per_5_minutes", "user_tries_per_hour", "user_tries_per_day"),
    *("address_tries_per_5_minutes", "address_tries_per_hour"),
    *("password_tries_per_5_minutes", "password_tries_of_all_per_5_minutes"),
)


def policy_of(profile: str) -> Policy:
    """Return the numbers of a profile, without the flows that the model does not know."""
    return replace(PROFILES[profile], failures_lock=1, **dict.fromkeys(BEYOND, 0))


@pytest.mark.parametrize("profile", [CLASSIC, HARDENED])
def test_who_is_in_is_who_must_be(profile: str) -> None:
    """Whatever happens in whatever order, portal and model agree on who is in, who is locked, which phone answers."""
    run_state_machine_as_test(
        lambda: WhoIsIn(policy_of(profile)),
        settings=settings(derandomize=not IS_LONG, database=None, max_examples=EXAMPLES, stateful_step_count=40),
    )


@pytest.mark.parametrize("spoil", SPOILERS, ids=lambda spoil: spoil.__name__)
def test_a_broken_portal_is_noticed(spoil: Callable[[Town, MemoryStore], None]) -> None:
    """With one rule broken, the machine finds a run in which portal and model disagree."""
    with pytest.raises(AssertionError):
        run_state_machine_as_test(
            lambda: WhoIsIn(spoil=spoil),
            settings=settings(
                derandomize=True,
                database=None,
                max_examples=ENOUGH_TO_NOTICE,
                stateful_step_count=40,
                phases=[Phase.generate],
                report_multiple_bugs=False,
            ),
        )
