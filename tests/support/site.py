"""The portal's web site inside the test's own process: a real SQLite file, a clock that is told, and browsers.

`site.browser()` is Flask's test client with the verbs of somebody at a screen; it follows nothing by itself.
"""

import re
import shutil
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast
from urllib.parse import urljoin, urlsplit

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from authsim import ports
from authsim.adapters.bus import SignalBus
from authsim.adapters.sql import create_schema, open_sqlite, open_store
from authsim.adapters.vault import FileVault
from authsim.model import Mode, User
from authsim.policy import Policy
from authsim.protocol.activation_uri import ActivationUri, format_activation_uri, parse_session_id
from authsim.protocol.messages import format_activate_request, parse_instance
from authsim.protocol.suite import CLASSIC6
from authsim.secret import Secret
from authsim.verifier import Verifier, operators
from tests.support.browser_plain import Element, Page, fill
from tests.support.device import TestPhone
from tests.support.ports import ORIGIN, CountedEntropy, FakeClock, make_verifier
from tests.support.templates import make_app
from web.settings import SIGNALS_FILE, Settings
from web.wiring import Portal

PASSWORD = "correct horse battery"
_VOLATILE = {"last_seen_ms", "last_used_ms"}


def make_empty_database(path: Path) -> Path:
    """Make a SQLite file with the schema and nothing in it, to be copied for each test."""
    create_schema(open_sqlite(path)).close()
    return path


@dataclass(slots=True, kw_only=True)
class Site:
    """One portal and the application that serves it, which is made when it is first asked for."""

    portal: Portal
    settings: Settings
    database: Path
    browsers: int = 0
    _app: Flask | None = field(default=None, init=False)

    @property
    def app(self) -> Flask:
        """The application."""
        if self._app is None:
            self._app = make_app(self.portal, self.settings)
        return self._app

    @property
    def verifier(self) -> Verifier:
        """What the flows are given."""
        return self.portal.verifier

    @property
    def clock(self) -> FakeClock:
        """The portal's clock."""
        return cast("FakeClock", self.portal.verifier.clock)

    def adds(self, name: str, *, mode: Mode = Mode.LIVE, locale: str = "en", phone: str | None = None) -> User:
        """Add a user whose password is `PASSWORD`; `phone` is a telephone number."""
        return operators.add_user(
            self.verifier, name=name, password=Secret(PASSWORD), mode=mode, locale=locale, phone=phone
        )

    def browser(self, *, address: str = ORIGIN, is_patient: bool = False, **headers: str) -> "Browser":
        """A new browser without cookies. `headers` go with every request; `_` stands for `-`."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        client = self.app.test_client()
        return Browser(site=self, client=client, address=address, headers=named, is_patient=is_patient)

    def sells_phone(self, label: str = "practice phone") -> TestPhone:
        """A phone that is not enrolled."""
        self.browsers += 1
        return TestPhone(entropy=CountedEntropy(f"phone {self.browsers}"), label=label)

    def rows(self) -> dict[str, list[tuple[object, ...]]]:
        """Everything in the database but last-seen and last-used."""
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as connection:
            names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            found = {}
            for name in names:
                columns = [row[1] for row in connection.execute(f"PRAGMA table_info({name})")]
                kept = ", ".join(column for column in columns if column not in _VOLATILE)
                query = f"SELECT {kept} FROM {name} ORDER BY 1"  # noqa: S608 - names that the database itself gave
                found[name] = connection.execute(query).fetchall()
            return found

    def stored_bytes(self) -> bytes:
        """All that lies in the database's files."""
        return b"".join(file.read_bytes() for file in self.database.parent.glob(f"{self.database.name}*"))


def open_site(
    folder: Path,
    empty: Path,
    *,
    policy: Policy | None = None,
    tls: bool = False,
    proxies: int = 0,
    hosts: tuple[str, ...] = (),
    origin: str | None = ORIGIN,
    is_inbox_open: bool = True,
    suite: str = CLASSIC6,
    wrap: Callable[[ports.Store], Any] = lambda store: store,
    keeps_the_beat: bool = False,
) -> Site:
    """Open a site in `folder`, from a copy of the empty database. `wrap`: what the flows see in place of its store.

    `keeps_the_beat`: its answers wait as the policy says; else nobody waits for them.
    """
    if policy is not None and not keeps_the_beat:
        policy = replace(policy, uniform_beat_ms=0)
    database = folder / "portal.sqlite3"
    shutil.copy(empty, database)
    database.chmod(0o600)
    store = open_store(open_sqlite(database))
    entropy = CountedEntropy("keys")
    vault = FileVault.create(folder / "portal.key", entropy)
    bus = SignalBus(folder / SIGNALS_FILE)
    verifier = replace(
        make_verifier(policy=policy, suite=suite, store=wrap(store), origin=origin), vault=vault, bus=bus
    )
    portal = Portal(verifier=verifier, store=store, bus=bus, vault=vault)
    settings = Settings(data_dir=folder, tls=tls, proxies=proxies, hosts=hosts, is_inbox_open=is_inbox_open)
    return Site(portal=portal, settings=settings, database=database)


