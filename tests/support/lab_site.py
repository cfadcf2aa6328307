"""The portal's web site in this process, in a lab of real files, and a program that holds the lab's token."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from werkzeug.test import TestResponse

from authsim.lab.laboratory import Lab
from tests.support.ports import ORIGIN, FakeClock
from tests.support.site import Site
from web.settings import LabSettings, Settings
from web.wiring import begin_lab

LAB = "/api/lab/v1"


@dataclass(slots=True, kw_only=True)
class LabSite:
    """A site in a lab. `machine` is the clock beneath the lab's."""

    site: Site
    lab: Lab
    token: str
    machine: FakeClock

    def asks(
        self,
        method: str,
        path: str,
        members: object = None,
        *,
        body: bytes | str | None = None,
        headers: Mapping[str, str] | None = None,
        host: str = ORIGIN,
        remote: str = "127.0.0.1",
    ) -> TestResponse:
        """Send one request of a program with the token; `members` go as JSON, and `body` as it is.

        A header that is given as "" is left out.
        """
        content = json.dumps(members) if members is not None else body
        sent = {"Authorization": f"Bearer {self.token}"}
        if content is not None:
            sent["Content-Type"] = "application/json"
        sent = {name: value for name, value in (sent | dict(headers or {})).items() if value}
        client = self.site.app.test_client(use_cookies=False)
        return client.open(
            f"{LAB}{path}",
            method=method,
            base_url=host,
            data=content,
            headers=sent,
            environ_overrides={"REMOTE_ADDR": remote},
        )

    def does(self, method: str, path: str, members: object = None) -> Any:
        """Send one request that has to succeed, and return what its answer says, or None."""
        answer = self.asks(method, path, members)
        assert answer.status_code in (200, 201, 204), answer.text
        return json.loads(answer.text) if answer.data else None

    def told(self, end: str | None = None) -> list[dict[str, Any]]:
        """The journal's lines, oldest first; of one end only, when it is named."""
        lines = [json.loads(line) for _, line in self.lab.journal.read_lines(after=0, most=100_000)]
        return [line for line in lines if end in (None, line["end"])]


def in_a_lab(site: Site, machine: FakeClock, *, seed: int | None = None, **more: object) -> LabSite:
    """Bring a site into a lab that lies in its folder; `more` are members of its settings."""
    folder = site.database.parent
    asked = LabSettings(token_file=folder / "lab.token", folder=folder, seed=seed)
    settings = replace(Settings(data_dir=folder, is_inbox_open=True), lab=asked, **more)  # type: ignore[arg-type]
    portal = begin_lab(site.portal, asked, machine=machine)
    assert portal.lab is not None
    assert portal.lab_token is not None
    living = replace(site, portal=portal, settings=settings)
    return LabSite(site=living, lab=portal.lab, token=portal.lab_token.reveal_text(), machine=machine)


def opener(opens_site: Callable[..., Site]) -> Callable[..., LabSite]:
    """Return a way to open sites in labs; `opens_site` is the fixture of that name."""

    def opens(
        *, seed: int | None = None, in_settings: Mapping[str, object] | None = None, **of_site: object
    ) -> LabSite:
        site = opens_site(**of_site)
        return in_a_lab(site, site.clock, seed=seed, **dict(in_settings or {}))

    return opens


def folder_of(living: LabSite) -> Path:
    """Where a lab keeps what is its own."""
    return living.site.database.parent
