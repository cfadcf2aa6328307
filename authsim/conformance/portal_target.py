"""AuthSim's own verifier, tried where a thief would try it: at the pages of a portal that is served for it.

The portal is a child with a lab, which gives users, phones and time; responses go through browsers and forms.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, final

from authsim.conformance.target import (
    CLOCK,
    GROUPED,
    RENEW,
    RESPOND,
    REVOKE,
    SESSIONS,
    Abilities,
    Declined,
    Judged,
    MalformedAnswerError,
    Opened,
    UnreachableError,
)
from authsim.protocol.codes import Purpose
from authsim.protocol.suite import CLASSIC6, SUITES
from authsim.testing import KitError, Lab
from authsim.testing.pages import CHALLENGE, NAME_FORM, RESPONSE, RESPONSE_FORM, says_success

if TYPE_CHECKING:
    from authsim.ends.browser import Browser, Element, Page

_USERS: Final = ("alice", "bob")
#: The session of whoever has no login.
_NOBODYS: Final = "nobody's"
_SNAPSHOT: Final = "conformance"
#: The fault by which a portal replaces a challenge that is looked at again, and where that is looked at.
_ANEW: Final = "challenge_changes"
_CHALLENGE_PAGE: Final = "/sso/SecondFactor?with=challenge"
_AGENT: Final = "AuthSim conformance"
_PURPOSES: Final = MappingProxyType(
    {"log-in": Purpose.LOG_IN, "add-device": Purpose.ADD_DEVICE, "secure-login": Purpose.SECURE_LOGIN}
)


@final
class PortalTarget:
    """A portal with a lab. `lab` is its client; whoever made it closes it."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self._people: dict[str, tuple[str, str]] = {}
        self._is_kept = False
        self._browsers: dict[tuple[str, str], Browser] = {}
        self._pages: dict[str, Page] = {}
        self._owners: dict[str, tuple[str, str]] = {}

    def read_abilities(self) -> Abilities:
        """See `Target`: the numbers are those of the classic profile."""
        return Abilities(
            name="AuthSim",
            offers=frozenset({CLOCK, RESPOND, RENEW, REVOKE, SESSIONS, GROUPED}),
            life_ms=180_000,
            tries=1,
            most_wrong=10,
            purposes=tuple(_PURPOSES),
            begins=("log-in",),
            suite=SUITES[CLASSIC6],
            inputs=MappingProxyType(
                {name: f"authsim/1/purpose/{purpose:d}".encode("ascii") for name, purpose in _PURPOSES.items()}
            ),
        )

    def reset(self) -> None:
        """See `Target`. The users of all cases are made once, and come back with the rest of the world."""
        for browser in self._browsers.values():
            browser.close()
        self._browsers.clear()
        self._pages.clear()
        self._owners.clear()
        with _telling():
            if self._is_kept:
                self._lab.restore_snapshot(_SNAPSHOT)
                return
            self._lab.change_clock(freeze=True)
            for name in _USERS:
                self._make(name)
            self._lab.take_snapshot(_SNAPSHOT)
            self._is_kept = True

    def add_user(self, user: str) -> None:
        """See `Target`."""
        if user not in self._people:
            raise ValueError(f"no case has a user {user}")

    def _make(self, name: str) -> None:
        made = self._lab.create_user(name=name)
        phone = str(self._lab.phones.create()[0]["id"])
        self._lab.phones.activate(phone, user=name)
        self._people[name] = (str(made["password"]), phone)

    def begin(self, user: str, *, session: str, purpose: str) -> Opened | Declined:
        """See `Target`: name and password on the login page, then the challenge."""
        password, _ = self._people.get(user, (self._people[_USERS[0]][0], ""))
        page = self._browser(user, session).log_in(user, password)
        challenge = page.find(CHALLENGE)
        if challenge is None:
            return Declined(why=page.refusal)
        login = str(len(self._pages))
        self._pages[login] = page
        self._owners[login] = (user, session)
        return Opened(login=login, challenge=challenge.text, user=user, session=session, purpose=purpose)

    def renew(self, opened: Opened) -> Opened | Declined:
        """See `Target`: the page of the challenge is loaded again, at a portal that then asks anew."""
        with _telling():
            self._lab.arm_fault(_ANEW, user=opened.user)
        try:
            browser = self._browser(opened.user, opened.session)
            browser.open(_CHALLENGE_PAGE)  # the lab has to see it shown once, to know a reload
            page = browser.open(_CHALLENGE_PAGE)
        finally:
            with _telling():
                self._lab.disarm_fault(_ANEW)
        challenge = page.find(CHALLENGE)
        if challenge is None:
            return Declined(why=page.refusal)
        self._pages[opened.login] = page
        return replace(opened, challenge=challenge.text)

    def respond(self, user: str, challenge: str, purpose: str) -> str:
        """See `Target`: the user's phone in the lab answers."""
        with _telling():
            return self._lab.phones.respond(self._people[user][1], challenge, purpose=_PURPOSES[purpose])

    def answer(self, opened: Opened, response: str) -> Judged:
        """See `Target`: typed into the page of the login, in a window with the cookies of that user's session.

        Who is not in that session types it into a form with a token of their own; so does, in a fresh browser, who
        names a login that nobody began: what is no cookie of a login names none here.
        """
        session = opened.session if opened.login in self._owners else _NOBODYS
        browser = self._browser(opened.user, session).twin()
        try:
            page = self._type(browser, opened, response)
        finally:
            browser.close()
        return Judged(accepted=says_success(page), why=page.refusal)

    def _type(self, browser: "Browser", opened: Opened, response: str) -> "Page":
        shown = self._pages.get(opened.login) or next(reversed(self._pages.values()))
        form = shown.require(RESPONSE_FORM)
        is_own = self._owners.get(opened.login) == (opened.user, opened.session)
        token = {} if is_own else _token_of(browser.open("/sso/Login").require(NAME_FORM))
        return browser.submit(form, **{RESPONSE: response, **token})

    def advance(self, milliseconds: int) -> None:
        """See `Target`."""
        with _telling():
            self._lab.change_clock(advance_ms=milliseconds)

    def revoke(self, user: str) -> None:
        """See `Target`: as the operator."""
        with _telling():
            self._lab.revoke_phone(user)

    def _browser(self, user: str, session: str) -> "Browser":
        """Return the browser of a user for a session; users do not share one."""
        from authsim.ends.browser import Browser

        known = self._browsers.get((user, session))
        if known is None:
            known = Browser(self._lab.address, agent=_AGENT, open_client=self._lab.wire.open_client)
            self._browsers[user, session] = known
        return known


@contextmanager
def open_portal() -> Iterator[PortalTarget]:
    """Serve a portal with a lab for a run; it is gone afterwards."""
    from authsim.testing.starting import start_portal

    with _telling(), start_portal() as portal:
        yield PortalTarget(portal.lab)


@contextmanager
def _telling() -> Iterator[None]:
    """Turn what the lab declines into what a target raises."""
    try:
        yield
    except KitError as error:
        status = getattr(error, "status", 0)
        raise (MalformedAnswerError if status else UnreachableError)(str(error)) from None


def _token_of(form: "Element") -> dict[str, str]:
    """Return the field of a form that shows whose browser it is."""
    name = "csrf_token"
    return {name: next(one.attributes["value"] for one in form.walk() if one.attributes.get("name") == name)}
