"""A site in a lab, and a program that holds the lab's token."""

from collections.abc import Callable, Iterator

import pytest

from tests.support.lab_site import LabSite, opener
from tests.support.site import Site


@pytest.fixture
def opens_lab(opens_site: Callable[..., Site]) -> Iterator[Callable[..., LabSite]]:
    """A way to open sites in labs, with other settings; all are closed at the end."""
    opened: list[LabSite] = []
    opens_one = opener(opens_site)

    def opens(**settings: object) -> LabSite:
        opened.append(opens_one(**settings))
        return opened[-1]

    yield opens
    for living in opened:
        living.site.portal.leave()


@pytest.fixture
def living(opens_lab: Callable[..., LabSite]) -> LabSite:
    """A site of the classic profile in a lab without a seed."""
    return opens_lab()
