"""The table of refusals is total, speaks both languages, and says to the public no more than it may."""

import re

import pytest
from flask_babel import force_locale
from werkzeug.exceptions import BadRequest, Forbidden, HTTPException, InternalServerError, NotFound, RequestTimeout

from authsim import states
from authsim.errors import MessageError, Reason, RefusalError, StoreConflictError, StoreError, TransitionError
from tests.support.site import Site
from web.refusals import REASONS, STATUSES, Explanation, explain

CODES = {
    *("auth_failed", "busy", "forbidden", "internal", "malformed", "method_not_allowed", "not_found", "slow_down"),
    *("state", "too_large", "unsupported_media_type"),
}


def tell(site: Site, error: Exception, language: str = "en", *, paper: bool = False) -> Explanation:
    """Explain an error in a language."""
    with site.app.test_request_context("/", base_url="http://127.0.0.1"), force_locale(language):
        return explain(error, paper=paper)


def test_table_is_total() -> None:
    """Every reason has a row."""
    assert set(REASONS) == set(Reason)


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_speaks_both_languages(site: Site, reason: Reason) -> None:
    """Both the sentence and the remedy are there in English and, differently, in Japanese; nothing stays unfilled."""
    error = RefusalError(reason, retry_after_ms=53_000)
    english, japanese = tell(site, error), tell(site, error, "ja")
    for one, other in ((english.what, japanese.what), (english.remedy, japanese.remedy)):
        assert one
        assert other
        assert one != other
        assert re.search(r"[\u3040-\u30ff]", other), other
        assert "%(" not in one + other
        assert not re.search(r"[\uff61-\uff9f]", other), "no half-width katakana"
        assert "!" not in one
    assert english.code == japanese.code
    assert english.code in CODES
    assert english.name == reason.value
    assert 400 <= english.status < 500


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (MessageError("secret text"), 400, "malformed"),
        (StoreError("secret text"), 503, "busy"),
        (StoreConflictError("secret text"), 503, "busy"),
        (TransitionError(states.OneShot.CONSUMED, states.OneShotEvent.CONSUME), 500, "internal"),
        (ValueError("secret text"), 500, "internal"),
        (BadRequest("secret text"), 400, "malformed"),
        (Forbidden("secret text"), 403, "forbidden"),
        (NotFound("secret text"), 404, "not_found"),
        (RequestTimeout("secret text"), 400, "malformed"),
        (InternalServerError("secret text"), 500, "internal"),
        (HTTPException("secret text"), 500, "internal"),
    ],
)
def test_other_errors(site: Site, error: Exception, status: int, code: str) -> None:
    """Whatever else is raised gets a status and a word, and its own text stays inside."""
    told = tell(site, error)
    assert (told.status, told.code) == (status, code)
    assert "secret" not in told.what + told.remedy


def test_statuses_answer_for_themselves() -> None:
    """Each row for a status carries that status and one of the known words."""
    for status, entry in STATUSES.items():
        assert entry.status == status
        assert entry.code in CODES


def test_public_cannot_tell_causes_apart(site: Site) -> None:
    """Unknown user and wrong password are one sentence; so are all the ways in which an activation fails."""
    same = [
        (Reason.WRONG_PASSWORD, Reason.UNKNOWN_USER),
        (
            *(Reason.ACTIVATION_UNKNOWN, Reason.ACTIVATION_USED, Reason.ACTIVATION_EXPIRED),
            *(Reason.ACTIVATION_MISMATCH, Reason.DEVICE_ALREADY_ACTIVE),
        ),
    ]
    for reasons in same:
        told = [tell(site, RefusalError(reason)) for reason in reasons]
        assert len({(entry.status, entry.code, entry.what, entry.remedy) for entry in told}) == 1


def test_documented_sentences(site: Site) -> None:
    """Sentences that people and programs know stand word for word."""
    said = {reason: tell(site, RefusalError(reason, retry_after_ms=287_000)).what for reason in Reason}
    assert said[Reason.WRONG_PASSWORD] == "Invalid username password combination"
    assert said[Reason.WRONG_RESPONSE] == "Authentication failed"
    assert said[Reason.ACTIVATION_USED] == "An error has occurred. Please try again."
    assert said[Reason.THROTTLED] == (
        "Too many failed login attempts. Please wait 4 minutes & 47 seconds before attempting to re-login again."
    )
