"""`authsim secure`: opting out and in for somebody, and how they stand."""

import json

import pytest

from tests.web.commands.conftest import Operator


@pytest.fixture(scope="module")
def hana(operator: Operator, data: str) -> str:
    """The directory of a portal with somebody who opted out when she was made, and somebody who may not."""
    wanted = [
        {"name": "hana", "opted_out": True, "authenticator": True},
        {"name": "hugo", "region": "HK"},
        {"name": "alice"},
    ]
    operator.succeeds("users", "load", "-", "--data", data, given=json.dumps(wanted))
    return data


def stands(operator: Operator, data: str, name: str = "hana", action: str = "show") -> dict[str, object]:
    """How somebody stands, after `action`."""
    told: dict[str, object] = json.loads(operator.succeeds("secure", name, action, "--json", "--data", data))
    return told


def test_in_and_out_again(operator: Operator, hana: str) -> None:
    """At once; each change is told on stderr, and the record has both."""
    assert stands(operator, hana)["secure_login"] == "opted_out"

    back = operator.does("secure", "hana", "opt-in", "--data", hana)
    assert (back.returncode, back.stdout) == (0, "")
    assert back.stderr == "hana is opted in: a device is asked for everywhere.\n"
    assert stands(operator, hana) == {
        "name": "hana",
        "secure_login": "enrolled",
        "opts_out_ms": None,
        "available": True,
        "has_device": True,
        "may_change": ["hana"],
    }
    out = operator.does("secure", "hana", "opt-out", "--data", hana)
    assert out.stderr == "hana is opted out: credentials alone open the trading device.\n"
    assert stands(operator, hana)["opts_out_ms"] is not None
    kinds = [json.loads(line)["kind"] for line in operator.succeeds("audit", "export", "--data", hana).splitlines()]
    assert kinds[-2:] == ["user:opted_in", "user:opted_out"]
    assert "chain intact" in operator.succeeds("audit", "verify", "--data", hana)


def test_people_read_a_table(operator: Operator, hana: str) -> None:
    """State, since when, whether it can be, and who may."""
    out = operator.succeeds("secure", "hana", "show", "--data", hana)
    assert out.startswith("hana\n  secure login     opted out for trading")
    assert "UTC" in out
    out = operator.succeeds("secure", "hugo", "show", "--data", hana)
    assert "a device at every login" in out
    assert "not available in this region" in out
    assert "never" in out


def test_what_cannot_be_is_said(operator: Operator, hana: str) -> None:
    """With 77, in the operator's words; another action is none."""
    for name, action, said in (
        ("hana", "opt-out", "opted out already"),
        ("hugo", "opt-in", "has not opted out"),
        ("hugo", "opt-out", "regulators"),
        ("alice", "opt-out", "alice has no device to log in to the portal with"),
        ("nobody", "show", "no user of that name"),
    ):
        assert said in operator.fails(77, "secure", name, action, "--data", hana)
    assert "opt-in" in operator.fails(64, "secure", "hana", "maybe", "--data", hana)
