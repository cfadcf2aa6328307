"""People at a portal that is killed while it serves them: who was cut off asks again, and sees how far it had come."""

import json
import random
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from typing import TypeVar

from authsim.adapters.system import SystemEntropy
from authsim.model import Decision
from authsim.protocol.add_user import format_add_user_finish, format_add_user_start, parse_add_user_started
from authsim.protocol.messages import format_activate_request
from authsim.secret import Secret
from authsim.verifier import Verifier
from tests.support.adding import code_in
from tests.support.browser_plain import Visitor
from tests.support.device import TestPhone
from tests.support.device_line import API, Answer, Line, OnlinePhone, post, wire_to
from tests.support.invariants import Invariants
from tests.support.killing_phones import NUMBER
from tests.support.portal import LivePortal, make_portal, password_of
from tests.support.tree import ROOT
from web.wiring import open_portal

T = TypeVar("T")

SCRIPT = ROOT / "tests" / "support" / "portal_killed.py"
#: Texts may follow each other: a person who was cut off asks again at once.
POLICY = (
    *("--set", "sms_resend_seconds=0"),
    *("--set", "push_resend_seconds=0"),
    *("--set", "sessions_per_user=100"),
)
_MOST_CUTS = 5
_APPROVED = 200
_OVER = 409


@dataclass(slots=True, kw_only=True)
class DoomedPortal:
    """A portal whose lives end when they are told to."""

    portal: LivePortal
    verifier: Verifier
    file: Path
    invariants: Invariants
    kills: int = 0

    @contextmanager
    def dies(self, moments: Sequence[str]) -> Iterator[None]:
        """Let it die at these moments, one in each life, as far as they come while the block runs."""
        self.file.write_text("\n".join(moments))
        yield
        left = self.file.read_text()
        self.file.write_text("")
        self.kills += len(moments) - (len(left.split("\n")) if left else 0)

    def insist(self, ask: Callable[[], T]) -> T:
        """Ask, and again when the portal dies of it or died just before; its store is whole each time."""
        for _ in range(_MOST_CUTS):
            try:
                return ask()
            except (OSError, HTTPException):
                self.invariants.require()
        return ask()

    @property
    def line(self) -> Line:
        """How phones speak to it."""
        return wire_to(self.portal.address)

    @property
    def lives(self) -> int:
        """How often it began to serve."""
        return self.portal.log.count("AuthSim is ready at")


@contextmanager
def doomed_portal(folder: Path) -> Iterator[DoomedPortal]:
    """A portal that is served until the test is over, in one life after the other."""
    portal = make_portal(folder / "portal", *POLICY, PYTHONPATH=str(ROOT))
    file = folder / "moment"
    portal.serve()
    portal.stop()  # now it knows its address
    file.write_text("")
    portal.serve(command=[sys.executable, "-P", str(SCRIPT), str(file)])
    try:
        with closing(open_portal(portal.settings)) as beside:
            yield DoomedPortal(portal=portal, verifier=beside.verifier, file=file, invariants=Invariants(portal))
    finally:
        portal.stop()


