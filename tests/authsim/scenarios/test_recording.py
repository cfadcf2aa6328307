from typing import Any

import pytest
import yaml

from authsim.scenarios.checking import parse_scenario
from authsim.scenarios.reading import parse_document
from authsim.scenarios.recording import compose_scenario, format_scenario

USERS = [
    {"name": "anna", "role": "primary", "account": "anna", "state": "active", "device": None},
    {
        "name": "bert",
        "role": "secondary",
        "account": "anna",
        "region": "HK",
        "state": "active",
        "device": {"platform": "android"},
    },
    {"name": "carl", "role": "primary", "account": "carl", "state": "active", "device": None},
]


def entry(what: str, user: str | None = "bert", *, at: int = 0, **more: Any) -> dict[str, Any]:
    """An entry of a story, so many seconds after its beginning."""
    end = "lab" if what.startswith("fault") else "portal"
    return {"at_ms": at * 1000, "end": end, "what": what, "user": user, "why": None, "facts": {}} | more


def recorded(*events: dict[str, Any]) -> dict[str, Any]:
    """The scenario of a story; it can be read as every other."""
    scenario = compose_scenario("Recorded", USERS, events)
    parse_scenario(parse_document(format_scenario(scenario).encode(), file="r.yaml"))
    assert yaml.safe_load(format_scenario(scenario)) == scenario
    return scenario


@pytest.mark.parametrize(
    ("events", "steps"),
    [
        ([entry("login:password_passed")], [{"begin_login": "bert"}]),
        (
            [entry("login:refused", why="wrong_password")],
            [
                {
                    "begin_login": {"user": "bert", "password": "not the password"},
                    "expect": {"refused": "wrong_password"},
                }
            ],
        ),
        (
            [entry("login:refused", why="user_locked")],
            [{"begin_login": "bert", "expect": {"refused": "user_locked"}}],
        ),
        ([entry("login:refused", why="something_else")], [{"advance": 0}]),
        ([entry("POST /sso/SecondFactor", end="browser")], [{"advance": 0}]),
        (
            [
                entry("login:password_passed"),
                entry("login:password_passed", at=12),
                entry("challenge:expired", at=193),
                entry("POST /sso/SecondFactor", at=193, end="browser", why="challenge_expired"),
            ],
            [
                {"begin_login": "bert"},
                {"advance": 12},
                {"begin_login": "bert"},
                {"show_challenge": "bert"},
                {"advance": 181},
                {"respond": {"phone": "bert", "login": "bert"}, "expect": {"refused": "challenge_expired"}},
            ],
        ),
        (
            [entry("push:approved"), entry("login:completed")],
            [{"approve": {"phone": "bert", "user": "bert"}}, {"wait": "bert", "expect": {"authenticated": True}}],
        ),
        ([entry("push:denied")], [{"deny": {"phone": "bert", "user": "bert"}}]),
        ([entry("push:reported")], [{"report": {"phone": "bert", "user": "bert"}}]),
        ([entry("activation:consumed")], [{"activate": {"phone": "bert", "user": "bert"}}]),
        (
            [entry("activation:issued", facts={"by": "user"}), entry("activation:consumed")],
            [{"activate": {"phone": "bert", "login": "bert"}}],
        ),
        ([entry("enrolment:completed")], [{"add_user": {"phone": "bert", "user": "bert"}}]),
        ([entry("user:locked", facts={"by": "operator"})], [{"lock": "bert"}]),
        ([entry("user:locked")], [{"advance": 0}]),
        ([entry("POST /portal/sign-out", end="browser")], [{"sign_out": "bert"}]),
        (
            [entry("fault:on", facts={"fault": "push_lost"}), entry("fault:off", None, facts={"fault": "push_lost"})],
            [{"fault": {"name": "push_lost", "user": "bert"}}, {"end_fault": "push_lost"}],
        ),
        ([entry("fault:on", None, facts={"fault": "http_503"})], [{"fault": {"name": "http_503"}}]),
        (
            [entry("fault:on", facts={"fault": "text_late", "by_ms": 2_500, "nth": 2, "seconds": 60})],
            [{"fault": {"name": "text_late", "user": "bert", "nth": 2, "seconds": 60, "by_seconds": 2.5}}],
        ),
        (
            [entry("fault:on", None, facts={"every": 3, "fault": "http_503", "step": "page"})],
            [{"fault": {"name": "http_503", "step": "page", "every": 3}}],
        ),
    ],
)
def test_what_the_portal_recorded_becomes_steps(events: list[dict[str, Any]], steps: list[dict[str, Any]]) -> None:
    """Each thing that somebody did is a step; what only follows from it is none."""
    assert recorded(*events)["steps"] == steps


def test_people_and_phones_are_those_who_were_there() -> None:
    """Who did something is in the file, with the owner of the account, and with a phone of the lab for theirs."""
    whole = recorded(entry("login:password_passed"), entry("push:expired"))

    assert whole["users"] == {"anna": {}, "bert": {"role": "secondary", "account": "anna", "region": "HK"}}
    assert whole["phones"] == {"bert": {"platform": "android", "active": "bert"}}
    assert whole["story"] == [{"end": "portal", "what": "login:password_passed", "user": "bert"}]


def test_nothing_happened_is_a_scenario_too() -> None:
    """An empty recording can be played."""
    assert recorded() == {
        "scenario": "Recorded",
        "says": recorded()["says"],
        "users": {},
        "steps": [{"advance": 0}],
    }
