"""What an operator gives from the start."""

import pyotp
import pytest

from authsim.errors import Reason
from authsim.events import EventKind
from authsim.model import FactorKind
from authsim.verifier.prompted import complete_prompt
from authsim.verifier.provisioning import give_authenticator_app, give_texts
from tests.support.people import BROWSER, Person, Town, refused


def test_an_authenticator_app_logs_in(town: Town, alice: Person) -> None:
    """The URI sets up any app, and its code opens the portal; the record does not have the key."""
    uri = give_authenticator_app(town.verifier, alice.user)
    app = pyotp.parse_uri(uri.reveal_text())
    assert isinstance(app, pyotp.TOTP)

    pending = alice.begins()
    assert pending.prompt is not None
    code = app.at(town.clock.now_ms() // 1000)
    proof = complete_prompt(town.verifier, token=pending.token, answer=code, client=BROWSER)

    assert proof.session.proof is FactorKind.AUTHENTICATOR_APP
    given = next(row for row in town.record() if row.kind is EventKind.FACTOR_ACTIVATED)
    assert given.facts == {"by": "operator", "kind": "authenticator_app"}
    assert app.secret not in repr(town.record())


def test_texts_log_in(town: Town, alice: Person) -> None:
    """The number counts as verified, and a code comes at the next login."""
    give_texts(town.verifier, alice.user)

    pending = alice.begins()
    proof = complete_prompt(town.verifier, token=pending.token, answer=alice.reads_code(), client=BROWSER)

    assert proof.session.proof is FactorKind.TEXT
    assert (EventKind.NUMBER_VERIFIED, None) in alice.events()


def test_without_a_number_there_are_no_texts(town: Town) -> None:
    """There is nowhere to send them."""
    nobody = town.adds("nobody", number=None)
    with refused(Reason.NO_PHONE_NUMBER):
        give_texts(town.verifier, nobody.user)


@pytest.mark.parametrize("give", [give_texts, give_authenticator_app])
def test_each_is_given_once(town: Town, alice: Person, give: object) -> None:
    """Another one takes the place of the first."""
    assert callable(give)
    give(town.verifier, alice.user)
    give(town.verifier, alice.user)

    states = [factor.state.value for factor in town.verifier.store.factors.list_of(alice.user.user_id)]
    assert sorted(states) == ["active", "replaced"]
