"""A gateway in a lab: programs meet its faults by HTTP, to the byte, and get over them as they can."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from authsim.events import EventKind
from authsim.lab.worlds.sessions import ELSEWHERE
from tests.support.device import TestPhone
from tests.support.device_line import enrols
from tests.support.gateway import API, PORTAL, Program
from tests.support.lab_site import LabSite
from tests.support.site import PASSWORD, Browser
from tests.web.gateway.test_competing import COMPETES
from web.lab import misleading
from web.settings import GatewaySettings

NO_SESSION = b'{"error":"no session"}'
NO_BRIDGE = b'{"error":"Bad Request: no bridge"}'
UP, COMPETING, IDLE = (True, True, False), (False, True, True), (False, True, False)
BOTH = (True, True, True)
#: What tells how the session stands.
SAYS = ("tickle", "iserver/auth/status", "iserver/auth/ssodh/init")
CALLS = (
    *("tickle", "iserver/auth/status", "iserver/auth/ssodh/init", "iserver/reauthenticate", "sso/validate", "logout"),
    *("iserver/accounts", "portfolio/accounts"),
)


@dataclass(slots=True, kw_only=True)
class Front:
    """A gateway in a lab, a program at it, and alice with her phone."""

    living: LabSite
    program: Program
    phone: TestPhone

    def logs_in(self) -> Browser:
        """Let alice complete a login at the pages."""
        browser = self.living.site.browser()
        page = browser.types_password("alice")
        assert browser.types_response(self.phone.respond(page.challenge)).has_succeeded
        return browser

    def arms(self, name: str, **members: object) -> None:
        """Switch a fault on."""
        self.living.does("PUT", f"/faults/{name}", members)

    def struck(self) -> list[tuple[str, str | None]]:
        """Which faults struck whom."""
        lines = [line for line in self.living.told("lab") if line["what"] == "fault:struck"]
        return [(line["facts"]["fault"], line["user"]) for line in lines]

    def logins(self) -> int:
        """How many logins were completed."""
        rows = self.living.site.verifier.store.audit.read(after=0, most=1_000)
        return [row.event.kind for row in rows].count(EventKind.LOGIN_COMPLETED)


@pytest.fixture
def front(opens_lab: Callable[..., LabSite]) -> Front:
    """A gateway at which nobody has logged in."""
    living = opens_lab(in_settings={"gateway": GatewaySettings()})
    alice = living.site.adds("alice")
    phone = enrols(living.site.verifier, alice.user_id).phone
    return Front(living=living, program=Program(site=living.site), phone=phone)


@pytest.mark.parametrize("call", [call for call in CALLS if call != "logout"])
@pytest.mark.parametrize("prefix", [API, PORTAL])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_no_session_is_said_with_200(front: Front, call: str, prefix: str, method: str) -> None:
    """Before any login what needs one is 200 with exactly these words in place of 401, as JSON; later 401 again."""
    path = f"{prefix}/{call}"
    assert front.program.asks(path, method=method).status == "401 Unauthorized"
    front.arms("no_session_ok")

    answer = front.program.asks(path, method=method)

    assert (answer.status, answer.data, answer.mimetype) == ("200 OK", NO_SESSION, "application/json")
    assert front.struck() == [("no_session_ok", None)]
    front.living.does("DELETE", "/faults/no_session_ok")
    assert front.program.asks(path, method=method).status == "401 Unauthorized"


def test_who_is_logged_in_is_not_told_otherwise(front: Front) -> None:
    """The fault is about no session: with one, everything is as ever, and nothing is counted."""
    front.logs_in()
    front.arms("no_session_ok", user="alice")
    assert front.program.stands() == UP
    assert front.struck() == []
    front.arms("session_lost", nth=1)

    answers = [front.program.asks("tickle") for _ in range(2)]

    assert [(answer.status, answer.data) for answer in answers] == [("200 OK", NO_SESSION)] * 2
    assert front.struck() == [("session_lost", "alice"), *[("no_session_ok", "alice")] * 2]


def test_a_logout_of_nobody_is_not_told_so(front: Front) -> None:
    """It needs no session, and so its answer is good also where none is said with 200."""
    front.arms("no_session_ok")

    assert front.program.asks("logout").data == b'{"status":true}'
    assert front.struck() == []


def test_pages_are_not_told_so(front: Front) -> None:
    """Pages and device messages that are refused for want of a session stay what they are."""
    front.arms("no_session_ok")
    browser = front.living.site.browser()

    assert browser.asks("GET", "/portal/activity").status_code != 200
    assert browser.asks("GET", "/api/device/v1/requests").status_code == 401
    assert front.struck() == []


@pytest.mark.parametrize("call", CALLS)
def test_there_is_no_bridge(front: Front, call: str) -> None:
    """What needs the brokerage session is 400 with exactly these words; what begins, ends or only tells it is not."""
    front.logs_in()
    front.arms("no_bridge", user="alice")

    answer = front.program.asks(call)

    if call in {"iserver/auth/status", "iserver/accounts"}:
        assert (answer.status, answer.data, answer.mimetype) == ("400 Bad Request", NO_BRIDGE, "application/json")
        assert front.struck() == [("no_bridge", "alice")]
    else:
        assert answer.status == "200 OK"
        assert front.struck() == []


def test_the_bridge_leads_somewhere(front: Front) -> None:
    """What is said to need the brokerage session is there, under that name."""
    assert front.living.site.app.view_functions.keys() >= misleading.OVER_THE_BRIDGE


def test_no_bridge_is_for_who_is_logged_in(front: Front) -> None:
    """Without a login it is that which is said."""
    front.arms("no_bridge")

    assert front.program.asks("iserver/accounts").data == NO_SESSION
    assert front.struck() == []


def test_somebody_competes_and_gives_way(front: Front) -> None:
    """A rival really is there; logout and reauthenticate end it, and nobody had to log in again."""
    browser = front.logs_in()
    front.arms("competing_session", user="alice")
    assert [front.program.stands() for _ in range(2)] == [COMPETING] * 2
    assert ELSEWHERE.address in browser.opens("/portal/sessions").text

    assert front.program.asks("logout").data == b'{"status":true}'
    assert front.program.stands() == (False, False, False)
    front.program.reads("/v1/portal/iserver/reauthenticate?force=true")

    assert front.program.stands() == UP
    assert ELSEWHERE.address not in browser.opens("/portal/sessions").text
    assert front.logins() == 1


def test_somebody_competes_with_the_page_behind_the_login(front: Front) -> None:
    """The fault may be on before the login: its pages open, and the first look of a program meets the rival."""
    front.arms("competing_session", user="alice")
    browser = front.logs_in()
    assert browser.opens("/portal/activity").status == 200

    assert front.program.stands() == COMPETING
    assert front.program.reads("iserver/auth/ssodh/init", json={"publish": True, "compete": True})["authenticated"]
    assert front.program.stands() == UP


@pytest.mark.parametrize("body", COMPETES)
def test_who_competes_is_heard_under_drift(front: Front, body: dict[str, Any]) -> None:
    """While markup drifts and ever after, what programs send is none of its forms: a wish to compete arrives."""
    front.logs_in()
    front.arms("markup_drift")
    front.living.site.browser().opens("/")
    assert front.struck() == [("markup_drift", None)]
    front.arms("competing_session", user="alice")
    assert front.program.stands() == COMPETING

    assert front.program.reads("iserver/auth/ssodh/init", **body)["authenticated"]


@pytest.mark.parametrize("narrowed", [{}, {"nth": 1}], ids=["plain", "nth"])
def test_who_competes_may_be_called_authenticated(front: Front, narrowed: dict[str, int]) -> None:
    """Each answer that tells how the session stands says both, in the words that it has otherwise; no other changes."""
    front.logs_in()
    plain = {call: front.program.asks(call).data for call in SAYS}
    front.arms("competing_authenticated", user="alice", **narrowed)

    for call in SAYS:
        answer = front.program.asks(call)
        assert answer.status == "200 OK"
        assert answer.data == plain[call].replace(b'"competing":false', b'"competing":true'), call
        assert int(answer.headers["Content-Length"]) == len(answer.data)
    assert front.program.reads("sso/validate")["USER_NAME"] == "alice"
    assert front.program.asks("iserver/accounts").data == NO_BRIDGE  # as ever beside a rival
    assert front.program.reads("portfolio/accounts")[0]["id"]
    assert front.program.asks("tickle", method="HEAD").status == "200 OK"
    assert front.struck() == [("competing_authenticated", "alice")]


def test_both_at_once_end_with_the_rival_or_the_fault(front: Front) -> None:
    """A rival that gives way competes no more; with the fault off, one that does not is told as it is."""
    browser = front.logs_in()
    for _ in range(2):
        front.arms("competing_authenticated", user="alice", nth=1)
        assert front.program.stands() == BOTH
        assert ELSEWHERE.address in browser.opens("/portal/sessions").text
        begun = front.program.reads("iserver/auth/ssodh/init", json={"publish": True, "compete": True})
        assert (begun["authenticated"], begun["competing"]) == UP[::2]
        assert front.program.stands() == UP
    front.arms("competing_authenticated", user="alice")
    assert front.program.stands() == BOTH
    front.living.does("DELETE", "/faults/competing_authenticated")

    assert front.program.stands() == COMPETING
    assert front.logins() == 1


def test_who_competes_by_another_fault_is_told_as_it_is(front: Front) -> None:
    """A rival of before is not called so while this fault waits for its look; each of two faults brings its own."""
    front.logs_in()
    front.arms("competing_session", user="alice", nth=1)
    front.arms("competing_authenticated", user="alice", nth=3)

    assert [front.program.stands() for _ in range(4)] == [COMPETING, COMPETING, BOTH, BOTH]
    assert [name for name, _ in front.struck()] == ["competing_session", "competing_authenticated"]


@pytest.mark.parametrize(
    ("name", "status"), [("http_500", "500 Internal Server Error"), ("http_503", "503 Service Unavailable")]
)
@pytest.mark.parametrize("path", [f"{API}/tickle", f"{PORTAL}/iserver/reauthenticate?force=true", f"{API}/logout"])
def test_a_blip(front: Front, name: str, status: str, path: str) -> None:
    """The reason is spelt as gateways spell it, nothing has happened behind it, and the session is there afterwards."""
    front.logs_in()
    before = front.living.site.rows()
    front.arms(name, step="session", seconds=30)

    answer = front.program.asks(path)

    assert answer.status == status
    assert answer.mimetype == "application/json"
    assert answer.headers.get("Retry-After") == ("30" if name == "http_503" else None)
    assert front.living.site.rows() == before
    assert front.struck() == [(name, "alice")]
    front.living.does("POST", "/clock", {"advance_ms": 30_000})
    assert front.program.stands() == UP


def test_a_blip_at_one_call(front: Front) -> None:
    """`nth` counts the calls of programs."""
    front.logs_in()
    front.arms("http_503", user="alice", step="session", nth=2)

    assert [front.program.asks("tickle").status_code for _ in range(3)] == [200, 503, 200]


def test_a_program_that_logs_in_anew_at_each_blip_is_told_so(front: Front) -> None:
    """A program that takes an error for the end of its session asks a person each time; the verdict counts that."""
    front.logs_in()
    front.arms("http_503", user="alice", step="session", every=2)
    for _ in range(6):
        if front.program.asks("tickle").status_code == 503:
            front.living.does("DELETE", "/faults/http_503")
            front.logs_in()
            front.arms("http_503", user="alice", step="session", every=2)

    told = front.living.does("GET", "/verdict")["users"]["alice"]

    assert told["second_factor_requests"] == front.logins() == 4
    assert told["requested_again_while_open"] == 0
    assert (told["failed_logins"], told["throttled"], told["would_lock_after_seconds"]) == (0, 0, None)


def test_a_program_that_guesses_is_told_so(front: Front) -> None:
    """Wrong passwords and wrong responses of one program are failures alike, and add up to a lock-out."""
    browser = front.living.site.browser()
    for at in range(10):
        page = browser.types_password("alice", "wrong horse battery" if at % 2 else PASSWORD)
        if at % 2 == 0:
            browser.types_response(wrong_for(front.phone.respond(page.challenge)))
        front.living.does("POST", "/clock", {"advance_ms": 3_600_000})

    told = front.living.does("GET", "/verdict")

    assert told["users"]["alice"]["failed_logins"] == 10
    assert told["users"]["alice"]["refusals"] == {"wrong_password": 5, "wrong_response": 5}
    assert told["users"]["alice"]["second_factor_requests"] == 5
    assert told["users"]["alice"]["would_lock_after_seconds"] == pytest.approx(9 * 3_600, abs=60)
    assert told["says"][-1].startswith("alice: your client would have locked the account after 32")


def wrong_for(response: str) -> str:
    """Return a response that is wrong in its last digit."""
    return f"{response[:-1]}{(int(response[-1]) + 1) % 10}"


def test_an_answer_that_is_late(front: Front) -> None:
    """It is the right one."""
    front.logs_in()
    front.arms("slow_answer", by_ms=50)

    assert front.program.stands() == UP
    assert front.struck() == [("slow_answer", "alice")]


def test_time_puts_it_to_sleep(front: Front) -> None:
    """Uncalled for six minutes of the lab's clock it sleeps, and any program wakes it; after fifteen it is over."""
    front.logs_in()
    front.living.does("POST", "/clock", {"advance_ms": 360_000})
    assert front.program.stands() == IDLE
    front.program.reads("iserver/reauthenticate")
    assert front.program.stands() == UP
    front.living.does("POST", "/clock", {"advance_ms": 900_000})

    assert (front.program.asks("tickle").status, front.program.asks("tickle").data) == ("401 Unauthorized", NO_SESSION)


def test_the_story_tells_each_call(front: Front) -> None:
    """Every call of a program is a line with its address, its status and whose session it was about."""
    front.program.asks("tickle")
    front.logs_in()
    front.program.asks("tickle")
    front.program.asks("iserver/auth/status", method="GET")

    lines = [line for line in front.living.told("browser") if "/v1/api" in line["what"]]
    assert [(line["what"], line["user"], line["why"], line["facts"]["status"]) for line in lines] == [
        ("POST /v1/api/tickle", None, "session_expired", 401),
        ("POST /v1/api/tickle", "alice", None, 200),
        ("GET /v1/api/iserver/auth/status", "alice", None, 200),
    ]
    assert {line["facts"]["step"] for line in lines} == {"session"}
