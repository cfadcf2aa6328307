"""One page looked at as reviewers do: under axe in both themes, and at every width for what sticks out."""

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped] # it ships no types

from tests.support.browser_chromium import Screen

WIDTHS = (320, 390, 1440, 1920)
HEIGHT = 900
_STICKS_OUT = """() => document.documentElement.scrollWidth <= innerWidth ? "" :
    [...document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > innerWidth + 1)
    .map(e => e.tagName + "." + e.className).join(" ")"""


def inspect(screen: Screen, what: str) -> None:
    """Expect that axe has nothing to complain about, light and dark, and that nothing is wider than the window."""
    page = screen.page
    page.wait_for_load_state("load")
    for theme in ("light", "dark"):  # without motion, or axe meets colours on their way
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        found = Axe().run(page, options={"resultTypes": ["violations"]})
        assert found.violations_count == 0, f"{what}, {theme}: {found.generate_report()}"
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": HEIGHT})
        assert not page.evaluate(_STICKS_OUT), f"{what} at {width} px"
    assert page.locator("html").get_attribute("lang") == screen.language
