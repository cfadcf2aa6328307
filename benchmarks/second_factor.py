"""P2: second-factor requests a second, beside a Flask application that only answers JSON.

Run: python benchmarks/second_factor.py [--server gunicorn|waitress]

One transaction is three requests, as a browser makes them: *Sign in with your phone* (a challenge is issued), the page
that shows it, and the response. Everything is on: CSRF, session, single use, counted tries, lock-out, audit chain, and
every change is on disk before it is answered. Both servers are of the same kind, driven in turn by the same clients on
the same cores. The last line is the ratio of requests a second.
"""

import argparse
import re
import statistics
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import cast

from crowd import Member, make_crowd
from harness import (
    LEAST_ROUNDS,
    Connection,
    Drivers,
    Load,
    Result,
    bare,
    describe,
    percentile,
    portal,
    ratio_of,
    rounds_of,
    serving,
)

from authsim.protocol.codes import Purpose, compute_challenge_response
from authsim.protocol.suite import CLASSIC6
from authsim.secret import Secret

REQUESTS = 3
GOAL = 0.30
SERVERS = {"gunicorn": ("--workers", "2"), "waitress": ()}
_CHALLENGE = re.compile(rb'xyz-goldchallenge"[^>]*>([0-9]{6})<')
_CSRF = re.compile(rb'name="csrf_token" value="([^"]+)"')
_COOKIE = re.compile(rb"set-cookie: *(authsim_([a-z])_[0-9a-f]{8})=([^;]+)", re.IGNORECASE)


def take_form(connection: Connection) -> tuple[bytes, bytes, bytes]:
    """Open the login page once: return the CSRF token, the cookie that it goes with, and the portal's mark in names."""
    _, head, body = connection.get(b"/sso/Login")
    csrf, cookie = _CSRF.search(body), _COOKIE.search(head)
    assert csrf
    assert cookie
    return csrf[1], cookie[1] + b"=" + cookie[3], cookie[1].rpartition(b"_")[2]


def make_answer(port: int, share: list[object]) -> Callable[[], None]:  # noqa: ARG001 - as every other work
    """Return one request for JSON."""
    connection = Connection(port)

    def answer() -> None:
        status, _, _ = connection.get(b"/")
        assert status == 200

    return answer


def make_transaction(port: int, share: list[object]) -> Callable[[], None]:
    """Return one transaction; `share` holds pairs of a limited session's token and its phone's seed."""
    connection = Connection(port)
    csrf, form_cookie, mark = take_form(connection)
    pairs = iter(cast("list[tuple[bytes, bytes]]", share))

    def transact() -> None:
        token, seed = next(pairs)
        cookie = form_cookie + b"; authsim_s_" + mark + b"=" + token
        status, head, _ = connection.post(b"/portal/activation/sign-in", b"csrf_token=" + csrf, cookie)
        login = next((found[3] for found in _COOKIE.finditer(head) if found[2] == b"l"), None)
        assert status == 303, status
        assert login, head
        cookie += b"; authsim_l_" + mark + b"=" + login
        _, _, page = connection.get(b"/sso/SecondFactor?with=challenge", cookie)
        shown = _CHALLENGE.search(page)
        assert shown, page
        response = compute_challenge_response(
            CLASSIC6, Secret(seed), challenge=shown[1].decode(), purpose=Purpose.LOG_IN
        )
        body = b"csrf_token=" + csrf + b"&gold-response=" + response.encode()
        status, head, _ = connection.post(b"/sso/SecondFactor", body, cookie)
        assert status == 302, status
        assert b"/sso/Dispatcher" in head, head

    return transact


class Sessions:
    """Limited sessions, handed out once each."""

    def __init__(self, members: list[Member]) -> None:
        rows = zip(*([(token, member.seed) for token in member.tokens] for member in members), strict=True)
        self._rest = [pair for row in rows for pair in row]

    def take(self, count: int) -> list[object]:
        """The next `count` of them, of different users as far as there are."""
        taken, self._rest = self._rest[:count], self._rest[count:]
        assert len(taken) == count, "the crowd is too small for so many rounds"
        return list(taken)


def main() -> None:
    """Measure, and print the ratio last."""
    parser = argparse.ArgumentParser(description="Second-factor requests a second, beside a bare Flask application.")
    parser.add_argument("--rounds", type=int, default=LEAST_ROUNDS, help="at least 5")
    parser.add_argument("--server", choices=list(SERVERS), default="gunicorn")
    parser.add_argument("--seconds", type=float, default=2.0, help="the length of one case in one round")
    chosen = parser.parse_args()
    rounds, each = max(LEAST_ROUNDS, chosen.rounds), int(chosen.seconds * 1000)
    options = SERVERS[chosen.server]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "portal"
        # A user has at most five sessions; each transaction replaces a limited one by a full one.
        sessions = Sessions(make_crowd(folder, users=each * (rounds + 1) // 4 + 1, sessions=4))
        drivers = Drivers(Load(seconds=chosen.seconds))
        with serving(portal(folder, *options)) as ours, serving(bare(*options)) as other:

            def transact() -> Result:
                return drivers.drive(ours, make_transaction, sessions.take(each))

            found = rounds_of(
                rounds, {"transactions": transact, "bare JSON": lambda: drivers.drive(other, make_answer)}
            )
        drivers.close()
    ours_found, bare_found = found["transactions"], found["bare JSON"]
    print(f"server: {chosen.server}, 8 connections, {rounds} rounds of {chosen.seconds:g} s")
    print(f"bare JSON      {describe([one.rate for one in bare_found], 'req/s')}")
    print(f"transactions   {describe([one.rate for one in ours_found], 'tx/s ')}")
    print(f"requests       {describe([one.rate * REQUESTS for one in ours_found], 'req/s')}")
    latencies = [seconds * 1000 for one in ours_found for seconds in one.latencies]
    print(
        f"transaction    p50 {percentile(latencies, 0.5):.1f} ms  p99 {percentile(latencies, 0.99):.1f} ms  "
        f"server CPU {statistics.median(one.cpu_ms for one in ours_found):.2f} ms"
    )
    cpu = ratio_of([one.cpu_ms for one in bare_found], [one.cpu_ms / REQUESTS for one in ours_found])
    print(f"by the server's CPU time for a request: {cpu:.2f}")
    ratio = ratio_of([one.rate * REQUESTS for one in ours_found], [one.rate for one in bare_found])
    print(f"requests a second, portal / bare; goal >= {GOAL:.2f}")
    print(f"{ratio:.2f}")


if __name__ == "__main__":
    main()
