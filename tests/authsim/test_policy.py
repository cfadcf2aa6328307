"""The numbers: each has a source, limits, and one way to be changed."""

import json
from dataclasses import fields

import pytest

from authsim.errors import MessageError
from authsim.policy import HARDENED, SUITE_OF, Policy, format_policy, parse_policy, with_setting
from authsim.profiles import PROFILES
from authsim.protocol.suite import SUITES

NAMES = [item.name for item in fields(Policy)]


def test_the_classic_numbers_are_the_documented_ones() -> None:
    """Out of the box the portal behaves as the decisions say."""
    policy = Policy()

    assert (policy.challenge_ms, policy.login_ms, policy.activation_ms) == (180_000, 300_000, 600_000)
    assert policy.responses_per_challenge == 1
    assert (policy.lockout_failures, policy.lockout_window_seconds, policy.lockout_seconds) == (10, 86_400, 86_400)
    assert (policy.throttle_failures, policy.throttle_seconds) == (5, 53)
    assert (policy.session_idle_seconds, policy.session_seconds) == (900, 43_200)
    assert (policy.account_days, policy.password_least_characters) == (7, 8)
    assert policy.remember_first_factor_seconds == 60


@pytest.mark.parametrize("name", NAMES)
def test_every_number_names_unit_limits_and_source(name: str) -> None:
    """A number without a source, or outside its own limits, is not policy."""
    item = next(item for item in fields(Policy) if item.name == name)

    assert item.metadata["source"]
    assert item.metadata["unit"]
    assert item.metadata["least"] <= item.default <= item.metadata["most"]


@pytest.mark.parametrize("name", NAMES)
def test_a_setting_is_taken_within_its_limits(name: str) -> None:
    """`--set` takes the least and the most, and refuses one less, one more, and what is no number."""
    item = next(item for item in fields(Policy) if item.name == name)
    least, most = item.metadata["least"], item.metadata["most"]

    assert getattr(with_setting(Policy(), f"{name}={least}"), name) == least
    assert getattr(with_setting(Policy(), f"{name}={most}"), name) == most
    for value in (least - 1, most + 1, "", "x", "-1", "+1", " 1", "1.0", "1e3", "١", "²", "9" * 5000):
        with pytest.raises(MessageError, match=name):
            with_setting(Policy(), f"{name}={value}")


@pytest.mark.parametrize("text", ["", "=", "challenge_seconds", "no_such_number=1", "challenge_ms=1", "=1"])
def test_an_unknown_setting_names_the_known_ones(text: str) -> None:
    """A mistyped name is answered with the list, not with silence."""
    with pytest.raises(MessageError, match="challenge_seconds"):
        with_setting(Policy(), text)


def test_a_policy_survives_the_store() -> None:
    """What was kept is what is read."""
    policy = with_setting(with_setting(Policy(), "challenge_seconds=7"), "throttle_seconds=0")

    assert parse_policy(format_policy(policy)) == policy


def test_an_older_store_takes_the_defaults_of_younger_settings() -> None:
    """A setting that the store does not know yet has its default; one that is gone is ignored."""
    kept = {"challenge_seconds": 9, "a_setting_of_long_ago": 1}

    assert parse_policy(json.dumps(kept)) == Policy(challenge_seconds=9)


def test_every_profile_has_a_suite_that_the_protocol_knows() -> None:
    """The profiles are told apart by data alone: their numbers, and the suite of their challenges."""
    assert SUITE_OF.keys() == PROFILES.keys()
    assert set(SUITE_OF.values()) == set(SUITES)


def test_the_hardened_numbers_lie_within_their_limits() -> None:
    """What `--set` would refuse is no number of a profile either."""
    for item in fields(Policy):
        assert item.metadata["least"] <= getattr(PROFILES[HARDENED], item.name) <= item.metadata["most"]
