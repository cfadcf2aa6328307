"""E6, no relay: while people activate phones and log in, the portal reaches out to nobody."""

import sys
from pathlib import Path

from tests.support.child import wait_until
from tests.support.phone import make_phone
from tests.support.portal import LivePortal, make_portal, password_of
from tests.support.tree import ROOT

WATCHER = str(ROOT / "tests" / "support" / "portal_watched.py")


def test_the_portal_reaches_out_to_nobody(tmp_path: Path) -> None:
    """A whole journey through a portal whose every outbound attempt would be noted leaves no note."""
    notes = tmp_path / "notes"
    portal = make_portal(tmp_path / "portal")
    portal.serve(command=[sys.executable, "-P", WATCHER, str(notes)])
    try:
        foreign = walk_through(portal, tmp_path)
    finally:
        portal.stop()

    # What waitress asks of this machine about itself: a literal of its defaults, and the address of its own socket.
    about_itself = {
        "socket.getaddrinfo ('0.0.0.0', '8080', 0, 1, 6)",
        f"socket.getnameinfo (('127.0.0.1', {portal.port}),)",
    }
    lines = notes.read_text().splitlines()
    assert lines[0] == "watching"
    assert set(lines[1:]) <= about_itself
    assert foreign == []


def test_the_watch_sees_what_it_is_there_for(tmp_path: Path) -> None:
    """The same watch notes a name that is asked for and a connection that is tried: it is not blind."""
    notes = tmp_path / "notes"
    fake = tmp_path / "web"
    fake.mkdir()
    (fake / "__init__.py").write_text("")
    (fake / "__main__.py").write_text(
        "import socket\nsocket.getaddrinfo('localhost', 80)\n"
        "try:\n    socket.create_connection(('127.0.0.1', 1), 1)\nexcept OSError:\n    pass\n"
    )
    portal = LivePortal(folder=tmp_path, environment={"PYTHONPATH": str(tmp_path)})

    try:
        portal.serve(command=[sys.executable, "-P", WATCHER, str(notes)])
    except AssertionError:
        portal.child = None  # this one never gets ready

    seen = notes.read_text()
    assert "socket.getaddrinfo ('localhost'" in seen
    assert "socket.connect" in seen


def walk_through(portal: LivePortal, folder: Path) -> list[str]:
    """Activate, log in, fail, look at every page, sign out; return sockets that are not visitors of ours."""
    foreign: list[str] = []
    uri = portal.adds("alice", activation=True)["alice"]["activation"]
    phone = make_phone(folder / "phone")
    phone.activates(uri)
    browser = portal.visitor()
    for name in ("alice", "nobody-known"):
        browser.types_password(name, "not-the-password")
    challenge = browser.types_password("alice", password_of("alice")).challenge
    assert browser.types_response(phone.responds(challenge)).has_succeeded
    for page in ("/portal/activity", "/portal/sessions", "/help/phishing", "/healthz", "/readyz", "/no-such-page"):
        browser.get(page)
        foreign += outbound_sockets_of(portal)
    browser.get("/sso/Dispatcher")
    browser.signs_out()
    wait_until(lambda: not outbound_sockets_of(portal))
    return foreign


def outbound_sockets_of(portal: LivePortal) -> list[str]:
    """The network sockets of the serving process, in the kernel's own words, but those at the portal's own port."""
    assert portal.child is not None
    process = Path("/proc") / str(portal.child.pid)
    inodes = set()
    for link in (process / "fd").iterdir():
        try:
            target = str(link.readlink())
        except OSError:  # closed meanwhile
            continue
        if target.startswith("socket:["):
            inodes.add(target.removeprefix("socket:[").removesuffix("]"))
    found = []
    for table in ("tcp", "tcp6", "udp", "udp6"):
        for line in (process / "net" / table).read_text().splitlines()[1:]:
            fields = line.split()
            local_port = int(fields[1].rpartition(":")[2], 16)
            if fields[9] in inodes and local_port != portal.port:
                found.append(f"{table} {fields[1]} {fields[2]} {fields[3]}")
    return found
