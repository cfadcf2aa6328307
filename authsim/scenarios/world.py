"""The world in which one scenario is played: its portal and lab, its users, phones and browsers, and what was kept."""

import itertools
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self, final
from urllib.parse import urlsplit

from authsim.ends.browser import Browser, Page
from authsim.ends.children import Crew, PhoneChild, run_portal_command
from authsim.scenarios.authkey import AuthkeyPhone, Surroundings, see
from authsim.scenarios.names import fill
from authsim.scenarios.phones import Phone, Source
from authsim.scenarios.relay import Relay
from authsim.scenarios.scenario import PhoneWanted, Scenario
from authsim.scenarios.seen import ActError, Seen
from authsim.scenarios.virtual import VirtualPhone
from authsim.testing import Lab

#: What every phone of a scenario has for a PIN at first.
PIN: Final = "246810"
_UNSENT: Final = frozenset({"activation"})


class Sitting:
    """Somebody at a browser: whose login it is, and the page that is open."""

    def __init__(self, browser: Browser, user: str) -> None:
        self.browser = browser
        self.user = user
        self._page: Page | None = None

    @property
    def page(self) -> Page:
        """The page that is open. Raises `ActError` when none is."""
        if self._page is None:
            raise ActError("this browser has opened no page yet")
        return self._page

    def turn_to(self, page: Page) -> Page:
        """Note the page that is open now, and return it."""
        self._page = page
        return page


