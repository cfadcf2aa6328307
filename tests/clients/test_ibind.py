"""ibind asks the gateway for the session: before a login, after it, beside a rival, and after a logout."""

import json
import re
import ssl
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

from authsim.ends.browser import Browser
from tests.clients.customers import Customer, PhoneOwner, adds_over_https
from tests.clients.programs import require_client
from tests.support.child import LONGEST_S, clean_environment, run
from tests.support.pages import blocks_of
from tests.support.portal import LivePortal, make_portal
from tests.support.tree import ROOT

_CALLS = Path(__file__).with_name("ibind_calls.py")
_NEED_A_LOGIN = ("tickle", "authentication_status", "initialize_brokerage_session", "reauthenticate", "validate")
_STANDING = ("authenticated", "connected", "competing")
_PAGE = ROOT / "docs" / "clients" / "ibind.md"
#: What a fault does to `check_health`, and to how the session stands or the status that is raised.
TROUBLES = (
    ("brokerage_down", False, (False, False, False)),
    ("brokerage_never", False, (False, True, False)),
    ("competing_session", False, (False, True, True)),
    ("competing_authenticated", False, (True, True, True)),
    ("no_bridge", True, None),  # ibind raises advice of its own, without a status
    ("session_lost", False, 401),
    ("http_503", False, 503),
    ("http_500", False, 500),
)
_HEALED = frozenset({"brokerage_down", "competing_session", "competing_authenticated", "no_bridge"})


class Ibind:
    """One client of ibind's, in a process of its own Python."""

    def __init__(self, child: "subprocess.Popen[str]") -> None:
        self._child = child

    def does(self, call: str, **given: object) -> dict[str, Any]:
        """Call a method of the client, and return how it went."""
        self.tells({"call": call, "given": given})
        assert self._child.stdout is not None
        line = self._child.stdout.readline()
        assert line, self._child.stderr and self._child.stderr.read()
        return dict(json.loads(line))

    def reads(self, call: str, **given: object) -> Any:
        """Call a method that has to succeed, and return what it returned."""
        said = self.does(call, **given)
        assert "returned" in said, said
        return said["returned"]

    def stands(self) -> tuple[bool, ...]:
        """Whether the session is authenticated, connected and competing."""
        status = self.reads("authentication_status")
        return tuple(status[name] for name in _STANDING)

    def tells(self, line: object) -> None:
        """Write one line."""
        assert self._child.stdin is not None
        self._child.stdin.write(json.dumps(line) + "\n")
        self._child.stdin.flush()


