"""The second page of a hardened portal, under axe, in both themes and languages, and as narrow as a telephone."""

from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.support.browser_chromium import Screen
from tests.support.portal import LivePortal, served_portal


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LivePortal]:
    """A portal of the hardened profile in which nobody is: everybody sees the same page."""
    with served_portal(tmp_path_factory.mktemp("portal"), "--profile", "hardened") as served:
        yield served


@pytest.mark.parametrize(("theme", "language", "width"), [("light", "en", 390), ("dark", "ja", 1440)])
def test_the_second_page(window: Callable[..., Screen], theme: str, language: str, width: int) -> None:
    """Axe has nothing to complain about, also after a wrong answer, and nothing sticks out at 320 px."""
    viewport = {"width": width, "height": 900}
    screen = window(color_scheme=theme, language=language, viewport=viewport, reduced_motion="reduce")
    page = screen.page
    screen.opens()
    screen.types_password("nobody", "a password of more than fifteen characters")
    assert screen.path == "/sso/TwoStep"
    page.locator("input[name=gold-response]").fill("12345678")
    for is_sent in (False, True):
        if is_sent:
            with page.expect_navigation():
                page.locator("input[name=gold-response]").press("Enter")
        page.wait_for_load_state("load")
        found = Axe().run(page, options={"resultTypes": ["violations"]})
        assert found.violations_count == 0, found.generate_report()
    page.set_viewport_size({"width": 320, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.locator("html").get_attribute("lang") == language
