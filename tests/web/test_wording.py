"""Durations, instants and programs as people read them."""

import pytest
from flask_babel import force_locale

from tests.support.site import Site
from web.agents import name_agent
from web.wording import format_instant, format_remaining, format_time_of_day, format_wait


@pytest.mark.parametrize(
    ("milliseconds", "english", "japanese"),
    [
        (1, "1 second", "1秒"),
        (52_001, "53 seconds", "53秒"),
        (60_000, "1 minute", "1分"),
        (61_000, "1 minute & 1 second", "1分1秒"),
        (287_000, "4 minutes & 47 seconds", "4分47秒"),
        (3_600_000, "1 hour", "1時間"),
        (86_399_000, "23 hours & 59 minutes", "23時間59分"),
        (-5, "1 second", "1秒"),
    ],
)
def test_wait(site: Site, milliseconds: int, english: str, japanese: str) -> None:
    """A wait is rounded up and said with its two largest units."""
    with site.app.test_request_context("/", base_url="http://127.0.0.1"):
        with force_locale("en"):
            assert format_wait(milliseconds) == english
        with force_locale("ja"):
            assert format_wait(milliseconds) == japanese


def test_remaining() -> None:
    """What is left counts down to zero and never below."""
    assert [format_remaining(ms) for ms in (180_000, 59_001, 1, 0, -1)] == ["3:00", "1:00", "0:01", "0:00", "0:00"]


def test_instants(site: Site) -> None:
    """Without script, instants are in UTC and say so."""
    with site.app.test_request_context("/", base_url="http://127.0.0.1"), force_locale("en"):
        assert format_instant(0).replace("\u202f", " ") == "Jan 1, 1970, 12:00:00 AM UTC"
        assert format_time_of_day(0).replace("\u202f", " ") == "12:00:00 AM UTC"
    with site.app.test_request_context("/", base_url="http://127.0.0.1"), force_locale("ja"):
        assert format_instant(0) == "1970/01/01 0:00:00 UTC"


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("", ""),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox 140 · Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/141.0.0.0 Safari/537.36", "Chrome 141 · Windows"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/141.0.0.0 Safari/537.36 Edg/141.0", "Edge 141 · Windows"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 Safari/604.1",
            "Safari 18 · iPhone",
        ),
        ("python-requests/2.32", "python-requests/2.32"),
        ("curl/8.5.0 and more", "curl/8.5.0"),
        ("日本語", ""),
        ("Chrome/99999999", "Chrome 9999"),
    ],
)
def test_agents(agent: str, name: str) -> None:
    """A program is named by what it says of itself, shortly."""
    assert name_agent(agent) == name
