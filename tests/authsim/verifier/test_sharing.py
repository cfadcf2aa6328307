"""Using another user's card."""

import pytest

from authsim import states
from authsim.errors import Reason
from authsim.events import EventKind
from authsim.model import FactorKind, Role
from authsim.protocol.codes import Purpose
from authsim.secret import Secret
from authsim.verifier import cards, sharing
from authsim.verifier.sessions import SignedIn
from authsim.verifier.sharing import Share
from tests.support.people import BROWSER, PASSWORD, WRONG, Person, Town, refused
from tests.support.wallet import Wallet

CARD, CODES, APP = FactorKind.SECURITY_CARD, FactorKind.CODE_CARD, FactorKind.AUTHENTICATOR_APP


@pytest.fixture
def owner(alice: Person) -> Wallet:
    """Alice's wallet."""
    return Wallet(alice)


@pytest.fixture
def second(town: Town, alice: Person) -> Wallet:
    """The wallet of a second user of the same account, who has a phone."""
    carried = Wallet(town.adds("steve", role=Role.SECONDARY, account=alice.user.account, number="+12125550177"))
    carried.gets_phone(town.sells_phone())
    return carried


def verified(wallet: Wallet) -> SignedIn:
    """A session that may add a device."""
    means = FactorKind.IB_KEY if FactorKind.IB_KEY in wallet.kinds() else wallet.kinds()[-1]
    return wallet.proves(wallet.logs_in(means), Purpose.ADD_DEVICE, means)


def begins(town: Town, signed_in: SignedIn, *, name: str = "alice", password: Secret = PASSWORD) -> Share:
    """Type the owner's credentials."""
    return sharing.begin_share(town.verifier, signed_in, owner_name=name, owner_password=password, client=BROWSER)


def test_its_values_are_not_shown(town: Town, owner: Wallet, second: Wallet) -> None:
    """A card that is being shared is in its owner's hands: whoever shares it reads none of its values on a page."""
    owner.gets(CODES)
    signed_in = verified(second)
    share = begins(town, signed_in)
    with refused(Reason.FACTOR_UNKNOWN):
        cards.card_values(town.verifier, signed_in, share.factor.factor_id)


@pytest.mark.parametrize("kind", [CARD, CODES])
class TestShared:
    def test_it_logs_in_both(self, town: Town, owner: Wallet, second: Wallet, kind: FactorKind) -> None:
        """The second user answers with the owner's card, and only at the own login; both records say so."""
        owner.gets(kind)
        signed_in = verified(second)
        share = begins(town, signed_in)
        assert (share.kind, share.owner.name) == (kind, "alice")
        assert sharing.find_share(town.verifier, signed_in) == share
        shared = sharing.complete_share(
            town.verifier, signed_in, answer=owner.answers_to(kind, share.question), client=BROWSER
        )
        assert shared.state is states.Factor.ACTIVE
        for wallet in (owner, second):
            assert (EventKind.FACTOR_SHARED, None) in wallet.person.events()
        second.card, second.values = owner.card, owner.values
        assert second.logs_in(kind).user.name == "steve"
        assert owner.logs_in(kind).user.name == "alice"

    def test_it_ends_with_its_owners(self, town: Town, owner: Wallet, second: Wallet, kind: FactorKind) -> None:
        """When the owner removes the card, it answers for nobody, not even what was asked already."""
        owner.gets(kind)
        signed_in = verified(second)
        share = begins(town, signed_in)
        sharing.complete_share(town.verifier, signed_in, answer=owner.answers_to(kind, share.question), client=BROWSER)
        second.card, second.values = owner.card, owner.values
        asked = second.is_asked(kind)
        assert asked.prompt is not None
        owner.loses(kind)
        assert second.kinds() == [FactorKind.IB_KEY]
        with refused(Reason.PROMPT_SUPERSEDED):
            second.types(asked, second.answers(asked.prompt))

    def test_its_sessions_end_with_it(self, town: Town, owner: Wallet, second: Wallet, kind: FactorKind) -> None:
        """When the owner removes the card, whoever logged in with it is signed out, and nobody else."""
        owner.gets(kind)
        signed_in = verified(second)
        share = begins(town, signed_in)
        sharing.complete_share(town.verifier, signed_in, answer=owner.answers_to(kind, share.question), client=BROWSER)
        second.card, second.values = owner.card, owner.values
        by_card = second.logs_in(kind)
        owner.loses(kind)
        left = town.verifier.store.sessions.list_open(by_card.user.user_id, now_ms=second.now_ms)
        assert signed_in.session.session_id in [session.session_id for session in left]
        assert by_card.session.session_id not in [session.session_id for session in left]

    def test_the_card_must_be_at_hand(self, town: Town, owner: Wallet, second: Wallet, kind: FactorKind) -> None:
        """Three tries, within five minutes; what is no answer counts nothing."""
        owner.gets(kind)
        signed_in = verified(second)
        share = begins(town, signed_in)
        with refused(Reason.MALFORMED_RESPONSE):
            sharing.complete_share(town.verifier, signed_in, answer="0", client=BROWSER)
        wrong = "00000000" if kind is CARD else "000000"
        for remaining in (2, 1, 0):
            with refused(Reason.WRONG_RESPONSE) as caught:
                sharing.complete_share(town.verifier, signed_in, answer=wrong, client=BROWSER)
            assert caught.value.attempts_remaining == remaining
        right = owner.answers_to(kind, share.question)
        with refused(Reason.CODE_TRIES_SPENT):
            sharing.complete_share(town.verifier, signed_in, answer=right, client=BROWSER)
        with refused(Reason.FACTOR_UNKNOWN):
            sharing.complete_share(town.verifier, signed_in, answer=right, client=BROWSER)

    def test_five_minutes(self, town: Town, owner: Wallet, second: Wallet, kind: FactorKind) -> None:
        """Who goes to fetch the card begins again."""
        owner.gets(kind)
        signed_in = verified(second)
        begins(town, signed_in)
        town.clock.advance(seconds=300)
        with refused(Reason.FACTOR_UNKNOWN):
            sharing.find_share(town.verifier, signed_in)


