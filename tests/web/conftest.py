"""A site in this process, alice who has never activated, a phone, and a browser at the start."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from authsim.model import User
from tests.support.device import TestPhone
from tests.support.site import Browser, Site, make_empty_database, open_site
from tests.support.stores import postgres_server  # noqa: F401 - a fixture is found by its name


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the schema, to be copied."""
    return make_empty_database(tmp_path_factory.mktemp("empty") / "portal.sqlite3")


@pytest.fixture
def opens_site(tmp_path: Path, empty_database: Path) -> Iterator[Callable[..., Site]]:
    """A way to open sites with other settings; all are closed at the end."""
    opened: list[Site] = []

    def opens(**settings: object) -> Site:
        folder = tmp_path / f"site-{len(opened)}"
        folder.mkdir()
        opened.append(open_site(folder, empty_database, **settings))  # type: ignore[arg-type]
        return opened[-1]

    yield opens
    for site in opened:
        site.portal.close()


@pytest.fixture
def site(opens_site: Callable[..., Site]) -> Site:
    """A portal of the classic profile on loopback, without TLS."""
    return opens_site()


@pytest.fixture
def alice(site: Site) -> User:
    """A user without a phone."""
    return site.adds("alice")


@pytest.fixture
def phone(site: Site) -> TestPhone:
    """A phone that is not enrolled."""
    return site.sells_phone()


@pytest.fixture
def browser(site: Site) -> Browser:
    """A browser without cookies."""
    return site.browser()
