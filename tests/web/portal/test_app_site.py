"""The way of a phone without the app: web site, store, *do not launch it*; and help for its camera."""

import pytest

from tests.support.site import Browser


def test_web_site_leads_to_both_stores(browser: Browser) -> None:
    """The web site names both stores, and the order: install, do not launch, scan again."""
    page = browser.opens("/app")
    assert [link.attributes["href"] for link in page.all(cls="setting")] == ["/app/store/ios", "/app/store/android"]
    steps = [step.text for step in page.one(cls="steps").elements]
    assert steps[1] == "Do not launch the app."
    assert "same QR code again" in steps[2]


@pytest.mark.parametrize(("platform", "button"), [("ios", "GET"), ("android", "Install")])
def test_store(browser: Browser, platform: str, button: str) -> None:
    """The button has the platform's name; after it the page says not to launch the app but to scan again."""
    page = browser.opens(f"/app/store/{platform}")
    assert page.one(cls="phone").classes == {"phone", platform}
    get = page.one(cls="store-get")
    assert get.text == button
    page = browser.opens(get.attributes["href"])
    assert not page.all(cls="store-get")
    assert page.one(cls="notice").text.startswith("Do not launch the app.")
    assert "scan the same QR code again" in page.one(cls="notice").text


def test_store_of_another_platform(browser: Browser) -> None:
    """There is no such store."""
    assert browser.opens("/app/store/windows").status == 404


def test_camera_page(browser: Browser) -> None:
    """The switch, the lens and the distance are explained, and what helps when nothing does."""
    page = browser.opens("/help/camera")
    titles = [heading.text for heading in page.all(tag="h2")]
    assert "“Scan QR codes” is off" in titles
    assert "The phone shows your face" in titles
    assert "rear lens" in page.text
    assert "/app" in {link.attributes["href"] for link in page.all(tag="a")}
