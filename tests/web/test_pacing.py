"""Answers that leave on the beat: how long one waits, and which ones do."""

import time
from pathlib import Path

import pytest

from authsim.policy import HARDENED, SUITE_OF
from authsim.profiles import PROFILES
from tests.support.site import open_site
from web.pacing import JUDGING, compute_wait_ms

BEAT_MS = PROFILES[HARDENED].uniform_beat_ms


@pytest.mark.parametrize(
    ("spent_ms", "wait_ms"), [(0.0, 0.0), (1.0, 99.0), (99.5, 0.5), (100.0, 0.0), (100.25, 99.75), (731.0, 69.0)]
)
def test_an_answer_waits_for_the_next_beat(spent_ms: float, wait_ms: float) -> None:
    """Whatever the work took, the answer leaves at a whole number of beats."""
    assert compute_wait_ms(spent_ms, beat_ms=100) == pytest.approx(wait_ms)


@pytest.mark.parametrize(
    ("path", "judges"),
    [
        ("/sso/Login", True),
        ("/sso/TwoStep/passcode", True),
        ("/mobile/ios/log-in", True),
        ("/api/trading/v1/login", True),
        ("/api/device/v1/adduser/finish", True),
        ("/api/device/v1/session", False),
        ("/portal/sign-out", False),
    ],
)
def test_what_judges_waits(path: str, judges: bool) -> None:
    """Passwords and answers are judged on the beat; a phone that shows its key waits for nothing."""
    assert bool(JUDGING.fullmatch(path)) is judges


def test_a_hardened_login_leaves_on_the_beat(tmp_path: Path, empty_database: Path) -> None:
    """Nobody hears sooner than after a beat that a name does not exist."""
    site = open_site(tmp_path, empty_database, policy=PROFILES[HARDENED], suite=SUITE_OF[HARDENED], keeps_the_beat=True)
    try:
        browser = site.browser()
        form = {"csrf_token": browser.token(), "username": "nobody", "password": "correct horse battery"}
        begun = time.monotonic()
        answer = browser.asks("POST", "/sso/Login", body=form)
        assert (time.monotonic() - begun) * 1_000 >= BEAT_MS
    finally:
        site.portal.close()
    assert answer.headers["Location"] == "/sso/TwoStep"
