"""Where the tour plays: two portals in temporary folders, their users, and phones that are made when they are needed.

`main` keeps the ordinary policy and stands behind a relay that can lose a reply; `hasty` has codes that live one second
and no throttle.
"""

import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self, cast, final
from urllib.parse import urlsplit

from authsim.cli.browser import Browser, MissingElementError, Page
from authsim.cli.children import PhoneChild, PortalChild, run_portal_command
from authsim.cli.folders import temporary_folder
from authsim.cli.picture import draw_svg
from authsim.cli.relay import Relay

_PIN: Final = "246810"
_HASTY: Final = ("--set", "activation_seconds=1", "--set", "throttle_seconds=0")


class ActError(Exception):
    """An act did not end as it must; the text says how it ended."""


def expect(is_so: object, otherwise: str) -> None:
    """Go on if it is so; otherwise end the act with that sentence."""
    if not is_so:
        raise ActError(otherwise)


@final
class Place:
    """One portal of the tour, with its users and their passwords."""

    def __init__(self, folder: Path, address: str) -> None:
        self.folder = folder
        self.address = address
        self._passwords: dict[str, str] = {}

    def add_users(self, *names: str) -> None:
        """Add users and note their passwords."""
        wanted = json.dumps([{"name": name} for name in names])
        made = json.loads(run_portal_command("users", "load", "-", "--data", str(self.folder), text=wanted))
        self._passwords.update({one["name"]: one["password"] for one in made})

    def password_of(self, name: str) -> str:
        """Return the password that the portal generated."""
        return self._passwords[name]

    def show(self, name: str) -> dict[str, Any]:
        """Return what the operator sees of a user."""
        shown: dict[str, Any] = json.loads(
            run_portal_command("users", "show", name, "--json", "--data", str(self.folder))
        )
        return shown

    def unlock(self, name: str) -> None:
        """Lift a lock, as the operator."""
        run_portal_command("users", "unlock", name, "--data", str(self.folder))

    def log_in(self, browser: Browser, name: str) -> Page:
        """Type the right password."""
        return browser.log_in(name, self.password_of(name))


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """What the page offers to a phone: a picture of the QR code, and the Session ID beneath it."""

    picture: Path
    session_id: str


@final
class Stage:
    """The whole place of the tour. Used as a context, it leaves nothing behind."""

    def __init__(self) -> None:
        self._ends = ExitStack()
        self._folder = self._ends.enter_context(temporary_folder("tour"))
        self._pictures = 0
        self._used_code: Code | None = None
        self._signed_in: tuple[Browser, Page] | None = None

    def __enter__(self) -> Self:
        try:
            self._build()
        except BaseException:
            self._ends.close()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._ends.close()

    def _build(self) -> None:
        relay = self._ends.enter_context(Relay())
        main, hasty = self._folder / "main", self._folder / "hasty"
        portal = self._ends.enter_context(PortalChild(main, "--port", "0", "--origin", relay.address))
        other = self._ends.enter_context(PortalChild(hasty, "--port", "0", *_HASTY))
        relay.lead_to(urlsplit(portal.wait_until_ready()).port or 0)
        self.relay = relay
        self.main = Place(main, relay.address)
        self.hasty = Place(hasty, other.wait_until_ready())
        with ThreadPoolExecutor(max_workers=2) as hands:
            jobs = [
                hands.submit(self.main.add_users, "alice", "bruno", "chiara", "dana", "emiko", "farid"),
                hands.submit(self.hasty.add_users, "greta", "hugo"),
            ]
            for job in jobs:
                job.result()

    def browser(self, place: Place) -> Browser:
        """Return a fresh browser at a portal."""
        return self._ends.enter_context(Browser(place.address))

    def phone(self, name: str, platform: str = "ios") -> PhoneChild:
        """Return the phone of that name, made when there is none yet."""
        folder = self._folder / "phones"
        folder.mkdir(exist_ok=True)
        phone = PhoneChild(home=folder / name, pin_file=folder / f"{name}.pin")
        if not phone.home.exists():
            phone.pin_file.touch(mode=0o600)
            phone.pin_file.write_text(f"{_PIN}\n", encoding="ascii")
            made = phone.run_with_pin("init", "--platform", platform)
            expect(made.returncode == 0, f"authkey init ended with {made.returncode}: {_last_line(made.stderr)}")
        return phone

    def remember(self, code: Code, browser: Browser, page: Page) -> None:
        """Keep a used code and a browser that is inside, for acts that follow."""
        self._used_code, self._signed_in = code, (browser, page)

    @property
    def used_code(self) -> Code:
        """A code that activated a phone."""
        expect(self._used_code is not None, "no phone was activated before")
        return cast("Code", self._used_code)

    @property
    def signed_in(self) -> tuple[Browser, Page]:
        """A browser that is inside, with its page."""
        expect(self._signed_in is not None, "nobody is signed in")
        return cast("tuple[Browser, Page]", self._signed_in)

    def read_code(self, page: Page) -> Code:
        """Take a picture of the QR code that a page shows, and read the Session ID."""
        plate = page.require(".qr-plate")
        svg = next((element for element in plate.walk() if element.tag == "svg"), None)
        if svg is None:
            raise MissingElementError(f"{page.path} draws no QR code")
        self._pictures += 1
        picture = self._folder / f"code-{self._pictures}.png"
        draw_svg(svg, picture)
        return Code(picture=picture, session_id=page.require(".xyz-sessionid").text)


def require_done(done: Any) -> str:
    """Return what `authkey` printed, if it ended well."""
    expect(done.returncode == 0, f"authkey ended with {done.returncode}: {_last_line(done.stderr)}")
    return str(done.stdout).strip()


def require_refused(done: Any, status: int) -> str:
    """Return what `authkey` said, if it ended with that status."""
    expect(
        done.returncode == status, f"authkey ended with {done.returncode} and not {status}: {_last_line(done.stderr)}"
    )
    return str(done.stderr).strip()


def require_challenge(page: Page) -> str:
    """Return the challenge that a page shows."""
    expect(not page.refusal, f"the page says: {page.refusal}")
    challenge = page.require(".xyz-goldchallenge").text
    expect(challenge.isascii() and challenge.isdigit() and len(challenge) == 6, "the challenge is not 6 digits")
    return challenge


def require_refusal(page: Page, sentence: str) -> None:
    """Go on if the page refuses with that sentence."""
    expect(sentence in page.refusal, f"the page says {page.refusal or 'nothing'!r}, and not {sentence!r}")


def require_inside(page: Page) -> None:
    """Go on if both factors are proven."""
    expect(not page.refusal, f"the page says: {page.refusal}")
    proof = page.find("pre")
    expect(
        proof is not None and proof.text == "Client login succeeds", f"{page.path} does not say that the login succeeds"
    )


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1] if lines else "it said nothing"
