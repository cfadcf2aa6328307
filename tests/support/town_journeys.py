"""The town as a state machine, whole: single steps, and the journeys that people make of them, so that runs go deep."""

from hypothesis import strategies as st
from hypothesis.stateful import rule

from authsim.model import Decision
from tests.support.town_cast import CELLAR
from tests.support.town_machine import NAMES
from tests.support.town_machine_phones import PhoneRules

PEOPLE = st.sampled_from(["desk", "sofa"])
WAYS = st.sampled_from(["response", "push", "QR code", "wrong number"])


class WhoIsIn(PhoneRules):
    """All that may happen."""

    @rule(place=PEOPLE, name=NAMES, way=WAYS, is_helped=st.booleans())
    def logs_in_all_the_way(self, place: str, name: str, way: str, is_helped: bool) -> None:
        """Password, phone, and in, if nothing stands against it."""
        if is_helped:
            self.help_desk_puts_right(name)
        count = len(self.asked)
        self.logs_in(place, name, way != "QR code")
        if len(self.asked) > count:
            self._goes_on(place, way)

    @rule(name=NAMES, way=WAYS)
    def thief_comes_first(self, name: str, way: str) -> None:
        """In the classic profile a password is enough to activate the first phone of a user who has none."""
        count = len(self.asked)
        self.logs_in(CELLAR, name, True)
        if len(self.asked) == count:
            self.scans_code(0, CELLAR, 1)
            self.steps_up(CELLAR)
        if len(self.asked) > count:
            self._goes_on(CELLAR, way)

    def _goes_on(self, place: str, way: str) -> None:
        pick = [waiting.name for waiting in self.waiting()].index(place)
        if way == "response":
            self.types_response(pick, "owner")
            return
        is_right, is_scanned = way != "wrong number", way == "QR code"
        self.decides("owner", 1, Decision.APPROVE, is_number_right=is_right, is_scanned=is_scanned)
        self.collects(pick)

    @rule(name=NAMES, place=PEOPLE, number=st.integers(0, 2))
    def activates_all_the_way(self, name: str, place: str, number: int) -> None:
        """A password, a QR code, and a phone that scans it."""
        self.logs_in(place, name, True)
        self.scans_code(number, place, 1)

    @rule(name=NAMES, number=st.integers(0, 2), keeps_old=st.booleans())
    def moves_to_a_phone(self, name: str, number: int, keeps_old: bool) -> None:
        """Password, text, and another phone answers; a thief may find the old one."""
        key = self.model.users[name].key
        for old, hand in enumerate(self.hands):
            if keeps_old and key is not None and hand.key is key:
                self.is_stolen(old)
        self.time_passes(120)
        before = len(self.adds)
        self.asks_for_a_text(number, name, True)
        if len(self.adds) > before:
            self.brings_a_code(1, "right")

    @rule(name=NAMES)
    def help_desk_puts_right(self, name: str) -> None:
        """A locked user is unlocked, a suspended phone resumed."""
        self.help_desk(name, "unlock")
        self.help_desk(name, "resume")

    @rule(name=NAMES, places=st.permutations(["desk", "sofa", CELLAR]))
    def browsers_at_once(self, name: str, places: list[str]) -> None:
        """Several browsers wait for the same phone; all go on after one approval, if a person began the newest."""
        for place in places:
            self.logs_in(place, name, True)
        if self.asked:
            self.decides("owner", 1, Decision.APPROVE, is_number_right=True, is_scanned=False)
        for pick in range(len(self.waiting())):
            self.collects(pick)

    @rule(name=NAMES, number=st.integers(0, 3), count=st.integers(1, 5))
    def guesses_codes(self, name: str, number: int, count: int) -> None:
        """One wrong code after the other for the same text, then the right one, or a thief's last guess."""
        self.time_passes(120)
        self.asks_for_a_text(number, name, True)
        for _ in range(count if self.adds else 0):
            self.brings_a_code(1, "wrong")
        if self.adds:
            self.brings_a_code(1, "right")
