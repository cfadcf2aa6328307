from collections.abc import Callable

import pytest

from authsim.cli.browser import parse_page
from authsim.cli.stage import ActError, expect, require_challenge, require_inside, require_refusal, require_refused

INSIDE = "<pre>Client login succeeds</pre>"
REFUSED = "<p class=xyz-errormessage>Authentication failed</p>"


@pytest.mark.parametrize(
    ("look", "markup"),
    [
        (require_inside, "<pre>something else</pre>"),
        (require_inside, "<p>Client login succeeds</p>"),
        (require_inside, INSIDE + REFUSED),
        (require_challenge, "<b class=xyz-goldchallenge>12345</b>"),
        (require_challenge, "<b class=xyz-goldchallenge>١٢٣٤٥٦</b>"),
        (require_challenge, "<b class=xyz-goldchallenge>123456</b>" + REFUSED),
        (lambda page: require_refusal(page, "another sentence"), REFUSED),
        (lambda page: require_refusal(page, "another sentence"), INSIDE),
    ],
)
def test_the_tour_sees_what_does_not_hold(look: Callable[..., object], markup: str) -> None:
    """A page that is not what an act expects ends the act: the tour does not pass by looking away."""
    with pytest.raises(ActError):
        look(parse_page(markup, status=200, path="/"))


def test_the_tour_sees_a_wrong_status() -> None:
    """A device that ends otherwise than expected ends the act, with its last words."""

    class Done:
        returncode = 0
        stderr = "first\nlast words\n"

    with pytest.raises(ActError, match="ended with 0 and not 77: last words"):
        require_refused(Done(), 77)
    with pytest.raises(ActError, match="so"):
        expect(None, "so")
