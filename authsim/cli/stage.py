"""Where the tour plays: two portals in temporary folders, their users, and phones that are made when they are needed.

`main` keeps the ordinary policy but for the pause before a notification is sent again, and is also reached through a
relay that can lose a reply; at `hasty` everything is soon over, and there is no throttle. Several scenes play here at
once, each with guests of its own.
"""

import itertools
import json
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Any, Final, Self, final
from urllib.parse import urlsplit

from authsim.cli.picture import draw_svg
from authsim.cli.proofs import ActError, require_done
from authsim.cli.relay import Relay
from authsim.ends.browser import Browser, MissingElementError, Page
from authsim.ends.children import Crew, PhoneChild, PortalChild, run_portal_command
from authsim.ends.folders import temporary_folder

#: How long what is soon over lasts at `hasty`, in seconds.
HASTY_SECONDS: Final = MappingProxyType({"activation": 1, "push": 1, "challenge": 4, "sms_code": 6, "login_code": 1})

#: How long `main` lets pass between two notifications of one login.
PAUSE_SECONDS: Final = 1

_PIN: Final = "246810"
_TEXT_SECONDS: Final = 30
_LOOK_MS: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Guest:
    """A user of the tour, who has a number of their own. `is_active`: the operator hands out an activation code.

    `has_texts` and `has_authenticator`: the operator gives them these second factors from the start.
    """

    name: str
    is_active: bool = False
    role: str = "primary"
    account: str | None = None
    region: str = "US"
    has_texts: bool = False
    has_authenticator: bool = False


