"""A crowd of browsers whose phones approve by themselves: each logs in over real HTTP, as cheaply as a client can.

One kept-open connection for each hand, which has opened the form once. A login is the password, the question how it
stands (a stream, as the page that waits asks it), the continuation, and the page behind it.
"""

import http.client
import re
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

_CSRF = re.compile(r'name="csrf_token" value="([^"]+)"')
_COOKIE = re.compile(r"(authsim_[a-z]_[0-9a-f]{8})=([^;]*)")
_LONGEST_S = 60.0
_BUSY_S = 1.0
_MOST_BUSY = 60


@dataclass(slots=True)
class Visitor:
    """One browser after another on one connection; `cookies` are those of the present one."""

    address: str
    cookies: dict[str, str] = field(default_factory=dict)
    fresh: dict[str, str] = field(default_factory=dict)
    token: str = ""
    connection: http.client.HTTPConnection | None = None

    def ask(self, method: str, path: str, body: str | None = None) -> tuple[int, str, str]:
        """Send one request; return status, where it leads, and the page."""
        if self.connection is None:
            parts = urlsplit(self.address)
            self.connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=_LONGEST_S)
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.connection.request(method, path, body, headers if self.cookies or body else {})
        answer = self.connection.getresponse()
        page = answer.read().decode()
        for line in answer.headers.get_all("Set-Cookie") or []:
            kept = _COOKIE.match(line)
            if kept is not None:
                self.cookies[kept[1]] = kept[2]
        return answer.status, answer.headers.get("Location", ""), page

    def close(self) -> None:
        """Hang up."""
        if self.connection is not None:
            self.connection.close()

    def logs_in(self, name: str, password: str) -> None:
        """Log in with a password and whatever the phone does by itself; fail when that is no approval in time."""
        if not self.token:
            self.token = self._read_token("/sso/Login")
            self.fresh = dict(self.cookies)
        self.cookies = dict(self.fresh)  # as a browser that has opened the form, and nothing else
        typed = f"csrf_token={self.token}&username={name}&password={quote(password)}"
        status, place, page = self.ask("POST", "/sso/Login", typed)
        for _ in range(_MOST_BUSY):
            if status != 503:
                break
            time.sleep(_BUSY_S)  # a busy portal asks for patience: its processors have too much to hash
            status, place, page = self.ask("POST", "/sso/Login", typed)
        assert (status, place) == (303, "/sso/SecondFactor"), (name, status, place, page[:500])
        _, _, told = self.ask("GET", "/sso/SecondFactor/events")  # a stream, which ends when nothing can follow
        assert '"approved"' in told, (name, told)
        status, place, _ = self.ask("POST", "/sso/SecondFactor/continue", f"csrf_token={self.token}")
        assert (status, place) == (302, "/sso/Dispatcher"), (name, status, place)
        _, _, page = self.ask("GET", place)
        assert "Client login succeeds" in page, name

    def _read_token(self, path: str) -> str:
        status, _, page = self.ask("GET", path)
        found = _CSRF.search(page)
        assert found, (path, status, page[:500])
        return quote(found[1])


def log_in_all(address: str, names: Sequence[str], password: str, *, hands: int = 8) -> list[float]:
    """Log all of them in, with so many browsers at a time; return how long each login took, in seconds."""

    def work(share: Sequence[str]) -> list[float]:
        taken = []
        with closing(Visitor(address)) as visitor:
            for name in share:
                begun = time.monotonic()
                visitor.logs_in(name, password)
                taken.append(time.monotonic() - begun)
        return taken

    with ThreadPoolExecutor(hands) as pool:
        return [seconds for one in pool.map(work, [names[hand::hands] for hand in range(hands)]) for seconds in one]
