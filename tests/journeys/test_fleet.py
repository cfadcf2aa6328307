"""A fleet of virtual phones at a served portal: a thousand log in at once by what their phones do by themselves."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from authsim.ends.children import PortalChild
from authsim.testing.client import Lab
from tests.support.fleet import log_in_all

FLEET = 1_000
CLIENTS = 8
#: So many phones are activated by one request: on a busy machine, more would take longer than a client waits.
AT_A_TIME = 25


@dataclass(frozen=True, slots=True)
class Fleet:
    """Users of one password at a portal, each with a phone of its own."""

    address: str
    lab: Lab
    names: Sequence[str]
    phones: Sequence[str]
    password: str

    def logs_in(self) -> int:
        """Log all in; return how many did."""
        return len(log_in_all(self.address, self.names, self.password, hands=CLIENTS))


@contextmanager
def _served(folder: Path, count: int, *options: str) -> Iterator[Fleet]:
    with PortalChild(folder, "--lab", "--port", "0", *options) as child:
        address = child.wait_until_ready()
        with Lab.open(address, folder / "lab.token") as lab:
            users = lab.call("POST", "users", {"count": count})["users"]
            phones = lab.call("POST", "phones", {"count": count, "policy": "approve"})["phones"]
            names, ids = [user["name"] for user in users], [phone["id"] for phone in phones]

            def activate(first: int) -> int:
                some = slice(first, first + AT_A_TIME)
                members = {"phones": ids[some], "users": names[some]}
                return len(lab.call("POST", "phones/activate", members)["activated"])

            with ThreadPoolExecutor(CLIENTS) as pool:
                assert sum(pool.map(activate, range(0, count, AT_A_TIME))) == count
            yield Fleet(address, lab, names, ids, users[0]["password"])


def test_a_thousand_phones_log_in_without_an_error(tmp_path: Path) -> None:
    """A thousand users with virtual phones log in over real HTTP by notification, and not one fails."""
    with _served(tmp_path / "portal", FLEET) as fleet:
        assert fleet.logs_in() == FLEET

        assert [entry for entry in fleet.lab.list_events() if entry["why"] not in {None, "busy"}] == []
        described = fleet.lab.call("GET", "phones")["phones"]
        assert {tuple(phone["users"]) for phone in described} == {(name,) for name in fleet.names}


def test_phones_answer_whatever_worker_asks(tmp_path: Path) -> None:
    """With several workers each request is answered once, by the worker that sent it, and nobody counts wrong."""
    with _served(tmp_path / "portal", 24, "--workers", "2") as fleet:
        for _ in range(2):
            assert fleet.logs_in() == 24

        told = fleet.lab.list_events(end="phone")
        deeds = [entry["what"] for entry in told if entry["what"].startswith("phone:")]
        assert (deeds.count("phone:approved"), deeds.count("phone:refused")) == (48, 0)
