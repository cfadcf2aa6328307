"""How the tour looks: each function goes on if what it names is so, and ends the act with what it saw otherwise."""

import json
from typing import Any

from authsim.ends.browser import Page
from authsim.terminal.outcome import DONE


class ActError(Exception):
    """An act did not end as it must; the text says how it ended."""


def expect(is_so: object, otherwise: str) -> None:
    """Go on if it is so; otherwise end the act with that sentence."""
    if not is_so:
        raise ActError(otherwise)


def require_done(done: Any) -> str:
    """Return what `authkey` printed, if it ended well."""
    expect(done.returncode == 0, f"authkey ended with {done.returncode}: {last_line(done.stderr)}")
    return str(done.stdout).strip()


def require_json(done: Any, status: int = DONE) -> dict[str, Any]:
    """Return the one JSON object that `authkey` printed, if it ended with that status."""
    printed = str(done.stdout).strip()
    expect(
        done.returncode == status, f"authkey ended with {done.returncode} and not {status}: {last_line(done.stderr)}"
    )
    try:
        told = json.loads(printed)
    except ValueError:
        told = None
    expect(type(told) is dict, f"authkey printed no JSON object: {last_line(printed)}")
    found: dict[str, Any] = told
    return found


def require_refused(done: Any, status: int, sentence: str = "") -> str:
    """Return what `authkey` said, if it ended with that status, and with that sentence in what it said."""
    said = str(done.stderr).strip()
    expect(done.returncode == status, f"authkey ended with {done.returncode} and not {status}: {last_line(said)}")
    expect(sentence in said, f"authkey says {last_line(said)!r}, and not {sentence!r}")
    return said


def require_challenge(page: Page) -> str:
    """Return the challenge that a page shows."""
    expect(not page.refusal, f"the page says: {page.refusal}")
    challenge = page.require(".xyz-goldchallenge").text
    expect(is_digits(challenge, 6), "the challenge is not 6 digits")
    return challenge


def require_notified(page: Page) -> None:
    """Go on if the page says that a notification was sent."""
    expect(not page.refusal, f"the page says: {page.refusal}")
    block = page.require(".xyzblock-notification")
    expect(
        "A notification was sent to" in block.text, f"the page does not say that a notification was sent: {block.text}"
    )


def require_refusal(page: Page, sentence: str) -> None:
    """Go on if the page refuses with that sentence."""
    expect(sentence in page.refusal, f"the page says {page.refusal or 'nothing'!r}, and not {sentence!r}")


def require_said(page: Page, *sentences: str) -> None:
    """Go on if the page says all of it, and refuses nothing."""
    expect(not page.refusal, f"the page says: {page.refusal}")
    for sentence in sentences:
        expect(sentence in page.root.text, f"{page.path} does not say {sentence!r}")


def require_inside(page: Page) -> None:
    """Go on if both factors are proven."""
    expect(not page.refusal, f"the page says: {page.refusal}")
    proof = page.find("pre")
    expect(
        proof is not None and proof.text == "Client login succeeds", f"{page.path} does not say that the login succeeds"
    )


def is_digits(text: str, count: int) -> bool:
    """Say whether a text is so many ASCII digits."""
    return text.isascii() and text.isdigit() and len(text) == count


def last_line(text: str) -> str:
    """Return the last line of what was said."""
    lines = text.strip().splitlines()
    return lines[-1] if lines else "it said nothing"
