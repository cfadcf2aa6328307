"""A served portal full of users for tests of what goes wrong: each test takes people of its own, with their phones."""

import json
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from authsim.protocol.login_uri import LoginUri, format_login_uri
from tests.support.browser_plain import Visitor
from tests.support.failure_rows import read_rows, require_words
from tests.support.phone import Phone, make_phone
from tests.support.portal import LivePortal, password_of, served_portal

REFUSED: Final = 77
#: Between them: both platforms, both languages.
KINDS: Final = (("ios", "en"), ("android", "ja"))
#: Who was added longer ago is not taken any more: the code to activate a phone is good for ten minutes.
_FRESH_S: Final = 120


@dataclass(slots=True, kw_only=True)
class Victim:
    """One user, to whom something goes wrong. `uri` activates a phone once; `number` receives the texts."""

    portal: LivePortal
    name: str
    number: str
    language: str
    uri: str = field(repr=False)
    folder: Path

    @property
    def password(self) -> Path:
        """The password, in a file for scripts."""
        file = self.folder / f"{self.name}.password"
        file.write_text(f"{password_of(self.name)}\n")
        return file

    def buys(self, platform: str, *options: str, name: str = "phone") -> Phone:
        """Get a phone that knows nobody."""
        phone = make_phone(self.folder / f"{self.name}-{name}", platform=platform, pin="2468", language=self.language)
        return phone.is_made(*options)

    def moves_in(self, platform: str, *options: str, name: str = "phone") -> Phone:
        """Get a phone, and activate it."""
        phone = self.buys(platform, *options, name=name)
        phone.activates(self.uri)
        return phone

    def begins(self) -> Visitor:
        """Pass the first factor in a new browser, which waits on the page of the second."""
        visitor = self.portal.visitor(Accept_Language=self.language)
        visitor.is_patient = True
        visitor.types_password(self.name, password_of(self.name))
        return visitor

    def login_uri(self) -> str:
        """Return what the QR code of the newest login says."""
        newest = self.portal.rows("SELECT request_id, expires_ms FROM push_requests ORDER BY serial DESC LIMIT 1")[0]
        instance = self.portal.rows("SELECT instance_id, origin FROM instance")[0]
        uri = LoginUri(
            instance_id=instance["instance_id"],
            origin=instance["origin"],
            request_id=newest["request_id"],
            expires_s=newest["expires_ms"] // 1000,
        )
        return format_login_uri(uri).reveal_text()

    def answers(self, phone: Phone) -> bool:
        """Log in with a typed challenge; say whether this phone's response was right."""
        browser = self.portal.visitor()
        page = browser.types_password(self.name, password_of(self.name))
        return browser.types_response(phone.responds(page.challenge, "--user", self.name)).has_succeeded

    def goes_on(self, visitor: Visitor) -> bool:
        """Let the waiting page go on after an approval; say whether it is signed in now."""
        visitor.get("/sso/SecondFactor")
        return visitor.press("/continue").has_succeeded

    def with_credentials(self, phone: Phone, *command: str) -> tuple[str, ...]:
        """Return a command that enrols this user, for a script: the code comes on standard input."""
        given = ("--portal", self.portal.address, "--password-file", str(self.password), "--code-stdin")
        return (*command, *given, "--pin-file", str(phone.pin_file))

    def enrols(self, phone: Phone, *command: str, code: str | None = None) -> "subprocess.CompletedProcess[str]":
        """Run such a command; the code is that of the text which it causes, or any other."""
        after = self.last_text()
        child = phone.starts(*self.with_credentials(phone, *command))
        typed = self.reads_code(phone, after=after) if code is None else code
        out, err = child.communicate(f"{typed}\n", timeout=60)
        return subprocess.CompletedProcess(child.args, child.returncode, out, err)

    def trades(self, answer: Callable[[str], str]) -> "subprocess.CompletedProcess[str]":
        """Log in on a trading device, with what `answer` makes of the challenge; return how that ended."""
        device = make_phone(self.folder / f"{self.name}-trading", language=self.language)
        given = ("--portal", self.portal.address, "--password-file", str(self.password), "--response-stdin")
        child = device.starts("trade", self.name, *given)
        assert child.stdout is not None
        challenge = child.stdout.readline().strip()
        out, err = child.communicate(f"{answer(challenge)}\n", timeout=60)
        return subprocess.CompletedProcess(child.args, child.returncode, out, err)

    def reads_code(self, phone: Phone, *, after: int = 0) -> str:
        """Wait for a text; return the code in it."""
        told = phone.does(
            *("inbox", self.number, "--portal", self.portal.address),
            *("--after", str(after), "--wait", "60", "--json"),
        )
        return str(json.loads(told)["texts"][-1]["code"])

    def last_text(self) -> int:
        """The place of the newest text that this user got."""
        page = self.portal.visitor().request("GET", f"/inbox/{self.number}/texts")
        texts: list[dict[str, Any]] = json.loads(page.text)["texts"] if page.status == 200 else []
        return max((text["sequence"] for text in texts), default=0)

    def refused(self, phone: Phone, row: str, *command: str, status: int = REFUSED, **facts: Any) -> str:
        """Run a command with the PIN; it must end so, with the words of the row. Return all that was said."""
        return self.told(phone.runs(*command, "--pin-file", str(phone.pin_file)), row, status=status, **facts)

    def told(
        self,
        done: "subprocess.CompletedProcess[str]",
        row: str,
        *,
        status: int = REFUSED,
        place: int = 0,
        **facts: object,
    ) -> str:
        """A command must have ended so, with the words of the row. Return all that was said."""
        said = done.stdout + done.stderr
        assert done.returncode == status, said
        require_words(row, self.language, said, place=place, **facts)
        return said

    def reads(self, visitor: Visitor, row: str, *places: int) -> None:
        """The page that the browser shows says what the row says in these places: all of it, without any."""
        assert visitor.page is not None
        for place in places or range(len(read_rows()[row].words)):
            require_words(row, self.language, visitor.page.root.text, place=place)


