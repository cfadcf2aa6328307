"""A generator of logins: what people, their phones, the clock and faults may do, in any order, at a portal in a lab.

`explore(portal)` tries many short stories, each on a world of its own, and shrinks the first one that breaks a rule to
its few steps. Whoever has rules of their own subclasses `LoginMachine`. It takes Hypothesis, which the kit does not.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, final

from authsim.testing.coverage import Coverage, collect, merge
from authsim.testing.errors import KitError, LabError, LoginError
from authsim.testing.login import Login
from authsim.testing.phone import Phone
from authsim.testing.portal import Portal
from authsim.testing.user import User

try:
    from hypothesis import HealthCheck, settings
    from hypothesis import seed as seed_of
    from hypothesis import strategies as st
    from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
except ModuleNotFoundError:
    raise KitError("the generator of logins needs Hypothesis: pip install 'authsim[testing]'") from None

_WORLD: Final = "exploring"
_NAMES: Final = ("alice", "bob")
#: Faults that keep right answers out. None of them may ever let a wrong one in.
FAULTS: Final = ("wrong_credentials", "throttled", "locked_out", "no_push", "push_lost", "challenge_short", "qr_burnt")
#: The lives of what a login asks, to the second; most of the time little passes.
_SECONDS: Final = (1, 31, 54, 121, 180, 301, 901, 86_401)
_FAILED: Final = 500
_LOCK_S: Final = 86_400
_WRONG: Final = "not the password"
_WHO: Final = st.sampled_from(_NAMES)
_PICK: Final = st.integers(0, 3)


@final
class Trying:
    """A login that was begun, and what is known of how it may go on. `may_enter`: its phone has vouched for it."""

    def __init__(self, login: Login, user: User) -> None:
        self.login = login
        self.user = user
        self.challenge = ""
        self.may_enter = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """A response that opened a session: it must never open another."""

    challenge: str
    response: str


@final
class Known:
    """What is known of one person. `locked_s`: how many seconds the operator's lock still lasts at least."""

    def __init__(self, user: User, phone: Phone) -> None:
        self.user = user
        self.phone = phone
        self.locked_s = 0
        self.used: list[Used] = []


