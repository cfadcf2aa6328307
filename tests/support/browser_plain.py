"""A browser without script: cookies, forms and links over `http.client`, and a tree of elements to look at.

It knows no page of ours. What it can be asked is what a selector could ask: ids, names, classes, places in the tree.
"""

import http.client
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from types import MappingProxyType
from urllib.parse import urlencode, urljoin, urlsplit

from tests.support.child import LONGEST_S

_VOID = frozenset({"br", "circle", "hr", "img", "input", "link", "meta", "path", "rect"})
_MOST_REDIRECTS = 5


@dataclass(slots=True, eq=False)
class Element:
    """One element; its text is that of everything inside it."""

    tag: str
    attributes: dict[str, str]
    parent: "Element | None"
    children: "list[Element | str]" = field(default_factory=list)

    @property
    def classes(self) -> frozenset[str]:
        return frozenset(self.attributes.get("class", "").split())

    @property
    def elements(self) -> "list[Element]":
        """The children that are elements."""
        return [child for child in self.children if isinstance(child, Element)]

    @property
    def text(self) -> str:
        """All text inside, blanks at both ends removed."""
        return "".join(child if isinstance(child, str) else child.text for child in self.children).strip()

    def walk(self) -> "Iterator[Element]":
        """Everything inside, in the order of the document."""
        for child in self.elements:
            yield child
            yield from child.walk()

    def within(self, cls: str) -> bool:
        """Say whether an element of this class surrounds it."""
        return self.parent is not None and (cls in self.parent.classes or self.parent.within(cls))


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("", {}, None)
        self._open = self.root

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs}, self._open)
        self._open.children.append(element)
        if tag not in _VOID:
            self._open = element

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open.children.append(Element(tag, {name: value or "" for name, value in attrs}, self._open))

    def handle_endtag(self, tag: str) -> None:
        place: Element | None = self._open
        while place is not None and place.tag != tag:
            place = place.parent
        if place is not None and place.parent is not None:
            self._open = place.parent

    def handle_data(self, data: str) -> None:
        self._open.children.append(data)


@dataclass(slots=True, kw_only=True)
class Page:
    """One answer. `url` is where it was found."""

    url: str
    status: int
    headers: Mapping[str, str]
    text: str
    _root: Element | None = None

    @property
    def path(self) -> str:
        return urlsplit(self.url).path

    @property
    def root(self) -> Element:
        """The tree of an HTML page."""
        if self._root is None:
            reader = _Reader()
            reader.feed(self.text)
            self._root = reader.root
        return self._root

    def all(self, *, cls: str = "", tag: str = "", **attributes: str) -> list[Element]:
        """Every element of that class, tag and attributes, in the order of the document."""
        return [
            element
            for element in self.root.walk()
            if (not cls or cls in element.classes)
            and (not tag or element.tag == tag)
            and all(element.attributes.get(name) == value for name, value in attributes.items())
        ]

    def one(self, *, cls: str = "", tag: str = "", **attributes: str) -> Element:
        """The first such element; a page without one is a failure."""
        found = self.all(cls=cls, tag=tag, **attributes)
        assert found, f"no {tag or 'element'} {cls} {attributes} in {self.path}: {self.text}"
        return found[0]

    @property
    def error(self) -> str:
        """What the page says went wrong, or nothing."""
        found = self.all(cls="xyz-errormessage")
        return found[0].text if found else ""

    @property
    def challenge_link(self) -> str | None:
        """Where the challenge is, when this page shows something else first."""
        found = self.all(tag="a", cls="xyz-showchallenge")
        return urljoin(self.url, found[0].attributes["href"]) if found else None

    @property
    def challenge(self) -> str:
        """The challenge, read as login programs read it."""
        return self.one(cls="xyz-goldchallenge").text

    @property
    def has_succeeded(self) -> bool:
        """What login programs take for a success."""
        found = self.all(tag="pre")
        return bool(found) and "Client login succeeds" in found[0].text