@dataclass(slots=True, kw_only=True)
class Ward:
    """The portal that tests share, and its users who were not taken yet: a few are added at a time."""

    portal: LivePortal
    folder: Path
    batch: int
    waiting: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: {"en": [], "ja": []})
    fresh_until: dict[str, float] = field(default_factory=lambda: {"en": 0.0, "ja": 0.0})
    added: int = 0

    def takes(self, language: str) -> Victim:
        """Take the next user who reads this language."""
        if not self.waiting[language] or time.monotonic() > self.fresh_until[language]:
            self._add(language)
        facts = self.waiting[language].pop()
        return Victim(
            portal=self.portal,
            name=facts["name"],
            number=facts["phone"],
            language=language,
            uri=facts["activation"],
            folder=self.folder,
        )

    def _add(self, language: str) -> None:
        numbers = range(self.added, self.added + self.batch)
        self.added += self.batch
        wanted = [
            {
                "name": f"{language}-{number}",
                "password": password_of(f"{language}-{number}"),
                "locale": language,
                "phone": f"+447700900{number:03}",
                "activation": True,
            }
            for number in numbers
        ]
        self.fresh_until[language] = time.monotonic() + _FRESH_S
        made = json.loads(self.portal.operator("users", "load", "-", given=json.dumps(wanted)).stdout)
        self.waiting[language] = [asked | entry for asked, entry in zip(wanted, made, strict=True)]


@contextmanager
def open_ward(folder: Path, *options: str, batch: int = 12) -> Iterator[Ward]:
    """Serve a portal whose users have numbers, and codes to activate a phone with."""
    with served_portal(folder / "portal", *options) as portal:
        yield Ward(portal=portal, folder=folder, batch=batch)
