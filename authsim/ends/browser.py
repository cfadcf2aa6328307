"""A browser without a window: real HTTP, cookies, forms and links, as far as a login needs them."""

import json
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self, final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    import httpx2

_EMPTY: Final = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)
_LABEL: Final = "AuthSim-Lab-Label"
_DATA: Final = "data:"
_SECONDS: Final = 20


class MissingElementError(LookupError):
    """A page does not show what was looked for; the text names the page and the element."""


@dataclass(slots=True, kw_only=True)
class Element:
    """One element of a page, with its children in order: elements and texts."""

    tag: str
    attributes: dict[str, str]
    children: "list[Element | str]" = field(default_factory=list)

    @property
    def text(self) -> str:
        """All text below, with blanks collapsed."""
        return " ".join("".join(self._texts()).split())

    def _texts(self) -> Iterator[str]:
        for child in self.children:
            if isinstance(child, str):
                yield child
            else:
                yield from child._texts()  # noqa: SLF001 - of the same class

    def walk(self) -> "Iterator[Element]":
        """Yield this element and all below, in the order of the page."""
        yield self
        for child in self.children:
            if isinstance(child, Element):
                yield from child.walk()

    def fits(self, selector: str) -> bool:
        """Say whether `tag`, `#id` or `.class` names this element."""
        if selector.startswith("#"):
            return self.attributes.get("id") == selector[1:]
        if selector.startswith("."):
            return selector[1:] in self.attributes.get("class", "").split()
        return self.tag == selector


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What one request came to: status, path after all redirects, and the elements."""

    status: int
    path: str
    root: Element

    def find(self, selector: str) -> Element | None:
        """Return the first element that fits, or None."""
        return next((element for element in self.root.walk() if element.fits(selector)), None)

    def require(self, selector: str) -> Element:
        """Return the first element that fits, or raise `MissingElementError`."""
        found = self.find(selector)
        if found is None:
            raise MissingElementError(f"{self.path} ({self.status}) shows no {selector}")
        return found

    def form_to(self, action: str) -> Element:
        """Return the form that posts to `action`."""
        for element in self.root.walk():
            if element.tag == "form" and element.attributes.get("action") == action:
                return element
        raise MissingElementError(f"{self.path} ({self.status}) shows no form to {action}")

    @property
    def refusal(self) -> str:
        """What the page says went wrong, or nothing."""
        found = self.find(".xyz-errormessage")
        return "" if found is None else found.text


@final
class Browser:
    """One browser with its own cookies, at one portal."""

    def __init__(
        self,
        address: str,
        *,
        agent: str = "AuthSim tour",
        label: str | None = None,
        open_client: "Callable[..., httpx2.Client] | None" = None,
    ) -> None:
        """Open a window at `address`.

        `label` goes with every request, so that the story of a lab tells this browser apart. `open_client` makes the
        HTTP client from its headers and options, where connections are shared with somebody.
        """
        self._address = address
        self._options: dict[str, Any] = {"agent": agent, "label": label, "open_client": open_client}
        headers = {"Accept-Language": "en", "User-Agent": agent} | ({} if label is None else {_LABEL: label})
        self._client = (open_client or self._open_client)(headers=headers, follow_redirects=True)

    def _open_client(self, **options: Any) -> "httpx2.Client":
        import httpx2

        return httpx2.Client(base_url=self._address, timeout=_SECONDS, trust_env=False, **options)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close the window, and its connections unless they are shared."""
        self._client.close()

    def twin(self) -> "Browser":
        """Return a browser with a copy of this one's cookies, as a thief of them would have."""
        other = Browser(self._address, **self._options)
        for cookie in self._client.cookies.jar:
            other._client.cookies.jar.set_cookie(cookie)
        return other

    def open(self, path: str) -> Page:
        """Return the page at `path`."""
        return _read(self._client.get(path))

    def submit(self, form: Element, **typed: str) -> Page:
        """Send a form as it stands, with what was typed."""
        action = form.attributes.get("action", "")
        return _read(self._client.post(action, data=_fields_of(form) | typed, headers={"Origin": self._address}))

    def send(self, form: Element, **typed: str) -> str | Page:
        """Send a form as `submit` does; return the path to which it leads, unopened, or the page that came instead."""
        action = form.attributes.get("action", "")
        data, headers = _fields_of(form) | typed, {"Origin": self._address}
        answer = self._client.post(action, data=data, headers=headers, follow_redirects=False)
        return answer.headers["Location"] if answer.is_redirect else _read(answer)

    def upload(self, form: Element, name: str, file: bytes, **typed: str) -> Page:
        """Send a form with what was typed and with a file."""
        action = form.attributes.get("action", "")
        fields = {key: value for key, value in _fields_of(form).items() if key != name} | typed
        files = {name: (f"{name}.har", file, "application/json")}
        return _read(self._client.post(action, data=fields, files=files, headers={"Origin": self._address}))

    def read(self, path: str) -> Any:
        """Return the JSON at `path`. Raises `MissingElementError` when there is none."""
        answer = self._client.get(path)
        if answer.status_code != 200:
            raise MissingElementError(f"{path} ({answer.status_code}) is no JSON")
        return answer.json()

    def follow(self, path: str, *, seconds: float) -> Generator[Any, None, None]:
        """Yield the JSON of each message of the event stream at `path`, until it ends or so many seconds are over.

        With 0 seconds it is the first one, which says how things stand, and comes as surely as any other answer. Raises
        `MissingElementError` when there is no stream.
        """
        import httpx2

        ends, is_told = time.monotonic() + seconds, False
        patience = httpx2.Timeout(_SECONDS, read=seconds if seconds > 0 else _SECONDS)
        try:
            with self._client.stream("GET", path, timeout=patience) as answer:
                if answer.status_code != 200:
                    raise MissingElementError(f"{path} ({answer.status_code}) is no stream")
                for line in answer.iter_lines():
                    if line.startswith(_DATA):
                        yield json.loads(line.removeprefix(_DATA))
                        is_told = True
                    if is_told and time.monotonic() >= ends:
                        return
        except httpx2.ReadTimeout:
            return

    def begin(self, name: str, password: str) -> Page:
        """Type name and password into the login page and return what follows, as it stands."""
        form = self.open("/").require(".xyzform-username")
        return self.submit(form, username=name, password=password)

    def log_in(self, name: str, password: str) -> Page:
        """Type name and password into the login page and return what follows; of a second factor, its challenge."""
        return self.show_challenge(self.begin(name, password))

    def step_up(self, page: Page) -> Page:
        """Press *Sign in with your phone* and return the challenge."""
        return self.show_challenge(self.submit(page.form_to("/portal/activation/sign-in")))

    def show_challenge(self, page: Page) -> Page:
        """Return the page with the challenge, where another way of answering is shown first; else the same page."""
        link = page.find(".xyz-showchallenge")
        return page if link is None else self.open(link.attributes["href"])

    def answer(self, page: Page, response: str) -> Page:
        """Type the response on the page that shows a challenge."""
        return self.submit(page.require(".xyzform-gold"), **{"gold-response": response})

    def sign_out(self, page: Page) -> Page:
        """Use the page's own button."""
        return self.submit(page.form_to("/portal/sign-out"))


def _fields_of(form: Element) -> dict[str, str]:
    """Return what a form sends as it stands; of radio buttons, which share a name, one must be typed."""
    return {
        element.attributes["name"]: element.attributes.get("value", "")
        for element in form.walk()
        if element.tag == "input" and "name" in element.attributes and element.attributes.get("type") != "checkbox"
    }


def parse_page(text: str, *, status: int, path: str) -> Page:
    """Return the elements of an HTML text."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return Page(status=status, path=path, root=reader.root)


def _read(response: "httpx2.Response") -> Page:
    return parse_page(response.text, status=response.status_code, path=urlsplit(str(response.url)).path)


class _Reader(HTMLParser):
    """Builds the tree of elements."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element(tag="", attributes={})
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag=tag, attributes={name: value or "" for name, value in attrs})
        self._open[-1].children.append(element)
        if tag not in _EMPTY:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open[-1].children.append(Element(tag=tag, attributes={name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        for place in range(len(self._open) - 1, 0, -1):
            if self._open[place].tag == tag:
                del self._open[place:]
                return

    def handle_data(self, data: str) -> None:
        self._open[-1].children.append(data)