@final
class World:
    """One scenario's world. Used as a context, it leaves no browser, no child and no connection behind.

    `data`: the folder of the portal's store when it is ours to run the operator's commands on, else None.
    """

    def __init__(self, scenario: Scenario, *, lab: Lab, folder: Path, data: Path | None, crew: Crew) -> None:
        self.scenario = scenario
        self.lab = lab
        self.address = lab.address
        self.folder = folder
        self._data = data
        self._crew = crew
        self._ends = ExitStack()
        self._made: dict[str, dict[str, Any]] = {}
        self._phones: dict[str, Phone] = {}
        self._sittings: dict[str, Sitting] = {}
        self._kept: dict[str, Seen] = {}
        self._newest = ""
        self._pictures = itertools.count(1)
        self._relay: Relay | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._ends.close()

    def begin(self) -> None:
        """Bring the lab back to its beginning, and make what the head of the scenario names.

        The clock stands still from then on: how long a machine takes for a step must not decide what is too late.
        """
        scenario = self.scenario
        self.lab.reset()
        self.lab.change_clock(freeze=True, at_ms=scenario.start_ms)
        if scenario.seed is not None:
            self.lab.set_seed(scenario.seed)
        for user in scenario.users:
            members = {name: value for name, value in user.items() if name not in _UNSENT}
            self._made[user["name"]] = self.lab.create_user(**members)
        for phone in scenario.phones:
            self._phones[phone.name] = self._make_phone(phone)
            for user_name in phone.active:
                code = Source(text=self.lab.draw_activation(user_name).reveal_text())
                require_done(self._phones[phone.name].activate(code))
        for fault in scenario.faults:
            self.arm(fault)

    def arm(self, fault: Mapping[str, Any]) -> None:
        """Switch a fault on, as a file tells one."""
        members = {name: value for name, value in fault.items() if name not in {"name", "by_seconds"}}
        by_ms = None if "by_seconds" not in fault else round(fault["by_seconds"] * 1000)
        self.lab.arm_fault(fault["name"], by_ms=by_ms, **members)

    # ---- users

    def made(self, user: str) -> dict[str, Any]:
        """Return what the portal made for a user: password, phone, and so on. Raises `ActError` for an unknown one."""
        if user not in self._made:
            raise ActError(f"there is no user {user} in this scenario")
        return self._made[user]

    def password_of(self, user: str) -> str:
        """Return a user's password."""
        return str(self.made(user)["password"])

    def texts_of(self, user: str, *, after: int = 0, wait_ms: int = 0) -> list[dict[str, Any]]:
        """Return the texts to a user's number."""
        return self.lab.list_texts(str(self.made(user)["phone"]), after=after, wait_ms=wait_ms)

    def run_operator(self, *arguments: str) -> str:
        """Run one of the portal's own commands on its store. Raises `ActError` where the store is not ours."""
        if self._data is None:
            raise ActError("this step needs the portal's own commands: run it without --portal")
        return run_portal_command(*arguments, "--data", str(self._data))

    # ---- browsers

    def open_browser(self, name: str, user: str, *, address: str = "") -> Sitting:
        """Sit down at a fresh browser; later steps find it by this name, and those that name none find the newest."""
        browser = self._ends.enter_context(Browser(address or self.address))
        return self.seat(name, Sitting(browser, user))

    def seat(self, name: str, sitting: Sitting) -> Sitting:
        """Let later steps find a browser by this name."""
        self._sittings[name] = sitting
        self._newest = name
        return sitting

    def copy_browser(self, name: str, other: str) -> Sitting:
        """Sit down at a browser with a copy of another's cookies and the same page; the other stays the newest."""
        original, newest = self.sitting(other), self._newest
        copy = Sitting(self._ends.enter_context(original.browser.twin()), original.user)
        copy.turn_to(original.page)
        self.seat(name, copy)
        self._newest = newest
        return copy

    def sitting(self, name: str = "") -> Sitting:
        """Return a browser by name, the newest by none. Raises `ActError` when there is none."""
        found = self._sittings.get(name or self._newest)
        if found is None:
            raise ActError(f"no step before this one began a login {name}".rstrip())
        return found

    # ---- phones

    def phone(self, name: str = "") -> Phone:
        """Return a phone by name; by none the only one. Raises `ActError`."""
        if not name and len(self._phones) == 1:
            return next(iter(self._phones.values()))
        if name not in self._phones:
            raise ActError(f"there is no phone {name}: name one of {', '.join(self._phones) or 'none'}")
        return self._phones[name]

    def phone_for(self, name: str, user: str) -> Phone:
        """Return a phone by name, else the one that is called like the user, else the only one."""
        return self.phone(name or (user if user in self._phones else ""))

    def authkey(self, name: str) -> AuthkeyPhone:
        """Return a phone that is a process. Raises `ActError` for one of the lab."""
        phone = self.phone(name)
        if not isinstance(phone, AuthkeyPhone):
            raise ActError(f"the phone {name} is none of kind authkey")
        return phone

    def child(self, home: str) -> AuthkeyPhone:
        """Return another device in a process of its own, without a phone in its home."""
        return AuthkeyPhone(
            PhoneChild(home=self.folder / home, pin_file=self._pin_file(home), crew=self._crew), self._around()
        )

    def write(self, name: str, content: str) -> Path:
        """Write something secret into a file of its own."""
        return self._around().write(name, content)

    def next_picture(self) -> Path:
        """Return where the next picture of a code is drawn."""
        return self.folder / f"code-{next(self._pictures)}.png"

    def _make_phone(self, wanted: PhoneWanted) -> Phone:
        if wanted.kind == "virtual":
            made = self.lab.phones.create(
                platform=wanted.platform, policy=wanted.policy, delay_ms=wanted.delay_ms, name=wanted.name
            )
            return VirtualPhone(self.lab, str(made[0].get("id", made[0].get("phone"))))
        phone = self.child(wanted.name)
        options = ["--without-app"] if wanted.is_empty else []
        if wanted.number:
            options += ["--number", str(fill(wanted.number, self.find))]
        require_done(see(phone.child.run_with_pin("init", "--platform", wanted.platform, *options)))
        return phone

    def _pin_file(self, name: str) -> Path:
        return self._around().write(f"{name}.pin", f"{PIN}\n")

    def _around(self) -> Surroundings:
        return Surroundings(
            address=self.address,
            folder=self.folder,
            read_texts=lambda user, after, wait_ms: self.texts_of(user, after=after, wait_ms=wait_ms),
            advance=lambda ms: void(self.lab.change_clock(advance_ms=ms)),
        )

    # ---- the network

    def relay(self) -> Relay:
        """Return the way to the portal that can lose a reply."""
        if self._relay is None:
            self._relay = self._ends.enter_context(Relay())
            self._relay.lead_to(urlsplit(self.address).port or 80)
        return self._relay

    # ---- what was kept

    def keep(self, name: str, seen: Seen) -> None:
        """Keep what a step has shown."""
        self._kept[name] = seen

    def kept_page(self, name: str) -> Page:
        """Return the page that a step kept. Raises `ActError` when it kept none."""
        page = self._kept[name].page if name in self._kept else None
        if page is None:
            raise ActError(f"no step kept a page as {name}")
        return page

    def find(self, name: str, member: str) -> Any:
        """Return what `$name` or `$name.member` stands for. Raises `ActError` for what is not there."""
        members: Mapping[str, Any]
        if name in self._kept:
            seen = self._kept[name]
            if not member:
                return seen.value
            members = seen.facts
        else:
            members = self.made(name)
            if not member:
                return name
        if member not in members:
            raise ActError(f"${name} has no {member}: it has {', '.join(members) or 'nothing'}")
        return members[member]


def require_done(seen: Seen) -> Seen:
    """Return what was shown, if nobody refused."""
    if seen.refusal:
        raise ActError(seen.refusal)
    return seen


def void(_: object) -> None:
    """Take a value that nobody asks for."""
