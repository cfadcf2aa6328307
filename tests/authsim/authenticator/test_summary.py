"""What a phone shows without its PIN."""

import json

import pytest

from authsim.authenticator.device import Platform, Portal
from authsim.authenticator.summary import MOST_BYTES, format_summary, parse_summary, summarise
from authsim.errors import MessageError
from tests.support.phones import ORIGIN, make_account, make_enrolment, make_pending, make_phone

FULL = make_phone(
    make_account(),
    make_account("日本", user="23"),
    platform=Platform.ANDROID,
    portals=(Portal("11" * 16, ORIGIN, b"\x11" * 32),),
    pending=make_pending(),
)


@pytest.mark.parametrize("phone", [make_phone(), FULL])
def test_a_summary_says_what_was_written(phone: object) -> None:
    """What is written is read back the same."""
    summary = summarise(phone)  # type: ignore[arg-type]

    assert parse_summary(format_summary(summary)) == summary


def test_a_summary_holds_no_secret() -> None:
    """Neither keys nor codes nor ids stand in it: names, origins, platform, rules."""
    members = json.loads(format_summary(summarise(FULL)))

    assert members == {
        "created_ms": 1_750_000_000_000,
        "pending": ORIGIN,
        "pin_policy": "classic",
        "platform": "android",
        "portals": [ORIGIN],
        "users": [
            {"label": "alice", "origin": ORIGIN, "suite": "classic6"},
            {"label": "日本", "origin": ORIGIN, "suite": "classic6"},
        ],
        "v": 1,
    }


def test_a_user_who_is_being_added_is_under_way_too() -> None:
    """Whether by a scanned code or by a texted one; a phone at rest has nothing."""
    enrolling = make_phone()._replace(enrolment=make_enrolment())

    assert summarise(enrolling).pending == ORIGIN
    assert summarise(make_phone()).pending is None


@pytest.mark.parametrize(
    "changes",
    [
        {"users": None},
        {"users": {}},
        {"users": ["alice"]},
        {"users": [{"label": "alice"}]},
        {"users": [{"label": "\x1b[2J", "origin": ORIGIN, "suite": "classic6"}]},
        {"portals": {}},
        {"portals": [1]},
        {"pending": ""},
        {"platform": "windows"},
        {"pin_policy": 4},
        {"created_ms": 1.5},
        {"surplus": 1},
    ],
)
def test_a_malformed_summary_is_refused(changes: dict[str, object]) -> None:
    """Missing, surplus and wrong members are a malformed message."""
    members = json.loads(format_summary(summarise(FULL))) | changes
    file = json.dumps({name: value for name, value in members.items() if value is not None})

    with pytest.raises(MessageError):
        parse_summary(file.encode())


def test_a_hostile_summary_is_refused() -> None:
    """It is read up to its limit."""
    with pytest.raises(MessageError):
        parse_summary(b" " * (MOST_BYTES + 1))
