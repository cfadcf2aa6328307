"""P6: logins a second of users whose virtual phones approve by themselves, beside the pure Argon2id rate.

Run: python benchmarks/fleet.py [--phones N] [--server gunicorn|waitress]

A login is all of it, over HTTP: the password, the page that waits, the stream that says that the phone approved, the
continuation and the page behind it. Meanwhile the phone, inside the portal's lab, hears of its request, opens a device
session, reads what it is asked, and signs: the very code of `authkey`, through the portal's own device API. The
baseline is the Argon2id of the password and nothing else, in as many processes as there are cores. Both are measured in
turn. Every login has to succeed. The last line is the ratio.
"""

import argparse
import http.client
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from crowd import make_crowd
from harness import (
    LEAST_ROUNDS,
    Connection,
    Load,
    portal,
    serving,
)
from password_login import CORES, measure, report
from second_factor import _COOKIE, SERVERS, take_form

CONNECTIONS = 4
_LONGEST_S = 600


def make_login(port: int, share: list[object]) -> Callable[[], None]:
    """Return one login; `share` holds pairs of name and password, who take turns."""
    connection = Connection(port)
    csrf, form_cookie, mark = take_form(connection)
    users = list(share)

    def log_in() -> None:
        name, password = cast("tuple[str, str]", users[0])
        users.append(users.pop(0))
        typed = b"csrf_token=%b&username=%b&password=%b" % (csrf, name.encode(), password.encode())
        status, head, _ = connection.post(b"/sso/Login", typed, form_cookie)
        login = next((found[3] for found in _COOKIE.finditer(head) if found[2] == b"l"), None)
        assert status == 303, status
        assert login, head
        cookie = form_cookie + b"; authsim_l_" + mark + b"=" + login
        connection.get(b"/sso/SecondFactor", cookie)
        assert b'"approved"' in listen(port, cookie), name
        status, head, _ = connection.post(b"/sso/SecondFactor/continue", b"csrf_token=" + csrf, cookie)
        assert status == 302, status
        assert b"/sso/Dispatcher" in head, head

    return log_in


def listen(port: int, cookie: bytes) -> bytes:
    """Return the stream of how a login stands, which ends when nothing can follow."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("GET", "/sso/SecondFactor/events", headers={"Cookie": cookie.decode()})
        return connection.getresponse().read()
    finally:
        connection.close()


def ask_lab(port: int, token: str, path: str, members: dict[str, Any]) -> Any:
    """Send one request to the lab, and return what it says."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_LONGEST_S)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    try:
        connection.request("POST", f"/api/lab/v1/{path}", json.dumps(members), headers)
        answer = connection.getresponse()
        told = answer.read()
        assert answer.status < 300, told
        return json.loads(told)
    finally:
        connection.close()


def make_fleet(port: int, token: str, count: int) -> list[object]:
    """Make so many users with phones that approve; return their names and passwords."""
    users = ask_lab(port, token, "users", {"count": count})["users"]
    phones = ask_lab(port, token, "phones", {"count": count, "policy": "approve"})["phones"]
    begun = time.perf_counter()
    pairs = {"phones": [phone["id"] for phone in phones], "users": [user["name"] for user in users]}
    ask_lab(port, token, "phones/activate", pairs)
    print(f"{count} phones activated, one after the other: {(time.perf_counter() - begun) * 1000 / count:.1f} ms each")
    return [(user["name"], user["password"]) for user in users]


def main() -> None:
    """Measure, and print the ratio last."""
    parser = argparse.ArgumentParser(description="Logins a second by virtual phones, beside the pure Argon2id rate.")
    parser.add_argument("--phones", type=int, default=1_000, help="at most 1000")
    parser.add_argument("--rounds", type=int, default=LEAST_ROUNDS, help="at least 5")
    parser.add_argument("--server", choices=list(SERVERS), default="waitress")
    parser.add_argument("--seconds", type=float, default=5.0, help="the length of one case in one round")
    chosen = parser.parse_args()
    rounds = max(LEAST_ROUNDS, chosen.rounds)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "portal"
        make_crowd(folder, users=1)
        with serving(portal(folder, "--lab", *SERVERS[chosen.server])) as ours:
            fleet = make_fleet(ours.port, (folder / "lab.token").read_text().strip(), chosen.phones)
            load = Load(chosen.seconds, 1, CONNECTIONS)
            logins, argon2 = measure(ours, make_login, list(fleet), load=load, rounds=rounds)
    print(f"server: {chosen.server}, {CONNECTIONS} browsers, {CORES} cores, {rounds} rounds of {chosen.seconds:g} s")
    report("virtual phones", logins, argon2, goal="no goal")


if __name__ == "__main__":
    main()
