"""A portal in a lab, as a test meets it: its users, its logins, and everything that the lab can do to them."""

import itertools
from types import TracebackType
from typing import Any, Final, Self, final

from authsim.ends.browser import Browser
from authsim.testing.client import Lab
from authsim.testing.clock import Clock
from authsim.testing.faults import Faults
from authsim.testing.inbox import Inbox
from authsim.testing.login import Login
from authsim.testing.pages import NAME_FORM
from authsim.testing.phone import Phone
from authsim.testing.timeline import Timeline
from authsim.testing.user import User, name_of, parse_user

_AGENT: Final = "AuthSim test kit"
_SECOND_FACTOR: Final = "/sso/SecondFactor"


@final
class Portal:
    """One portal with its lab. Used as a context, it closes its logins and connections at the end.

    `clock`, `faults`, `inbox` and `timeline` stand beside it; `lab` is the lab API itself, method by method.
    """

    def __init__(self, lab: Lab, *, story_after: int = 0) -> None:
        self.lab = lab
        self.address = lab.address
        self.clock = Clock(lab)
        self.faults = Faults(lab)
        self.inbox = Inbox(lab)
        self.timeline = Timeline(lab, after=story_after)
        self._browsers: list[Browser] = []
        self._logins = itertools.count(1)

    def __repr__(self) -> str:
        return f"Portal({self.address!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close all browsers that were opened here, and the connections. The portal itself goes on."""
        self.close_browsers()
        self.lab.close()

    def close_browsers(self) -> None:
        """Close all browsers that were opened here."""
        while self._browsers:
            self._browsers.pop().close()

    def add_user(self, name: str | None = None, **members: Any) -> User:
        """Add a user. Without a name, a password or a number the lab makes them.

        `members` as `authsim users load` takes them: `password`, `phone`, `role`, `account`, `locale`, `paper`,
        `region`, `texts`, `authenticator`, `activation`.
        """
        return parse_user(self.lab.create_user(name=name, **members))

    def add_users(self, count: int, *, prefix: str | None = None, **members: Any) -> list[User]:
        """Add many users at once; they share one password."""
        return [parse_user(made) for made in self.lab.create_users(count, prefix=prefix, **members)]

    def add_phone(self, user: User | str | None = None, *, platform: str = "ios", policy: str = "manual") -> Phone:
        """Make a virtual phone; with a user it is activated for them."""
        made = self.lab.phones.create(platform=platform, policy=policy)
        phone = Phone(self.lab, str(made[0]["id"]))
        if user is not None:
            phone.activate(user)
        return phone

    def begin_login(
        self, user: User | str, password: str | None = None, *, paper: bool = False, label: str | None = None
    ) -> Login:
        """Type name and password into the login page of a fresh browser, and return the login as it stands then.

        `password`: another one than the user's own. `paper` turns the live/paper switch on. `label`: what the story
        calls this login's requests; by default `login-1`, `login-2` and so on.
        """
        return self._begin(user, password, is_paper=paper, label=label)

    def log_in(self, user: User | str, phone: Phone, password: str | None = None) -> Login:
        """Log in by password and by the phone's response to the challenge, without a detour over other pages.

        Returns the login as it ended. Raises `LoginError` when it came to no challenge.
        """
        login = self._begin(user, password, view="?with=challenge")
        login.respond(phone.respond(login.challenge(), user))
        return login

    def _begin(
        self,
        user: User | str,
        password: str | None,
        *,
        is_paper: bool = False,
        label: str | None = None,
        view: str = "",
    ) -> Login:
        """Take the password step. `view`: which view of the second factor's page to open first, of several."""
        typed = password if password is not None else _password_of(user)
        named = label or f"login-{next(self._logins)}"
        browser = self.open_browser(label=named)
        form = browser.open("/sso/Login").require(NAME_FORM)
        switch = {"paperSwitch": "on"} if is_paper else {}
        page = browser.send(form, username=name_of(user), password=typed, **switch)
        if isinstance(page, str):
            page = browser.open(f"{page}{view}" if page == _SECOND_FACTOR else page)
        return Login(self.lab, browser, page, name=name_of(user), label=named)

    def open_browser(self, *, label: str | None = None) -> Browser:
        """Return a browser without a window, with cookies of its own, on the kit's connections."""
        browser = Browser(self.address, agent=_AGENT, label=label, open_client=self.lab.wire.open_client)
        self._browsers.append(browser)
        return browser

    def take_snapshot(self, name: str | None = None) -> str:
        """Keep the whole world under a name, and return the name."""
        return self.lab.take_snapshot(name)

    def restore(self, name: str) -> None:
        """Bring the world back as it was kept: users, phones, texts, time, faults, chance and story."""
        self.lab.restore_snapshot(name)

    def reset(self) -> None:
        """Bring back what there was when the portal began to serve."""
        self.lab.reset()


def _password_of(user: User | str) -> str:
    if isinstance(user, str):
        raise TypeError("a user given by name needs a password: begin_login(name, password)")
    return user.password