class LoginMachine(RuleBasedStateMachine):
    """Two people with a phone each at one portal. The rules are public, so that a subclass may leave one out."""

    def __init__(self, portal: Portal, *, seed: int | None = None) -> None:
        """Begin a story in the world that `explore` keeps; `exercised` is where it leaves what it has exercised."""
        super().__init__()
        self.portal = portal
        self.exercised: list[Coverage] = []
        portal.restore(_WORLD)
        portal.lab.set_seed(seed)
        portal.clock.freeze()
        self.known = {name: Known(portal.add_user(name), portal.add_phone()) for name in _NAMES}
        self.trying: list[Trying] = []
        self.inside: list[Trying] = []
        self.activates(_NAMES[0])

    def teardown(self) -> None:
        """Close the browsers of this story, and note what it has exercised: the next one begins a world of its own."""
        self.portal.close_browsers()
        self.exercised.append(collect(self.portal.lab))

    # ---- what people do

    @rule(name=_WHO)
    def activates(self, name: str) -> None:
        """Bind the person's own phone, or be refused with a reason."""
        known = self.known[name]
        self._does(lambda: known.phone.activate(known.user))

    @rule(name=_WHO, is_right=st.sampled_from([True, True, True, False]))
    def begins(self, name: str, is_right: bool) -> None:
        """Type name and password."""
        self._begin(name, is_right=is_right)

    @rule(name=_WHO, way=st.sampled_from(["own", "zeros", "approve", "deny", "report"]))
    def logs_in_all_the_way(self, name: str, way: str) -> None:
        """Activate a phone where there is none, type name and password, and then a response, or answer on the phone."""
        self.activates(name)
        trying = self._begin(name, is_right=True)
        if way in ("own", "zeros"):
            self._respond(trying, way)
        else:
            self._decide(trying, way)

    def _begin(self, name: str, *, is_right: bool) -> Trying:
        user = self.known[name].user
        login = self.portal.begin_login(user, None if is_right else _WRONG)
        trying = Trying(login, user)
        self._judge(trying, may_enter=False)
        if is_right:
            self.trying = [*self.trying, trying][-4:]
        return trying

    @precondition(lambda self: self.trying)
    @rule(pick=_PICK, way=st.sampled_from(["own", "own", "other", "zeros"]))
    def responds(self, pick: int, way: str) -> None:
        """Type what the own phone answers, or the other one, or just zeros."""
        self._respond(self._pick(pick), way)

    def _respond(self, trying: Trying, way: str) -> None:
        known = self.known[trying.user.name]
        other = self.known[_NAMES[1 - _NAMES.index(trying.user.name)]]
        response = "00000000"
        try:
            trying.challenge = trying.login.challenge()
            if way != "zeros":
                response = (known if way == "own" else other).phone.respond(trying.challenge)
            trying.login.respond(response)
        except (LoginError, LabError):
            self._judge(trying, may_enter=False)
            return
        self._judge(trying, may_enter=way == "own")
        if trying.login.authenticated:
            known.used.append(Used(challenge=trying.challenge, response=response))
            self._enters(trying)

    @precondition(lambda self: self.trying)
    @rule(pick=_PICK, decision=st.sampled_from(["approve", "approve", "deny", "report"]))
    def decides(self, pick: int, decision: str) -> None:
        """Answer the notification on the person's phone, and go on in the browser."""
        self._decide(self._pick(pick), decision)

    def _decide(self, trying: Trying, decision: str) -> None:
        phone = self.known[trying.user.name].phone
        if self._does(lambda: getattr(phone, decision)(trying.user)) and decision == "approve":
            for one in self.trying:  # it was the newest request of this user, whichever login sent it
                one.may_enter = one.may_enter or one.user is trying.user
        try:
            trying.login.wait(seconds=0)  # what the phone has decided stands by now
        except LoginError:
            self._judge(trying, may_enter=False)
            return
        self._judge(trying, may_enter=False)
        if trying.login.authenticated:
            self._enters(trying)

    @precondition(lambda self: self.trying and any(known.used for known in self.known.values()))
    @rule(pick=_PICK)
    def replays(self, pick: int) -> None:
        """Type a response that opened a session before."""
        trying = self._pick(pick)
        used = [one for known in self.known.values() for one in known.used]
        try:
            challenge = trying.login.challenge()
            trying.login.respond(used[pick % len(used)].response)
        except LoginError:
            pass
        else:
            is_same = any(challenge == one.challenge for one in used)
            _hold(not (is_same and trying.login.authenticated), "a challenge was answered twice")
        self._judge(trying, may_enter=False)

    # ---- what happens around them

    @rule(seconds=st.sampled_from(_SECONDS))
    def time_passes(self, seconds: int) -> None:
        """Let so many seconds pass on the lab's clock."""
        self.portal.clock.advance(seconds=seconds)
        for known in self.known.values():
            known.locked_s = max(0, known.locked_s - seconds)

    @rule(name=_WHO, is_locked=st.booleans())
    def is_locked(self, name: str, is_locked: bool) -> None:
        """Let the operator lock a user, or lift every lock."""
        (self.portal.lab.lock_user if is_locked else self.portal.lab.unlock_user)(name)
        self.known[name].locked_s = _LOCK_S if is_locked else 0

    @rule(name=_WHO)
    def loses_phone(self, name: str) -> None:
        """Let the operator revoke the phone of a user."""
        self._does(lambda: self.portal.lab.revoke_phone(name))

    @rule(fault=st.sampled_from(FAULTS), name=_WHO, is_on=st.booleans())
    def goes_wrong(self, fault: str, name: str, is_on: bool) -> None:
        """Switch a fault on for a user, or off for everybody."""
        if is_on:
            self.portal.lab.arm_fault(fault, user=name)
        else:
            self.portal.lab.disarm_fault(fault)

    # ---- what must hold

    @invariant()
    def nobody_is_inside_without_both_factors(self) -> None:
        """A session of two factors was opened by the person's password and by the phone that answers for them."""
        for trying in self.inside:
            _hold(trying.may_enter, f"{trying.login.label} is inside and never proved a second factor")

    @invariant()
    def waiting_logins_are_outside(self) -> None:
        """A login that was not completed shows no page of somebody who is signed in."""
        for trying in self.trying:
            _hold(not trying.login.authenticated, f"{trying.login.label} is inside by itself")

    def _judge(self, trying: Trying, *, may_enter: bool) -> None:
        """Check one step: who is in may be in, nobody gets in while locked, and the story explains whoever is not."""
        known = self.known[trying.user.name]
        if trying.login.authenticated:
            trying.may_enter = trying.may_enter or may_enter
            _hold(trying.may_enter, f"{trying.login.label} is inside without a second factor")
            _hold(not known.locked_s, f"{trying.user.name} is locked, and inside")
        elif trying.login.message:
            _hold(trying.login.refusal is not None, f"the story does not say why: {trying.login.message}")

    def _enters(self, trying: Trying) -> None:
        self.inside.append(trying)
        self.trying = [one for one in self.trying if one is not trying]

    def _pick(self, pick: int) -> Trying:
        return self.trying[pick % len(self.trying)]

    def _does(self, act: Callable[[], object]) -> bool:
        """Do what the lab may decline; say whether it was done. A refusal has a name, or the lab's own sentence."""
        try:
            act()
        except LabError as error:
            _hold(error.status < _FAILED, f"the lab failed: {error.detail}")
            return False
        return True


def _hold(is_so: bool, otherwise: str) -> None:
    """Raise `AssertionError` when a rule does not hold: also where assertions are switched off."""
    if not is_so:
        raise AssertionError(otherwise)


def explore(
    portal: Portal,
    *,
    machine: Callable[..., LoginMachine] = LoginMachine,
    examples: int = 20,
    steps: int = 15,
    seed: int | None = None,
) -> Coverage:
    """Try so many stories of so many steps, leave the portal's world as it was, and return what they have exercised.

    Raises `AssertionError` for the shortest story found that breaks a rule. With a `seed` the same stories are tried in
    each run, and the portal's chance repeats too.
    """
    portal.take_snapshot(_WORLD)

    exercised: list[Coverage] = []

    def make() -> LoginMachine:
        story = machine(portal, seed=seed)
        story.exercised = exercised
        return story

    tried: Any = make if seed is None else seed_of(seed)(make)  # called for each story, as a class would be
    try:
        run_state_machine_as_test(
            tried,
            settings=settings(
                max_examples=examples,
                stateful_step_count=steps,
                deadline=None,
                database=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
    finally:
        portal.restore(_WORLD)
        portal.lab.remove_snapshot(_WORLD)
    return merge(exercised)