@dataclass(slots=True, kw_only=True)
class Browser:
    """One browser at one site. `page` is what it shows.

    A patient one stays where a notification is announced; any other follows the link to the challenge, as programs do.
    """

    site: Site
    client: FlaskClient
    address: str
    headers: dict[str, str] = field(default_factory=dict)
    page: Page | None = None
    is_patient: bool = False

    def asks(
        self,
        method: str,
        path: str,
        *,
        body: Mapping[str, str] | str | bytes | None = None,
        headers: Mapping[str, str] | None = None,
        content_type: str | None = None,
    ) -> TestResponse:
        """Send one request and follow nothing."""
        return self.client.open(
            path,
            method=method,
            base_url=self.address,
            data=body,
            headers=self.headers | dict(headers or {}),
            content_type=content_type,
        )

    def opens(self, path: str) -> Page:
        """Open a page and go where it leads."""
        return self._arrives(path, self.asks("GET", path))

    def sends(self, form: Element, typed: Mapping[str, str] | None = None) -> Page:
        """Send a form of the page and go where it leads."""
        action, fields = fill(form, typed or {})
        page = self._arrives(action, self.asks("POST", action, body=fields))
        link = page.challenge_link
        return page if link is None or self.is_patient else self.opens(link)

    def presses(self, action: str) -> Page:
        """Press the button of the form whose address ends so."""
        assert self.page is not None
        return self.sends(
            next(form for form in self.page.all(tag="form") if form.attributes["action"].endswith(action))
        )

    def types_password(self, name: str, password: str = PASSWORD, *, paper: bool = False) -> Page:
        """The first factor, from the start page on."""
        typed = {"username": name, "password": password} | ({"paperSwitch": "on"} if paper else {})
        return self.sends(self.opens("/").one(cls="xyzform-username"), typed)

    def types_response(self, response: str) -> Page:
        """The second factor, on the page that shows the challenge."""
        assert self.page is not None
        return self.sends(self.page.one(cls="xyzform-gold"), {"gold-response": response})

    def token(self) -> str:
        """A CSRF token that belongs to this browser."""
        return str(self.opens("/sso/Login").one(name="csrf_token").attributes["value"])

    def activates(self, phone: TestPhone) -> None:
        """Let a phone read the Session ID on the page and enrol over the device API."""
        assert self.page is not None
        device = self.site.app.test_client()
        info = parse_instance(device.get("/api/device/v1/instance", base_url=self.address).data)
        uri = ActivationUri(
            instance_id=info.instance_id,
            origin=info.origin,
            psk=info.psk,
            code=parse_session_id(self.page.one(cls="xyz-sessionid").text),
            expires_s=1,
            suite=info.suite,
        )
        attempt = phone.scan(format_activation_uri(uri))
        answer = device.post(
            "/api/device/v1/activate",
            base_url=self.address,
            data=format_activate_request(attempt.request),
            content_type="application/json",
        )
        assert answer.status_code == 200, answer.text
        phone.accept(attempt, answer.text)

    def logs_in(self, name: str, phone: TestPhone) -> Page:
        """Both factors; a phone that is not enrolled is activated first."""
        page = self.types_password(name)
        if phone.seed is None:
            self.activates(phone)
            self.opens("/portal/activation")
            page = self.presses("/portal/activation/sign-in")
        return self.types_response(phone.respond(page.challenge))

    def cookies(self) -> dict[str, str]:
        """What this browser holds, by the letter in our cookies' names."""
        found = {}
        for cookie in (self.client._cookies or {}).values():
            match = re.fullmatch(r"(?:__Host-)?authsim_([a-z])_[0-9a-f]{8}", cookie.key)
            found[match[1] if match else cookie.key] = cookie.value
        return found

    def _arrives(self, path: str, answer: TestResponse) -> Page:
        for _ in range(5):
            path = urljoin(path, answer.headers.get("Location", path))
            if answer.status_code not in (301, 302, 303, 307, 308):
                self.page = Page(
                    url=urljoin(self.address, path),
                    status=answer.status_code,
                    headers=dict(answer.headers),
                    text=answer.text,
                )
                return self.page
            assert not urlsplit(answer.headers["Location"]).netloc, "redirects stay relative"
            answer = self.asks("GET", path)
        raise AssertionError(f"redirected in circles, last to {path}")
