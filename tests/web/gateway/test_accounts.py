"""The accounts that programs ask for at once, so that their first scripts run."""

import re

import pytest

from authsim.model import Mode
from tests.support.device import TestPhone
from tests.support.gateway import Gateway


@pytest.mark.parametrize("call", ["iserver/accounts", "portfolio/accounts"])
def test_nobody_has_accounts_before_a_login(gateway: Gateway, call: str) -> None:
    """Without a login there is no session to show accounts of."""
    answer = gateway.program.asks(call, method="GET")

    assert (answer.status, answer.data) == ("401 Unauthorized", b'{"error":"no session"}')


@pytest.mark.parametrize(("mode", "form"), [(Mode.LIVE, r"U[1-9][0-9]{6}"), (Mode.PAPER, r"DU[1-9][0-9]{6}")])
def test_both_lists_name_one_account(gateway: Gateway, mode: Mode, form: str) -> None:
    """The account is the user's own, by name and by mode, and its number is the same at every login."""
    user, phone = gateway.adds("dora", mode=mode)
    seen = []
    for _ in range(2):
        gateway.logs_in("dora", phone, paper=mode is Mode.PAPER)
        tradable = gateway.program.reads("iserver/accounts", method="GET")
        held = gateway.program.reads("portfolio/accounts", method="GET")
        seen.append((tradable, held))

    (tradable, held), again = seen
    number = tradable["selectedAccount"]
    assert (tradable, held) == again
    assert re.fullmatch(form, number)
    assert tradable == {
        "accounts": [number],
        "aliases": {number: user.account},
        "selectedAccount": number,
        "isPaper": mode is Mode.PAPER,
    }
    assert [account["accountId"] for account in held] == [number]
    assert held[0]["accountTitle"] == user.account
    assert held[0]["type"] == "DEMO"


def test_users_have_numbers_of_their_own(gateway: Gateway, alice: TestPhone) -> None:
    """Two users have neither the number of a user nor that of an account in common."""
    _, phone = gateway.adds("bruno")
    seen = []
    for name, own in (("alice", alice), ("bruno", phone)):
        gateway.logs_in(name, own)
        seen.append(
            (gateway.program.reads("tickle")["userId"], gateway.program.reads("portfolio/accounts")[0]["accountId"])
        )

    assert len({user for user, _ in seen}) == len({account for _, account in seen}) == 2


def test_trading_needs_the_brokerage_session(gateway: Gateway, alice: TestPhone) -> None:
    """After a logout, accounts may still be looked at, and those to trade with are refused until it is taken back."""
    gateway.logs_in("alice", alice)
    gateway.program.asks("logout")

    refused = gateway.program.asks("iserver/accounts", method="GET")

    assert (refused.status, refused.data) == ("400 Bad Request", b'{"error":"Bad Request: no bridge"}')
    assert gateway.program.asks("portfolio/accounts", method="GET").status == "200 OK"
    gateway.program.asks("iserver/auth/ssodh/init")
    assert gateway.program.asks("iserver/accounts", method="GET").status == "200 OK"
