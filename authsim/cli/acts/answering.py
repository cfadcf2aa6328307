"""Scenes of challenge and response, and of what too many failures bring."""

from typing import Final

from authsim.cli.acts import steps
from authsim.cli.acts.act import Act, Scene
from authsim.cli.proofs import expect, require_challenge, require_inside, require_refusal
from authsim.cli.stage import Guest, Place, Stage
from authsim.ends.browser import Page

_WAIT: Final = "Too many failed login attempts. Please wait"
_LOCKING_FAILURES: Final = 10
_THROTTLING_FAILURES: Final = 5


def login(stage: Stage) -> None:
    """Password, challenge, response: both factors open the portal."""
    steps.log_in(stage, stage.main, "olaf", stage.active_phone(stage.main, "olaf", "android"))


def wrong_response(stage: Stage) -> None:
    """A wrong response is refused, ends the attempt, and counts as one failure."""
    browser = stage.browser(stage.main)
    page = stage.main.log_in(browser, "olaf")
    wrong = steps.other_digits(steps.respond(stage.phone("olaf"), page))
    require_refusal(browser.answer(page, wrong), steps.FAILED)
    expect(stage.main.show("olaf")["failures"] == 1, "the failure is not counted")


def replayed_response(stage: Stage) -> None:
    """A response that opened the portal opens it neither in a copied browser nor at the next challenge."""
    browser = stage.browser(stage.main)
    page = stage.main.log_in(browser, "olaf")
    response = steps.respond(stage.phone("olaf"), page)
    with browser.twin() as twin:
        require_inside(browser.answer(page, response))
        again = twin.answer(page, response)
    expect(again.refusal and again.find("pre") is None, "the copied browser is inside")
    later = stage.browser(stage.main)
    require_refusal(later.answer(stage.main.log_in(later, "olaf"), response), steps.FAILED)


def abandoned_challenge(stage: Stage) -> None:
    """A challenge that nobody answers is no failed login."""
    before = stage.main.show("olaf")["failures"]
    require_challenge(stage.main.log_in(stage.browser(stage.main), "olaf"))
    expect(stage.main.show("olaf")["failures"] == before, "the abandoned challenge is counted")


def throttle(stage: Stage) -> None:
    """The fifth failure brings the documented wait."""
    page = _fail_password(stage, stage.main, "farid", _THROTTLING_FAILURES + 1)
    require_refusal(page, _WAIT)


def lock_out(stage: Stage) -> None:
    """Ten failures lock a user; the right password does not help."""
    page = _fail_password(stage, stage.hasty, "hugo", _LOCKING_FAILURES)
    require_refusal(page, steps.WRONG)
    expect(stage.hasty.show("hugo")["state"] == "locked", "the operator does not see the lock")
    require_refusal(stage.hasty.log_in(stage.browser(stage.hasty), "hugo"), _WAIT)


def unlock(stage: Stage) -> None:
    """The operator lifts the lock, and the right password counts again."""
    stage.hasty.unlock("hugo")
    page = stage.hasty.log_in(stage.browser(stage.hasty), "hugo")
    expect(page.find(".qr-plate") is not None, f"the page says {page.refusal or 'nothing'!r}")


def _fail_password(stage: Stage, place: Place, name: str, times: int) -> Page:
    browser = stage.browser(place)
    for _ in range(times):
        page = browser.log_in(name, "not the password")
    return page


ANSWERING: Final = Scene(
    title="Challenge and response",
    main=(Guest(name="olaf", is_active=True),),
    acts=(
        Act(name="login", title="password, challenge and response open the portal", play=login),
        Act(name="wrong_response", title="a wrong response ends the attempt and counts", play=wrong_response),
        Act(name="replayed_response", title="a response opens the portal once", play=replayed_response),
        Act(name="abandoned_challenge", title="an abandoned challenge does not count", play=abandoned_challenge),
    ),
)
FAILING: Final = Scene(
    title="Too many failures",
    main=(Guest(name="farid"),),
    hasty=(Guest(name="hugo"),),
    acts=(
        Act(name="throttle", title="repeated failures bring the documented wait", play=throttle),
        Act(name="lock_out", title="ten failures lock, even for the right password", play=lock_out),
        Act(name="unlock", title="the operator unlocks, and the login works again", play=unlock),
    ),
)
