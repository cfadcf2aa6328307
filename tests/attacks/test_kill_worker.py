"""Power cuts: a worker is killed with -9 while it judges. What was acknowledged stays, and nothing happens twice."""

import os
import random
import signal
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path

import pytest

from authsim.adapters.system import SystemEntropy
from authsim.secret import Secret
from authsim.verifier.tokens import hash_token
from tests.support.browser_plain import Visitor, fill
from tests.support.child import LONGEST_S, children_of, wait_until
from tests.support.device import TestPhone
from tests.support.invariants import Invariants
from tests.support.portal import LivePortal, password_of, served_portal
from tests.support.wire import activate_over_http

PEOPLE = tuple(f"user-{letter}" for letter in "abcdef")
#: Failures are not what this is about: a try that a kill left uncompleted counts as one.
POLICY = ("--set", "throttle_failures=1000", "--set", "lockout_failures=1000", "--set", "sessions_per_user=100")
KILLS = {"workers": 14, "process": 6}
#: So many type their passwords at once: a portal that has to hash more of them may ask for patience.
TYPING = 2


@dataclass(slots=True, kw_only=True)
class Login:
    """One login that has passed its password; `acknowledged` when the portal said that the response was right."""

    browser: Visitor
    response: str
    acknowledged: bool = False
    happened: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    def answers(self) -> None:
        """Send the response, and take what comes, or the cut."""
        assert self.browser.page is not None
        action, fields = fill(self.browser.page.one(cls="xyzform-gold"), {"gold-response": self.response})
        body = "&".join(f"{name}={value}" for name, value in fields.items())
        try:
            self.happened.release()
            answer = self.browser.request("POST", action, body)
        except (OSError, HTTPException):
            return
        finally:
            self.happened.release()
        self.acknowledged = answer.status == 302 and answer.headers["Location"] == "/sso/Dispatcher"


@pytest.fixture(params=["workers", "process"])
def how(request: pytest.FixtureRequest) -> str:
    """Which process is killed: one of two workers, or the one process that there is."""
    return str(request.param)


def begin(portal: LivePortal, name: str, phone: TestPhone, *, is_right: bool = True) -> Login:
    """Type the password, and let the phone compute the response to the challenge."""
    browser = portal.visitor()
    challenge = browser.types_password(name, password_of(name)).challenge
    response = phone.respond(challenge)
    return Login(browser=browser, response=response if is_right else f"{(int(response) + 1) % 10**8:08}")


def kill_and_bring_back(portal: LivePortal, how: str, draw: random.Random) -> Callable[[], None]:
    """Kill now; return what waits until the portal is whole again."""
    assert portal.child is not None
    if how == "process":
        portal.kill()
        return portal.serve
    before = children_of(portal.child.pid)
    victim = draw.choice(before)
    os.kill(victim, signal.SIGKILL)
    master = portal.child.pid
    return lambda: wait_until(lambda: victim not in (now := children_of(master)) and len(now) >= len(before))


def test_a_kill_during_verification_loses_and_doubles_nothing(tmp_path: Path, how: str) -> None:
    """Twenty kills in the middle of verification: acknowledged successes are durable, and every invariant holds."""
    seed = random.SystemRandom().randrange(2**32)
    sys.stdout.write(f"seed {seed}\n")
    draw = random.Random(seed)
    serving = ("--workers", "2") if how == "workers" else ()
    with served_portal(tmp_path, *POLICY, serving=serving) as portal:
        phones = {name: TestPhone(entropy=SystemEntropy()) for name in PEOPLE}
        made = portal.adds(*PEOPLE, activation=True)
        for name, phone in phones.items():
            activate_over_http(phone, Secret(made[name]["activation"]), portal.address)
        invariants = Invariants(portal)
        acknowledged = 0
        for _ in range(KILLS[how]):
            acknowledged += cut_the_power(portal, phones, how, draw)
            invariants.require()
        sys.stdout.write(f"{acknowledged} of {KILLS[how] * len(PEOPLE)} were acknowledged\n")
        last = begin(portal, "user-a", phones["user-a"])
        last.answers()
        assert last.acknowledged, "after all the cuts, one logs in as ever"


def cut_the_power(portal: LivePortal, phones: dict[str, TestPhone], how: str, draw: random.Random) -> int:
    """Let everybody answer at once, kill after a random number of requests and replies, and look at what is left."""
    wrong = draw.choice(PEOPLE)
    with ThreadPoolExecutor(TYPING) as pool:
        logins = list(pool.map(lambda name: begin(portal, name, phones[name], is_right=name != wrong), PEOPLE))
    happened = threading.Semaphore(0)
    for login in logins:
        login.happened = happened
    threads = [threading.Thread(target=login.answers) for login in logins]
    for thread in threads:
        thread.start()
    for _ in range(draw.randint(1, 2 * len(logins))):
        assert happened.acquire(timeout=LONGEST_S)
    wait_until_whole = kill_and_bring_back(portal, how, draw)
    for thread in threads:
        thread.join(LONGEST_S)
    wait_until_whole()
    kept = {row[0] for row in portal.rows("SELECT token_hash FROM sessions WHERE factors = 'two'")}
    won = [login for login in logins if login.acknowledged]
    assert not logins[PEOPLE.index(wrong)].acknowledged
    for login in won:
        assert hash_token(Secret(login.browser.cookie("s"))) in kept, "I2: acknowledged, and forgotten"
        assert login.browser.get("/sso/Dispatcher").has_succeeded
    return len(won)