@dataclass(slots=True)
class Visitor:
    """One browser at one address. `headers` go with every request.

    A patient one stays where a notification is announced; any other follows the link to the challenge, as programs do.
    """

    address: str
    headers: dict[str, str] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)
    page: Page | None = None
    is_patient: bool = False

    def request(self, method: str, url: str, body: str | None = None, **headers: str) -> Page:
        """Ask once, follow nothing; `url` may be relative to the page of before."""
        full = urljoin(self.page.url if self.page else self.address, url)
        parts = urlsplit(full)
        assert full.startswith(self.address), f"this would leave the portal: {full}"
        sent = {name.replace("_", "-"): value for name, value in (self.headers | headers).items()}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if body is not None:
            sent.setdefault("Content-Type", "application/x-www-form-urlencoded")
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=LONGEST_S)
        try:
            connection.request(method, parts.path + (f"?{parts.query}" if parts.query else ""), body, sent)
            answer = connection.getresponse()
            text = answer.read().decode()
        finally:
            connection.close()
        for line in answer.headers.get_all("Set-Cookie", []):
            self._keep(line)
        return Page(url=full, status=answer.status, headers=dict(answer.headers), text=text)

    def get(self, url: str) -> Page:
        """Open a page, follow where it leads, and stay there."""
        return self._arrive(self.request("GET", url))

    def post(self, url: str, fields: Mapping[str, str], **headers: str) -> Page:
        """Send a form and follow where it leads."""
        return self._arrive(self.request("POST", url, urlencode(fields), **headers))

    def send(self, form: Element, typed: Mapping[str, str] = MappingProxyType({})) -> Page:
        """Send a form of the page: its hidden fields, and what was typed into the others."""
        action, fields = fill(form, typed)
        page = self.post(action, fields)
        link = page.challenge_link
        return page if link is None or self.is_patient else self.get(link)

    def press(self, action: str) -> Page:
        """Press the button of the form whose address ends so."""
        assert self.page is not None
        return self.send(next(form for form in self.page.all(tag="form") if form.attributes["action"].endswith(action)))

    def types_password(self, name: str, password: str, *, paper: bool = False) -> Page:
        """The first factor, from the start page on."""
        page = self.get("/")
        typed = {"username": name, "password": password} | ({"paperSwitch": "on"} if paper else {})
        return self.send(page.one(cls="xyzform-username"), typed)

    def types_response(self, response: str) -> Page:
        """The second factor, on the page that shows the challenge."""
        assert self.page is not None
        return self.send(self.page.one(cls="xyzform-gold"), {"gold-response": response})

    def signs_out(self) -> Page:
        """Press *Sign out*."""
        return self.press("/portal/sign-out")

    def cookie(self, kind: str) -> str:
        """The value of our cookie of this kind, or nothing."""
        return next((value for name, value in self.cookies.items() if f"authsim_{kind}_" in name), "")

    def _arrive(self, page: Page) -> Page:
        for _ in range(_MOST_REDIRECTS):
            self.page = page
            if page.status not in (301, 302, 303, 307, 308):
                return page
            assert page.headers["Location"].startswith("/"), "redirects are relative, or the other name would be lost"
            page = self.request("GET", page.headers["Location"])
        raise AssertionError(f"redirected in circles, last to {page.url}")

    def _keep(self, line: str) -> None:
        pair, _, rest = line.partition(";")
        name, _, value = pair.partition("=")
        if re.search(r"max-age=0\b", rest, re.IGNORECASE) or not value:
            self.cookies.pop(name.strip(), None)
        else:
            self.cookies[name.strip()] = value.strip()


def fill(form: Element, typed: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """Where a form goes and what it carries; a field that it does not have cannot be typed into."""
    fields: dict[str, str] = {}
    names = set()
    for element in form.walk():
        name = element.attributes.get("name", "")
        if element.tag not in ("input", "select") or not name:
            continue
        names.add(name)
        is_box = element.attributes.get("type") in ("checkbox", "radio")
        if element.tag == "input" and (not is_box or "checked" in element.attributes):
            fields[name] = element.attributes.get("value", "on" if is_box else "")
    assert set(typed) <= names, f"the form has {names}"
    return form.attributes["action"], fields | dict(typed)
