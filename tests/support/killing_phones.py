"""People whose phone is killed while they use it: they go on where it was, or begin anew."""

import json
import os
import select
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.adding import code_in
from tests.support.browser_plain import Visitor
from tests.support.child import LONGEST_S, clean_environment
from tests.support.phone import Phone, make_phone
from tests.support.portal import LivePortal, password_of
from tests.support.tree import ROOT
from tests.support.wire import get_json

#: Everybody's number: one person at a time waits for a text.
NUMBER = "+12125550142"
KILLED = -9
REFUSED = 77
_SCRIPT = ROOT / "tests" / "support" / "phone_killed.py"
_GLANCE_S = 0.05
_MOST_TRIES = 3


@dataclass(slots=True, kw_only=True)
class Keeper:
    """Runs `authkey`, and kills it when told to. `kills` counts how often that came true."""

    child: "subprocess.Popen[str]"
    portal: LivePortal
    kills: int = 0

    def runs(
        self, phone: Phone, *arguments: str, given: str = "", at: int = 0, is_locked: bool = False
    ) -> dict[str, Any]:
        """Run a command with the phone's PIN file, unless it works locked; kill it before its step number `at`."""
        file = phone.folder / "given"
        file.write_text(given)
        pin = () if is_locked else ("--pin-file", str(phone.pin_file))
        self._asks(phone, *arguments, *pin, given=file, at=at)
        return self._told()

    def runs_beside(self, phone: Phone, *arguments: str, at: int = 0) -> dict[str, Any]:
        """The same for a command that waits for a text: the code is typed when it has come."""
        pipe = phone.folder / "typed"
        os.mkfifo(pipe)
        typing = os.open(pipe, os.O_RDWR | os.O_NONBLOCK)
        try:
            before, said = self.texts(), self.child.stdout
            assert said is not None
            self._asks(phone, *arguments, "--pin-file", str(phone.pin_file), given=pipe, at=at)
            is_typed = False
            while not select.select([said], [], [], _GLANCE_S)[0]:
                texts = self.texts()
                if texts != before and not is_typed:
                    os.write(typing, f"{code_in(texts[-1])}\n".encode())
                    is_typed = True
            return self._told()
        finally:
            os.close(typing)
            pipe.unlink()

    def texts(self) -> list[str]:
        """What their number received."""
        status, body = get_json(f"{self.portal.address}/inbox/{NUMBER}/texts")
        assert status == 200, body
        return [text["text"] for text in json.loads(body)["texts"]]

    def _asks(self, phone: Phone, *arguments: str, given: Path, at: int) -> None:
        args = ["--home", str(phone.home), *arguments]
        assert self.child.stdin is not None
        self.child.stdin.write(json.dumps({"args": args, "given": str(given), "at": at}) + "\n")
        self.child.stdin.flush()

    def _told(self) -> dict[str, Any]:
        assert self.child.stdout is not None
        told: dict[str, Any] = json.loads(self.child.stdout.readline())
        self.kills += told["status"] == KILLED
        return told


@contextmanager
def keeper_of_phones(folder: Path, portal: LivePortal) -> Iterator[Keeper]:
    """Somebody who runs phones until the test is over."""
    folder.mkdir()
    child = subprocess.Popen(
        [sys.executable, "-P", str(_SCRIPT)],
        env=clean_environment(folder, PYTHONPATH=str(ROOT)),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Keeper(child=child, portal=portal)
    finally:
        child.communicate(timeout=LONGEST_S)


@dataclass(slots=True, kw_only=True)
class Owner:
    """One user and one phone. `uri` is a code to scan, good once."""

    keeper: Keeper
    name: str
    uri: str
    phone: Phone

    @property
    def has_account(self) -> bool:
        """Whether the phone says that it answers for its owner; a phone that is not made yet says nothing."""
        told = self.keeper.runs(self.phone, "status", "--json", is_locked=True)
        return told["status"] == 0 and self.name in json.loads(told["out"]).get("users", [])

    def activates(self, at: int) -> None:
        """Scan; after a kill go on, or scan again."""
        done = self.keeper.runs(self.phone, "activate", "-", given=self.uri, at=at)
        for _ in range(_MOST_TRIES):
            if done["status"] == 0 or self.has_account:
                return
            assert done["status"] in (KILLED, REFUSED), done
            done = self.keeper.runs(self.phone, "activate", "--resume")
            if done["status"] == REFUSED:
                done = self.keeper.runs(self.phone, "activate", "-", given=self.uri)
        raise AssertionError(done)

    def moves(self, folder: Path, at: int) -> None:
        """Take a new phone; after a kill go on with the code that came, or begin again."""
        self.phone = make_phone(folder)
        (folder / "password").write_text(password_of(self.name))
        code = ("--password-file", str(folder / "password"), "--code-stdin", "--yes")
        begin = ("add-user", self.name, "--portal", self.keeper.portal.address, *code)
        done = self.keeper.runs_beside(self.phone, *begin, at=at)
        for _ in range(_MOST_TRIES):
            if done["status"] == 0 or self.has_account:
                return
            assert done["status"] in (KILLED, REFUSED), done
            last = self.keeper.texts()[-1:]
            typed = f"{code_in(last[0])}\n" if last else ""
            done = self.keeper.runs(self.phone, "add-user", "--resume", "--code-stdin", given=typed)
            if done["status"] != 0:
                done = self.keeper.runs_beside(self.phone, *begin)
        raise AssertionError(done)

    def logs_in(self, at: int) -> Visitor:
        """Approve on the phone; after a kill look again, and approve what still waits."""
        browser = self.keeper.portal.visitor()
        browser.is_patient = True
        browser.types_password(self.name, password_of(self.name))
        done = self.keeper.runs(self.phone, "approve", at=at)
        if done["status"] == KILLED:
            done = self.keeper.runs(self.phone, "approve")
            assert done["status"] in (0, REFUSED), done  # refused: it was approved, and nothing waits any more
        browser.get("/sso/SecondFactor")
        assert browser.press("/sso/SecondFactor/continue").has_succeeded
        return browser


def house(keeper: Keeper, folder: Path, count: int) -> list[Owner]:
    """Add users, each with a code to scan and a phone that is not made yet."""
    people = []
    names = [f"owner-{number:02}" for number in range(count)]
    made = keeper.portal.adds(*names, activation=True, phone=NUMBER)
    for name in names:
        phone = make_phone(folder / name)
        people.append(Owner(keeper=keeper, name=name, uri=made[name]["activation"], phone=phone))
    return people