class TestRefused:
    def test_the_weaker_card(self, town: Town, owner: Wallet, second: Wallet) -> None:
        """Who holds the stronger card shares that one, not the other way round."""
        owner.gets(CODES)
        second.gets(CARD)
        with refused(Reason.LESS_SECURE_DEVICE):
            begins(town, verified(second))

    def test_the_strongest_of_what_the_owner_has(self, town: Town, owner: Wallet, second: Wallet) -> None:
        """The stronger card takes the place of the weaker one that the second user has."""
        owner.gets(CARD)
        second.gets(CODES)
        signed_in = verified(second)
        share = begins(town, signed_in)
        sharing.complete_share(town.verifier, signed_in, answer=owner.answers_to(CARD, share.question), client=BROWSER)
        assert set(second.kinds()) == {FactorKind.IB_KEY, CARD}

    @pytest.mark.parametrize("kind", [APP, FactorKind.TEXT, FactorKind.ONLINE_CARD, FactorKind.TEMPORARY_PASSCODE])
    def test_what_is_no_card(self, town: Town, owner: Wallet, second: Wallet, kind: FactorKind) -> None:
        """Only lasting cards are shared."""
        owner.gets(kind)
        with refused(Reason.FACTOR_NOT_SHAREABLE):
            begins(town, verified(second))

    def test_somebody_has_something_temporary(self, town: Town, owner: Wallet, second: Wallet) -> None:
        """Neither side may hold a passcode or an online card."""
        owner.gets(CARD)
        second.gets_passcode()
        with refused(Reason.FACTOR_NOT_SHAREABLE):
            begins(town, verified(second))

    def test_another_account(self, town: Town, owner: Wallet) -> None:
        """Strangers share nothing."""
        owner.gets(CARD)
        stranger = Wallet(town.adds("mallory", number="+12125550155"))
        stranger.gets_phone(town.sells_phone())
        with refused(Reason.FACTOR_NOT_SHAREABLE):
            begins(town, verified(stranger))

    def test_oneself(self, town: Town, owner: Wallet) -> None:
        """One has one's own card already."""
        owner.gets(CARD)
        with refused(Reason.FACTOR_NOT_SHAREABLE):
            begins(town, verified(owner))

    def test_a_card_that_is_shared_itself(self, town: Town, owner: Wallet, second: Wallet) -> None:
        """Only its owner shares it."""
        owner.gets(CODES)
        signed_in = verified(second)
        share = begins(town, signed_in)
        sharing.complete_share(town.verifier, signed_in, answer=owner.answers_to(CODES, share.question), client=BROWSER)
        third = Wallet(town.adds("tina", role=Role.SECONDARY, account="alice", number="+12125550199"))
        third.gets_phone(town.sells_phone())
        with refused(Reason.FACTOR_NOT_SHAREABLE):
            begins(town, verified(third), name="steve")

    def test_the_owners_password_counts(self, town: Town, owner: Wallet, second: Wallet) -> None:
        """It is judged like any other."""
        owner.gets(CARD)
        signed_in = verified(second)
        with refused(Reason.WRONG_PASSWORD):
            begins(town, signed_in, password=WRONG)
        assert len(owner.person.lockout.failures_ms) == 1
        with refused(Reason.VERIFICATION_REQUIRED):
            begins(town, signed_in)

    def test_nothing_waits(self, town: Town, second: Wallet) -> None:
        """Without a begin there is nothing to complete, whatever else the user holds."""
        second.gets(APP)
        with refused(Reason.FACTOR_UNKNOWN):
            sharing.find_share(town.verifier, verified(second))
