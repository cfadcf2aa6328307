"""Issuing a temporary passcode: to whom, when, and what the record says."""

import re

import pytest

from authsim.errors import Reason
from authsim.events import EventKind
from authsim.model import FactorKind
from authsim.protocol.codes import Purpose
from authsim.verifier import temporary_passcode
from tests.support.people import Person, Town, refused
from tests.support.wallet import LASTING, Wallet


def test_one_at_a_time(town: Town, alice: Person) -> None:
    """While one is valid there is no other, also of two requests at once."""
    wallet = Wallet(alice)
    town.between.before("factors.add", wallet.gets_passcode)
    with refused(Reason.PASSCODE_STILL_VALID):
        temporary_passcode.issue_passcode(town.verifier, alice.user, by="help_desk", reason="lost")
    with refused(Reason.PASSCODE_STILL_VALID):
        temporary_passcode.issue_passcode(town.verifier, alice.user, by="help_desk", reason="lost")
    assert len(alice.texts()) == 1


def test_never_two_in_a_row(town: Town) -> None:
    """After one has expired another takes something lasting in between, and that once for each."""
    town.under(account_days=90)
    bert = town.adds("bert", number="+12125550155")
    wallet = Wallet(bert)
    wallet.gets_passcode()
    town.clock.advance(days=12)
    with refused(Reason.PASSCODE_NOT_AGAIN):
        wallet.gets_passcode()
    phone = town.sells_phone()
    wallet.gets_phone(phone)
    wallet.gets_passcode()


@pytest.mark.parametrize("kind", LASTING)
def test_something_lasting_counts(alice: Person, kind: FactorKind) -> None:
    """A card or an app that became active since lets another passcode follow."""
    wallet = Wallet(alice)
    wallet.gets(kind)
    wallet.gets_passcode()
    assert set(wallet.kinds()) == {kind, FactorKind.TEMPORARY_PASSCODE}


def test_only_to_the_users_own_number(town: Town) -> None:
    """Without a number there is no passcode."""
    with refused(Reason.NO_PHONE_NUMBER):
        temporary_passcode.issue_passcode(town.verifier, town.adds("bob", number=None).user, by="x", reason="y")


def test_from_inside(town: Town, alice: Person) -> None:
    """Before a journey its user asks for one, with a proof of that purpose."""
    wallet = Wallet(alice)
    wallet.gets(FactorKind.CODE_CARD)
    signed_in = wallet.logs_in(FactorKind.CODE_CARD)
    with refused(Reason.VERIFICATION_REQUIRED):
        temporary_passcode.issue_own_passcode(town.verifier, signed_in)
    fresh = wallet.proves(signed_in, Purpose.TEMPORARY_PASSCODE, FactorKind.CODE_CARD)
    temporary_passcode.issue_own_passcode(town.verifier, fresh)
    assert FactorKind.TEMPORARY_PASSCODE in wallet.kinds()


def test_what_is_recorded(town: Town, alice: Person) -> None:
    """By whom and why; the text has four groups of four from 32 characters, and stands in the inbox alone."""
    temporary_passcode.issue_passcode(town.verifier, alice.user, by="hedda", reason="phone lost on a train")
    issued = next(event for event in town.record() if event.kind is EventKind.PASSCODE_ISSUED)
    assert dict(issued.facts) == {"by": "hedda", "reason": "phone lost on a train"}
    groups = re.findall("[0-9A-HJKMNP-TV-Z]{4}", alice.texts()[-1].split(" for ")[0])
    assert len(groups) == 4
