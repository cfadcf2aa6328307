"""A portal in this process that is a gateway, and a program that asks it for the session."""

import json
from dataclasses import dataclass, replace
from typing import Any

from werkzeug.test import TestResponse

from authsim.model import Mode, User
from tests.support.device import TestPhone
from tests.support.ports import ORIGIN, FakeClock
from tests.support.site import PASSWORD, Browser, Site
from web.settings import GatewaySettings, Settings

API = "/v1/api"
PORTAL = "/v1/portal"


@dataclass(slots=True, kw_only=True)
class Program:
    """A login program: it sends no cookie and keeps none."""

    site: Site
    address: str = ORIGIN

    def asks(self, path: str, *, method: str = "POST", **more: Any) -> TestResponse:
        """Send one request to `path` below the gateway's prefix."""
        client = self.site.app.test_client(use_cookies=False)
        base = more.pop("base_url", self.address)
        return client.open(path if path.startswith("/") else f"{API}/{path}", method=method, base_url=base, **more)

    def reads(self, path: str, **more: Any) -> Any:
        """Send one request that has to succeed, and return what its answer says."""
        answer = self.asks(path, **more)
        assert answer.status == "200 OK", answer.text
        return json.loads(answer.data)

    def stands(self) -> tuple[bool, bool, bool]:
        """Whether the session is authenticated, connected and competing."""
        status = self.reads("iserver/auth/status")
        return status["authenticated"], status["connected"], status["competing"]


@dataclass(slots=True, kw_only=True)
class Gateway:
    """A site that is a gateway, and users who can log in at its pages."""

    site: Site
    program: Program

    @property
    def clock(self) -> FakeClock:
        """The portal's clock."""
        return self.site.clock

    def adds(self, name: str, *, mode: Mode = Mode.LIVE) -> tuple[User, TestPhone]:
        """Add a user with an active phone."""
        user, phone = self.site.adds(name, mode=mode), self.site.sells_phone()
        browser = self.site.browser()
        browser.types_password(name, paper=mode is Mode.PAPER)
        browser.activates(phone)
        return user, phone

    def logs_in(self, name: str, phone: TestPhone, *, paper: bool = False) -> Browser:
        """Complete a login at the pages in a new browser."""
        browser = self.site.browser()
        page = browser.types_password(name, paper=paper)
        done = browser.types_response(phone.respond(page.challenge))
        assert done.one(tag="pre").text == "Client login succeeds"
        return browser

    def trades(self, name: str, phone: TestPhone) -> None:
        """Complete a login on a trading device: it opens no page, and is no session of the gateway."""
        device = self.site.app.test_client(use_cookies=False)
        login = {"v": 1, "username": name, "password": PASSWORD}
        asked = device.post("/api/trading/v1/login", base_url=ORIGIN, json=login).get_json()
        answered = {"v": 1, "token": asked["token"], "response": phone.respond(asked["challenge"])}
        assert device.post("/api/trading/v1/respond", base_url=ORIGIN, json=answered).status_code == 200


def as_gateway(site: Site, gateway: GatewaySettings) -> Gateway:
    """Serve a site's portal as a gateway."""
    asked = Settings(data_dir=site.database.parent, is_inbox_open=True, gateway=gateway)
    served = replace(site, settings=asked)
    served.browser()  # what cannot be served is refused here
    return Gateway(site=served, program=Program(site=served))