@final
class Place:
    """One portal of the tour, with its users, their passwords and their numbers."""

    def __init__(self, folder: Path, address: str) -> None:
        self.folder = folder
        self.address = address
        self._made: dict[str, dict[str, Any]] = {}

    def add_users(self, guests: Sequence[Guest]) -> None:
        """Add users and note what the portal made for them."""
        wanted = [
            {
                "name": guest.name,
                "phone": f"+1202555{100 + place:04}",
                "role": guest.role,
                "account": guest.account,
                "region": guest.region,
                "texts": guest.has_texts,
                "authenticator": guest.has_authenticator,
                "activation": guest.is_active,
            }
            for place, guest in enumerate(guests)
        ]
        made = self._runs("load", "-", text=json.dumps(wanted))
        self._made = {one["name"]: one for one in json.loads(made)}
        for name, one in self._made.items():
            file = self.password_file(name)
            file.parent.mkdir(mode=0o700, exist_ok=True)
            file.touch(mode=0o600)
            file.write_text(one["password"], encoding="utf-8")

    def password_of(self, name: str) -> str:
        """Return the password that the portal generated."""
        return str(self._made[name]["password"])

    def password_file(self, name: str) -> Path:
        """Return the file with a user's password, for phones."""
        return self.folder.with_name(f"{self.folder.name}-passwords") / name

    def number_of(self, name: str) -> str:
        """Return the number on a user's account."""
        return str(self._made[name]["phone"])

    def activation_of(self, name: str) -> str:
        """Return the activation code that the operator handed out."""
        return str(self._made[name]["activation"])

    def authenticator_of(self, name: str) -> str:
        """Return the URI that sets up an authenticator app for a user."""
        return str(self._made[name]["authenticator"])

    def show(self, name: str) -> dict[str, Any]:
        """Return what the operator sees of a user."""
        shown: dict[str, Any] = json.loads(self._runs("show", name, "--json"))
        return shown

    def lock(self, name: str) -> None:
        """Lock a user, as ten failures would."""
        self._runs("lock", name)

    def unlock(self, name: str) -> None:
        """Lift a lock, as the operator."""
        self._runs("unlock", name)

    def opt_out(self, name: str) -> None:
        """Opt a user out of the secure login system for trading, as the operator."""
        run_portal_command("secure", name, "opt-out", "--data", str(self.folder))

    def resume(self, name: str) -> None:
        """Let a suspended phone answer again, as the help desk."""
        self._runs("resume", name)

    def log_in(self, browser: Browser, name: str) -> Page:
        """Type the right password, and go on to the challenge."""
        return browser.log_in(name, self.password_of(name))

    def begin(self, browser: Browser, name: str) -> Page:
        """Type the right password, and stay on the page that follows."""
        return browser.begin(name, self.password_of(name))

    def last_text(self, name: str) -> int:
        """Return the place of the newest text in a user's inbox, 0 when there is none."""
        return int(self._texts(name)[-1]["sequence"]) if self._texts(name) else 0

    def newest_text(self, name: str) -> str:
        """Return what the newest text to a user's number says, nothing when there is none."""
        found = self._texts(name)
        return str(found[-1]["text"]) if found else ""

    def next_code(self, name: str, *, after: int, is_awaited: Callable[[], bool]) -> str:
        """Wait, as long as somebody does, for the next text to a user's number; return its code, or nothing."""
        end = time.monotonic() + _TEXT_SECONDS
        while is_awaited() and time.monotonic() < end:
            found = self._texts(name, after=after, wait_ms=_LOOK_MS)
            if found:
                return str(found[-1]["text"]).rpartition("#")[2]
        return ""

    def _texts(self, name: str, *, after: int = 0, wait_ms: int = 0) -> list[dict[str, Any]]:
        with Browser(self.address) as browser:
            told = browser.read(f"/inbox/{self.number_of(name)}/texts?after={after}&wait_ms={wait_ms}")
        found: list[dict[str, Any]] = told["texts"]
        return found

    def _runs(self, *arguments: str, text: str = "") -> str:
        return run_portal_command("users", *arguments, "--data", str(self.folder), text=text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """What a page offers to a phone: a picture of the QR code, and the Session ID beneath it, where there is one."""

    picture: Path
    session_id: str


@final
class Stage:
    """The whole place of the tour. Used as a context, it leaves nothing behind."""

    def __init__(
        self, *, main: Sequence[Guest], hasty: Sequence[Guest], hasty_seconds: Mapping[str, int] = HASTY_SECONDS
    ) -> None:
        self._guests = (main, hasty)
        self._hasty_seconds = {**hasty_seconds, "throttle": 0}
        self._ends = ExitStack()
        self._crew = Crew()
        self._folder = self._ends.enter_context(temporary_folder("tour"))
        self._pictures = itertools.count(1)
        self._kept: dict[str, Any] = {}

    def __enter__(self) -> Self:
        try:
            self._build()
        except BaseException:
            self._ends.close()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._crew.end()
        self._ends.close()

    def interrupt(self) -> None:
        """End all phones that run, and start no other: every act that is being played ends at its next step."""
        self._crew.end()

    def _build(self) -> None:
        self.relay = self._ends.enter_context(Relay())
        main, hasty = self._folder / "main", self._folder / "hasty"
        changes = [word for name, value in self._hasty_seconds.items() for word in ("--set", f"{name}_seconds={value}")]
        pause = ("--set", f"push_resend_seconds={PAUSE_SECONDS}")
        portal = self._ends.enter_context(PortalChild(main, "--port", "0", *pause))
        other = self._ends.enter_context(PortalChild(hasty, "--port", "0", *changes))
        self.main = Place(main, portal.wait_until_ready())
        self.relay.lead_to(urlsplit(self.main.address).port or 0)
        self.hasty = Place(hasty, other.wait_until_ready())
        with ThreadPoolExecutor(max_workers=2) as hands:
            places = zip((self.main, self.hasty), self._guests, strict=True)
            for job in [hands.submit(place.add_users, guests) for place, guests in places]:
                job.result()

    def browser(self, place: Place) -> Browser:
        """Return a fresh browser at a portal."""
        return self._ends.enter_context(Browser(place.address))

    def phone(self, name: str, platform: str = "ios", *options: str) -> PhoneChild:
        """Return the phone of that name, made when there is none yet."""
        folder = self._folder / "phones"
        folder.mkdir(exist_ok=True)
        phone = PhoneChild(home=folder / name, pin_file=self.pin_file(name), crew=self._crew)
        if not phone.home.exists():
            require_done(phone.run_with_pin("init", "--platform", platform, *options))
        return phone

    def active_phone(self, place: Place, name: str, platform: str = "ios") -> PhoneChild:
        """Return the phone of a guest, activated with the operator's code when there is none yet."""
        if not (self._folder / "phones" / name).exists():
            phone = self.phone(name, platform)
            require_done(phone.run_with_pin("activate", "-", text=place.activation_of(name)))
        return self.phone(name, platform)

    def pin_file(self, name: str, pin: str = _PIN) -> Path:
        """Return a file with a PIN, made when there is none yet."""
        file = self._folder / f"{name}.pin"
        if not file.exists():
            file.touch(mode=0o600)
            file.write_text(f"{pin}\n", encoding="ascii")
        return file

    def keep(self, **things: object) -> None:
        """Keep something for the acts that follow in the same scene."""
        self._kept.update(things)

    def kept(self, name: str) -> Any:
        """Return what an earlier act kept; the act ends where that one failed before it could."""
        if name not in self._kept:
            raise ActError(f"an act before this one left no {name.replace('_', ' ')}")
        return self._kept[name]

    def read_code(self, page: Page) -> Code:
        """Take a picture of the QR code that a page shows, and read the Session ID."""
        plate = page.require(".qr-plate")
        svg = next((element for element in plate.walk() if element.tag == "svg"), None)
        if svg is None:
            raise MissingElementError(f"{page.path} draws no QR code")
        picture = self._folder / f"code-{next(self._pictures)}.png"
        draw_svg(svg, picture)
        session_id = page.find(".xyz-sessionid")
        return Code(picture=picture, session_id="" if session_id is None else session_id.text)
