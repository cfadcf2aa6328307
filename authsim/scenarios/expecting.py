"""Looking at what a step has shown: it goes on if that is what the file expects, and says what was seen otherwise."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from authsim.ends.browser import Element, Page
from authsim.scenarios.seen import ActError, Seen
from authsim.testing.pages import says_success

_MOST_SHOWN: Final = 300


def require_expected(seen: Seen, expected: Mapping[str, Any], *, reason: Callable[[], str | None]) -> None:
    """Go on if all of it is so, and if nothing refused that nobody expected to. Raises `ActError`.

    `reason` asks the story why the last refusal was; it is called only where a name of one is expected.
    """
    if seen.refusal and not _is_refusal_expected(expected):
        raise ActError(f"it is refused: {seen.refusal}")
    for name, wanted in expected.items():
        if name == "refused":
            _require_refused(seen, wanted, reason)
        else:
            CHECKS[name](seen, wanted)


def _is_refusal_expected(expected: Mapping[str, Any]) -> bool:
    return bool(expected.get("refused")) or expected.get("authenticated") is False or bool(expected.get("status"))


def _require_refused(seen: Seen, wanted: Any, reason: Callable[[], str | None]) -> None:
    if wanted is False:
        return
    expect(seen.refusal, f"it is not refused: {_shown(seen.said)}")
    if isinstance(wanted, str):
        found = reason()
        expect(found == wanted, f"it is refused because of {found or 'nothing that is told'}, and not of {wanted}")


def is_inside(page: Page) -> bool:
    """Say whether a page says that both factors are proven."""
    return not page.refusal and says_success(page)


def _require_authenticated(seen: Seen, wanted: Any) -> None:
    page = _page_of(seen)
    told = "does not say that the login succeeds" if wanted else "says that the login succeeds"
    expect(is_inside(page) == wanted, f"{page.path} {told}: {page.refusal or _shown(page.root.text)}")


def _require_says(seen: Seen, wanted: Any) -> None:
    for text in _list(wanted):
        expect(text in seen.said, f"it does not say {text!r}: {_shown(seen.said)}")


def _require_says_not(seen: Seen, wanted: Any) -> None:
    for text in _list(wanted):
        expect(text not in seen.said, f"it says {text!r}")


def _require_status(seen: Seen, wanted: Any) -> None:
    expect(seen.status == wanted, f"the status is {seen.status} and not {wanted}: {seen.refusal or _shown(seen.said)}")


def _require_path(seen: Seen, wanted: Any) -> None:
    page = _page_of(seen)
    expect(page.path == wanted, f"the browser is at {page.path} and not at {wanted}")


def _require_shows(seen: Seen, wanted: Any) -> None:
    page = _page_of(seen)
    for selector in _list(wanted):
        expect(find_element(page, selector) is not None, f"{page.path} ({page.status}) shows no {selector}")


def _require_hides(seen: Seen, wanted: Any) -> None:
    page = _page_of(seen)
    for selector in _list(wanted):
        expect(find_element(page, selector) is None, f"{page.path} shows {selector}")


def _require_value(seen: Seen, wanted: Any) -> None:
    expect(seen.value == wanted, f"what comes of it is {_shown(str(seen.value))!r}, and not {_shown(str(wanted))!r}")


def _require_not_value(seen: Seen, wanted: Any) -> None:
    expect(seen.value != wanted, "what comes of it is what must not come of it")


def _require_facts(seen: Seen, wanted: Any) -> None:
    for name, value in wanted.items():
        found = seen.facts.get(name)
        expect(
            name in seen.facts and has_all(found, value),
            f"{name} is {_shown(str(found))!r}, not {_shown(str(value))!r}",
        )


def has_all(found: Any, wanted: Any) -> bool:
    """Say whether something is what is wanted; of a mapping, those members that are named."""
    if isinstance(found, Mapping) and isinstance(wanted, Mapping):
        return all(name in found and has_all(found[name], value) for name, value in wanted.items())
    return bool(found == wanted)


CHECKS: Final[Mapping[str, Callable[[Seen, Any], None]]] = MappingProxyType(
    {
        "authenticated": _require_authenticated,
        "says": _require_says,
        "says_not": _require_says_not,
        "status": _require_status,
        "path": _require_path,
        "shows": _require_shows,
        "hides": _require_hides,
        "value": _require_value,
        "not_value": _require_not_value,
        "facts": _require_facts,
    }
)


def find_element(page: Page, selector: str) -> Element | None:
    """Return the first element that fits `#id`, `.class`, a tag, or `name=field`; else None."""
    if not selector.startswith("name="):
        return page.find(selector)
    name = selector.removeprefix("name=")
    return next((one for one in page.root.walk() if one.attributes.get("name") == name), None)


def expect(is_so: object, otherwise: str) -> None:
    """Go on if it is so; otherwise end the act with that sentence."""
    if not is_so:
        raise ActError(otherwise)


def _page_of(seen: Seen) -> Page:
    if seen.page is None:
        raise ActError("this step shows no page")
    return seen.page


def _list(wanted: Any) -> list[str]:
    return [wanted] if isinstance(wanted, str) else list(wanted)


def _shown(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]} …"
