"""A flood for everybody at once: 64 phones listen at two workers, and nothing that is sent to them gets lost.

Logins begin through the ceremonies in a process beside the server, as a third worker would: with a password each,
hashed by Argon2id, a thousand of them would measure the hashing.
"""

import random
import threading
from contextlib import ExitStack, closing
from pathlib import Path

from authsim.protocol.push import parse_request
from authsim.verifier import Verifier
from tests.support.device_line import API, OnlinePhone, begins_login, enrols, wire_to
from tests.support.listener import Listener
from tests.support.portal import make_portal
from web.wiring import open_portal

PHONES = 64
PUSHES = 1_000
BURST = 100
NAMES = [f"user-{number}" for number in range(PHONES)]


def test_a_thousand_requests_to_64_phones(tmp_path: Path) -> None:
    """None is lost, none comes twice, each phone hears its own in order; half of the phones lose their line once."""
    drawn = random.Random(1_000)
    portal = make_portal(tmp_path / "portal")
    portal.adds(*NAMES)
    portal.serve("--workers", "2")
    with ExitStack() as stack:
        beside = stack.enter_context(closing(open_portal(portal.settings)))
        stack.callback(portal.stop)
        phones = {name: phone_of(beside.verifier, name, portal.address) for name in NAMES}
        ears = {name: stack.enter_context(listens(portal.address, phones[name])) for name in NAMES}
        sent: dict[str, list[str]] = {name: [] for name in NAMES}
        heard: dict[str, list[str]] = {name: [] for name in NAMES}
        for burst in range(PUSHES // BURST):
            begin_all(beside.verifier, drawn.choices(NAMES, k=BURST), sent)
            if burst == PUSHES // BURST // 2:
                for name in NAMES[: PHONES // 2]:
                    ears[name].hangs_up()
                    heard[name] += ids(ears[name])
                    last = ears[name].heard[-1].sequence if ears[name].heard else 0
                    ears[name] = stack.enter_context(listens(portal.address, phones[name], after=last))
        for name in NAMES:
            ears[name].waits_for(len(sent[name]) - len(heard[name]))
        portal.stop()
        for name in NAMES:
            ears[name].waits_for_the_end()
            assert heard[name] + ids(ears[name]) == sent[name], name
    assert sum(map(len, sent.values())) == PUSHES


def phone_of(verifier: Verifier, name: str, address: str) -> OnlinePhone:
    """Activate a phone for a user, and open its session."""
    user = verifier.store.users.find(name)
    assert user is not None
    online = enrols(verifier, user.user_id, f"{name}'s phone")
    online.opens_session(wire_to(address))
    return online


def listens(address: str, phone: OnlinePhone, *, after: int | None = None) -> Listener:
    """Open a phone's stream, or resume it."""
    resumed = {} if after is None else {"Last-Event-ID": str(after)}
    return Listener(address, f"{API}/events", phone.bearer | resumed)


def begin_all(verifier: Verifier, names: list[str], sent: dict[str, list[str]]) -> None:
    """Begin a login for each name, two at a time; those of one user follow each other."""
    shares = [[name for name in names if NAMES.index(name) % 2 == half] for half in range(2)]

    def begin(share: list[str]) -> None:
        for name in share:
            sent[name].append(begins_login(verifier, name).request_id)

    running = [threading.Thread(target=begin, args=(share,)) for share in shares]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()


def ids(ear: Listener) -> list[str]:
    """The ids of the requests that were heard."""
    return [parse_request(one.data.encode()).request_id for one in ear.heard if one.event == "request"]
