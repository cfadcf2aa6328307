"""The banner cannot be left out: not by a template, not on an error, not by a narrow screen or a printer."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from jinja2 import DictLoader

from authsim.model import User
from tests.support.device import TestPhone
from tests.support.site import Browser, Site
from web.banner import SENTENCE, is_marked

PAGES = (
    *("/sso/Login", "/sso/SecondFactor", "/sso/Dispatcher", "/portal/activation", "/portal/activity"),
    *("/portal/sessions", "/portal/settings", "/portal/settings/secure-login", "/lost-phone", "/help/phishing"),
    *("/portal/settings/user", "/portal/settings/secure-login-system", "/portal/settings/classic"),
    *("/portal/messages", "/portal/messages/new", "/portal/messages/har-file", "/desk"),
    *("/help/camera", "/app", "/app/store/ios", "/mobile/ios", "/mobile/android", "/inbox", "/nothing"),
)


def test_sentence() -> None:
    """The sentence is the one that stands everywhere."""
    assert SENTENCE == "SIMULATION · not a real financial service · never enter real credentials"


@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_page_has_it(site: Site, alice: User, phone: TestPhone, language: str) -> None:
    """Every page of every standing, in both languages, has the sentence once and the mark in its title."""
    browser = site.browser(Accept_Language=language)
    for act in (
        lambda: None,
        lambda: browser.types_password("alice", "wrong"),
        lambda: browser.types_password("alice"),
        lambda: browser.logs_in("alice", phone),
    ):
        act()
        for path in PAGES:
            page = browser.opens(path)
            assert is_marked(page.text), path
            assert page.one(tag="title").text.startswith("[SIMULATION] ")
            assert page.one(cls="simulation").text.startswith(SENTENCE)


@pytest.mark.parametrize("body", [b"x" * 70_000, b"", b"a=1&a=2"])
def test_error_pages_have_it(browser: Browser, body: bytes) -> None:
    """So does every page that refuses."""
    for method, path in (("POST", "/sso/Login"), ("POST", "/nothing"), ("PUT", "/sso/Login"), ("GET", "/nothing")):
        answer = browser.asks(method, path, body=body or None, content_type="application/x-www-form-urlencoded")
        assert answer.status_code >= 400
        assert answer.mimetype == "text/html"
        assert is_marked(answer.text)


@pytest.mark.parametrize(
    "template",
    [
        "<!doctype html><title>[SIMULATION] x</title><p>a page without it",
        f"<!doctype html><head><title>x</title></head><p>{SENTENCE}",
        f"<!doctype html><head><title>[SIMULATION] x</title><!-- {SENTENCE} --></head><p>only in a comment of the head",
        "",
    ],
)
def test_page_without_it_becomes_an_error(site: Site, browser: Browser, template: str) -> None:
    """A template that loses the sentence, or the mark, is answered with 500 and a page that has both."""
    site.app.jinja_env.loader = DictLoader({"phishing.html": template})
    answer = browser.asks("GET", "/help/phishing")
    assert answer.status_code == 500
    assert is_marked(answer.text)
    assert "only in a comment" not in answer.text


def test_broken_error_page_is_replaced(site: Site, browser: Browser) -> None:
    """When even the page for refusals cannot be drawn, a plain one with the banner leaves."""
    site.app.jinja_env.loader = DictLoader({"refusal.html": "{{ nothing.like.this }}"})
    answer = browser.asks("GET", "/help/phishing")
    assert answer.status_code == 500
    assert is_marked(answer.text)
    assert "Reference" in answer.text


def test_no_style_takes_it_away() -> None:
    """No rule of the style sheet hides the banner, on any screen or on paper."""
    style = Path(__file__).parents[2].joinpath("web/static/authsim.css").read_text()
    for rule in re.findall(r"([^{}]*)\{([^{}]*)\}", style):
        if ".simulation" in rule[0] or re.search(r"(?:^|[\s,])(?:header|p|body|span)\s*(?:,|$)", rule[0].strip()):
            assert not re.search(r"display\s*:\s*none|visibility\s*:\s*hidden|opacity\s*:\s*0|clip|position", rule[1])


def test_word_of_no_broker(opens_site: Callable[..., Site]) -> None:
    """The foot of every page says that we belong to nobody."""
    assert "AuthSim is not affiliated with any broker." in opens_site().browser().opens("/").text