@contextmanager
def running_ibind(folder: Path, **options: object) -> Iterator[Ibind]:
    """A client made with these options, as a script of ibind's users makes it."""
    folder.mkdir(exist_ok=True)
    child = subprocess.Popen(
        [str(require_client("ibind")), "-P", str(_CALLS)],
        env=clean_environment(folder / "ibind"),
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        ibind = Ibind(child)
        ibind.tells(options)
        yield ibind
        child.communicate(timeout=LONGEST_S)
    finally:
        child.kill()
        child.communicate()


@pytest.fixture
def opens_ibind(tmp_path: Path) -> Callable[..., Any]:
    """`opens_ibind(portal)` is a client that is told nothing but the gateway's address."""
    require_client("ibind")

    def opens(portal: LivePortal) -> Any:
        return running_ibind(tmp_path / "script", url=f"{portal.address}/v1/api/", cacert=False)

    return opens


def logs_in(customer: Customer) -> None:
    """Let somebody log in at the gateway's page with password and phone."""
    visitor = customer.portal.visitor()
    page = visitor.types_password(customer.name, customer.password)
    assert visitor.types_response(customer.phone.responds(page.challenge)).has_succeeded


def test_before_a_login(opens_ibind: Callable[..., Any], customer: Callable[..., Customer]) -> None:
    """Nothing is healthy, and each call says that there is no session, but for logout, which has nothing to do."""
    ivo = customer("ivo")

    with opens_ibind(ivo.portal) as ibind:
        assert ibind.reads("check_health") is False
        assert ibind.reads("check_auth_status") is False
        for call in _NEED_A_LOGIN:
            said = ibind.does(call)
            assert (said["raised"], said["status"]) == ("ExternalBrokerError", 401)
            assert said["text"].endswith(':: 401 :: Unauthorized :: {"error":"no session"}')
        assert ibind.reads("logout") == {"status": True}
        assert ibind.reads("check_health") is False


def test_after_a_login(opens_ibind: Callable[..., Any], customer: Callable[..., Customer]) -> None:
    """A login in a browser makes the client that was there before healthy, and each of its calls is answered."""
    ines = customer("ines")

    with opens_ibind(ines.portal) as ibind:
        assert ibind.reads("check_health") is False
        logs_in(ines)
        assert ibind.reads("check_health") is True
        assert ibind.reads("check_auth_status") is True
        assert len(ibind.reads("tickle")["session"]) == 32
        begun = ibind.reads("initialize_brokerage_session")
        assert (begun["passed"], *(begun[name] for name in _STANDING)) == (True, True, True, False)
        assert ibind.reads("reauthenticate") == {"message": "triggered"}
        assert ibind.reads("validate")["USER_NAME"] == "ines"
        (account,) = ibind.reads("portfolio_accounts")
        assert ibind.reads("receive_brokerage_accounts")["accounts"] == [account["accountId"]]


def test_after_a_logout(opens_ibind: Callable[..., Any], customer: Callable[..., Customer]) -> None:
    """The client is no longer healthy, and gets the session back by itself, without another second factor."""
    iris = customer("iris")

    with opens_ibind(iris.portal) as ibind:
        logs_in(iris)
        assert ibind.reads("logout") == {"status": True}
        assert ibind.reads("check_health") is False
        assert ibind.reads("check_auth_status") is False
        assert ibind.stands() == (False, False, False)
        for call in ("reauthenticate", "initialize_brokerage_session"):
            ibind.reads(call)
            assert ibind.reads("check_health") is True
            assert ibind.reads("logout") == {"status": True}

    assert iris.happenings().count("login:completed") == 1


def test_beside_a_rival(opens_ibind: Callable[..., Any], customer: Callable[..., Customer]) -> None:
    """A login elsewhere makes the client unhealthy; it leaves the rival alone if it is told to, and else takes over."""
    igor = customer("igor")

    with opens_ibind(igor.portal) as ibind:
        logs_in(igor)
        igor.lab.arm_fault("competing_session", user="igor", nth=1)
        assert ibind.reads("check_health") is False
        assert ibind.stands()[1:] == (True, True)
        ibind.reads("initialize_brokerage_session", compete=False)
        assert ibind.reads("check_health") is False
        ibind.reads("initialize_brokerage_session", compete=True)
        assert ibind.reads("check_health") is True

    assert igor.happenings().count("login:completed") == 1


def test_the_troubles_that_the_page_tells(opens_ibind: Callable[..., Any], customer: Callable[..., Customer]) -> None:
    """Each fault of the page's table does to ibind what the table says."""
    iona = customer("iona")

    with opens_ibind(iona.portal) as ibind:
        for fault, health, status in TROUBLES:
            if fault.startswith("brokerage"):  # it strikes a login
                iona.lab.arm_fault(fault, user="iona")
            logs_in(iona)
            if not fault.startswith("brokerage"):
                iona.lab.arm_fault(fault, user="iona", **({"step": "session"} if fault.startswith("http") else {}))
            assert ibind.reads("check_health") is health, fault
            said = ibind.does("authentication_status")
            stands = tuple(said["returned"][name] for name in _STANDING) if "returned" in said else said["status"]
            assert stands == status, fault
            began = ibind.does("initialize_brokerage_session").get("returned", {})
            assert began.get("authenticated", False) is (fault in _HEALED), fault
            iona.lab.disarm_faults()


def test_a_session_that_is_none_with_200(opens_ibind: Callable[..., Any], customer: Callable[..., Customer]) -> None:
    """Where there is no session and the answer says 200, ibind stumbles, and takes the error for a login."""
    with opens_ibind((ilse := customer("ilse")).portal) as ibind:
        ilse.lab.arm_fault("no_session_ok")
        assert ibind.does("check_health")["raised"] == "AttributeError"
        assert ibind.reads("validate") == {"error": "no session"}


def test_the_script_of_the_page(customer: Callable[..., Customer], tmp_path: Path) -> None:
    """The script in the documentation says what stands below it, before a login and after it."""
    bruno = customer("bruno")
    (script,) = (block.body for block in blocks_of(_PAGE) if block.kind == "python")
    before, after = (block.body for block in blocks_of(_PAGE) if block.kind == "text")
    file = tmp_path / "hello.py"
    file.write_text(script.replace("http://127.0.0.1:5000", bruno.address))

    def says() -> str:
        command = [str(require_client("ibind")), "-P", str(file)]
        return run(command, environment=clean_environment(tmp_path / "ibind")).stdout

    assert says() == before
    logs_in(bruno)
    assert re.sub(r"U[0-9]{7}", "U1234567", says()) == after


def logs_in_over_https(owner: PhoneOwner) -> None:
    """The same in a browser that was told which certificate to trust."""

    def opens(**options: Any) -> httpx2.Client:
        trusted = ssl.create_default_context(cafile=str(owner.portal.data / "tls.crt"))
        return httpx2.Client(base_url=owner.address, verify=trusted, timeout=LONGEST_S, trust_env=False, **options)

    with Browser(owner.address, open_client=opens) as browser:
        page = browser.log_in(owner.name, owner.password)
        page = browser.answer(page, owner.phone.responds(page.require(".xyz-goldchallenge").text))
        assert page.require("pre").text == "Client login succeeds"


def test_with_nothing_set_over_https(tmp_path: Path) -> None:
    """A gateway with a certificate of its own serves a client that does not look at it, before a login and after it."""
    require_client("ibind")
    portal = make_portal(tmp_path / "portal")
    portal.serve("--gateway", "--tls")
    try:
        with running_ibind(tmp_path / "script", url=f"{portal.address}/v1/api/") as ibind:
            assert portal.address.startswith("https://")
            assert ibind.reads("check_health") is False
            assert ibind.does("tickle")["status"] == 401
            logs_in_over_https(adds_over_https(portal, "irma", tmp_path / "irma"))
            assert ibind.reads("check_health") is True
            assert ibind.reads("validate")["USER_NAME"] == "irma"
            assert len(ibind.reads("portfolio_accounts")) == 1
    finally:
        portal.stop()