@dataclass(slots=True, kw_only=True)
class Townsman:
    """One user at that portal, and the phone that answers for them; `approved` are the requests said to be so."""

    doomed: DoomedPortal
    name: str
    uri: str
    phone: TestPhone = field(default_factory=lambda: TestPhone(entropy=SystemEntropy()))
    approved: list[str] = field(default_factory=list)

    @property
    def online(self) -> OnlinePhone:
        """The phone, as it speaks."""
        return OnlinePhone(phone=self.phone, verifier=self.doomed.verifier)

    def activates(self) -> None:
        """Scan; the same request goes again when there was no reply."""
        attempt = self.phone.scan(Secret(self.uri))
        answer = self.doomed.insist(
            lambda: post(self.doomed.line, f"{API}/activate", format_activate_request(attempt.request))
        )
        assert answer.status == 200, answer
        self.phone.accept(attempt, answer.text)

    def moves(self) -> None:
        """Become the user of another phone by password and text; the one before is out of use."""
        while not self._moves_once():
            pass

    def _moves_once(self) -> bool:
        """Bring one code. False when the portal died so often between counting and judging it that no try is left."""
        phone = TestPhone(entropy=SystemEntropy(), label="another phone")
        attempt = phone.begin_adding(self.doomed.verifier, self.name)
        seen = self.doomed.insist(self._texts)[-1:]
        start = format_add_user_start(attempt.asks(Secret(password_of(self.name))))
        answer = self.doomed.insist(lambda: post(self.doomed.line, f"{API}/adduser/start", start))
        assert answer.status == 202, answer
        attempt.flow_id = parse_add_user_started(answer.text.encode()).flow_id
        texts = self.doomed.insist(self._texts)
        assert texts[-1:] != seen, "a flow without a text"
        code = code_in(texts[-1])
        finish = format_add_user_finish(attempt.brings(code))
        answer = self.doomed.insist(lambda: post(self.doomed.line, f"{API}/adduser/finish", finish))
        if answer.status == _OVER:
            tries = "SELECT 1 FROM enrolments WHERE flow_id = ? AND attempts = attempts_allowed AND state != 'consumed'"
            assert self.doomed.portal.rows(tries, attempt.flow_id), "a right code was refused"
            return False
        assert answer.status == 200, answer
        phone.accepts_adding(attempt, code, answer.text)
        self.phone = phone
        return True

    def logs_in(self) -> Visitor:
        """Log in by a tap on the phone; whoever lost the reply that let them in begins anew, with nothing lost."""
        for _ in range(_MOST_CUTS):
            browser = self.doomed.portal.visitor()
            browser.is_patient = True
            self.doomed.insist(lambda: browser.types_password(self.name, password_of(self.name)))  # noqa: B023 - called at once
            while not self._approves():
                self.doomed.insist(lambda: self._resends(browser))  # noqa: B023
            if self._goes_on(browser):
                return browser
        raise AssertionError(f"{self.name} never got in")

    def answers_for(self) -> str:
        """The device that the portal has active for this user."""
        rows = self.doomed.portal.rows(
            "SELECT device_id FROM devices JOIN users USING (user_id) WHERE name = ? AND state = 'active'", self.name
        )
        (row,) = rows
        return str(row[0])

    def _approves(self) -> bool:
        """Tap *Approve*. False when it was counted and the portal died before it was judged: that spent the try."""
        online, line = self.online, self.doomed.line
        self.doomed.insist(lambda: online.opens_session(line))
        (info,) = self.doomed.insist(lambda: online.requests(line)).requests
        cuts = 0

        def decide() -> Answer:
            nonlocal cuts
            cuts += 1
            return online.decides(line, info, Decision.APPROVE)

        answer = self.doomed.insist(decide)
        if answer.status == _OVER and cuts > 1:
            state = self.doomed.insist(lambda: online.request(line, info.request_id)).state
            assert state in ("consumed", "issued")
            if state == "issued":
                return False
        else:
            assert answer.status == _APPROVED, answer
        self.approved.append(info.request_id)
        return True

    def _resends(self, browser: Visitor) -> None:
        browser.get("/sso/SecondFactor")
        browser.press("/sso/SecondFactor/resend")

    def _goes_on(self, browser: Visitor) -> bool:
        """Collect the approval; False when the reply with the cookie was lost, and the login is over."""
        for _ in range(_MOST_CUTS):
            page = self.doomed.insist(lambda: browser.get("/sso/SecondFactor"))
            buttons = [form for form in page.all(tag="form") if form.attributes["action"].endswith("/continue")]
            if not buttons:
                return page.has_succeeded
            try:
                return browser.send(buttons[0]).has_succeeded
            except (OSError, HTTPException):
                self.doomed.invariants.require()
        raise AssertionError("cut off again and again")

    def _texts(self) -> list[str]:
        answer = self.doomed.line("GET", f"/inbox/{NUMBER}/texts", None, {})
        assert answer.status == 200, answer
        return [text["text"] for text in json.loads(answer.text)["texts"]]


def settle_in(doomed: DoomedPortal, count: int) -> list[Townsman]:
    """Add users, each with a code to scan; nobody has a phone yet."""
    names = [f"user-{number:02}" for number in range(count)]
    made = doomed.portal.adds(*names, activation=True, phone=NUMBER)
    return [Townsman(doomed=doomed, name=name, uri=made[name]["activation"]) for name in names]


def draw_moments(draw: random.Random, steps: Sequence[str], *, statements: int) -> list[str]:
    """Some moments, each with a name, or one of so many statements."""
    return [
        f"{draw.choice(steps)} {draw.choice(['before', 'commit', 'after'])} 1"
        if draw.random() < 0.5
        else f"statement before {draw.randint(1, statements)}"
        for _ in range(draw.randint(1, 3))
    ]
