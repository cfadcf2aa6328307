"""Virtual phones whose replies are lost, or that a strange portal answers: nothing counts twice or is lost."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from authsim.errors import StoreError
from authsim.lab.agenda import Agenda
from authsim.lab.phones.drawer import Drawer
from authsim.lab.phones.fleet import Fleet
from authsim.lab.phones.wire import Answer, Portal
from authsim.secret import Secret
from tests.support.device_line import begins_login
from tests.support.lab import MemoryShelf
from tests.support.lab_phones import activates, makes, phone_lines, refusal
from tests.support.lab_site import LabSite
from tests.support.ports import CountedEntropy
from tests.support.site import PASSWORD
from web.lab.transport import OwnPortal

NUMBER = "+15555550100"


@dataclass(slots=True)
class Between:
    """`Portal` between the phones and the real one: what it does to an answer is told by the end of the path."""

    real: Portal
    does: dict[str, Callable[[Answer], Answer]] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)

    def send(self, method: str, path: str, *, body: bytes | None = None, bearer: Secret | None = None) -> Answer:
        answer = self.real.send(method, path, body=body, bearer=bearer)
        for part, do in list(self.does.items()):
            if part in path:
                return do(answer)
        return answer

    def loses(self, part: str, times: int = 1) -> None:
        """Lose the next replies from there: the portal has done its work, and the phone hears of a broken gateway."""
        left = [times]

        def lose(answer: Answer) -> Answer:
            left[0] -= 1
            return answer if left[0] < 0 else Answer(502, {}, b"")

        self.does[part] = lose

    def answers(self, part: str, status: int, body: bytes = b"", **headers: str) -> None:
        """Answer something else from there."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.does[part] = lambda _: Answer(status, named, body)

    def knows(self, username: str) -> bool:
        return self.real.knows(username)

    def read_number(self, request_id: str) -> str:
        return self.real.read_number(request_id)

    def list_texts(self, username: str, *, after: int = 0) -> Sequence[Any]:
        return self.real.list_texts(username, after=after)

    def wait_for_texts(self, username: str, *, after: int, seconds: float) -> Sequence[Any]:
        if self.texts:
            return [SimpleNamespace(sequence=1, text=self.texts.pop(0))]
        return self.real.wait_for_texts(username, after=after, seconds=seconds)


@pytest.fixture
def between(living: LabSite) -> Between:
    """What stands between the phones of the lab and its portal."""
    found = Between(OwnPortal(living.site.app, living.site.verifier))
    living.lab.fleet.connect(found)
    return found


def test_a_lost_activation_is_resumed(living: LabSite, between: Between) -> None:
    """The portal has enrolled the phone, the reply is lost, and the same request brings it again."""
    living.site.adds("alice")
    phone = makes(living)
    between.loses("/activate")
    assert living.asks("POST", f"/phones/{phone}/activate", {"user": "alice"}).status_code == 503
    assert living.does("GET", f"/phones/{phone}")["users"] == []

    assert living.does("POST", f"/phones/{phone}/activate")["user"] == "alice"
    page = living.site.browser().types_password("alice")
    living.does("POST", f"/phones/{phone}/respond", {"challenge": page.challenge})


def test_an_activation_that_has_to_wait_is_kept(living: LabSite, between: Between) -> None:
    """A portal that says to slow down refuses for now: the activation under way stays."""
    living.site.adds("alice")
    phone = makes(living)
    between.answers("/activate", 429, retry_after="7")
    answer = living.asks("POST", f"/phones/{phone}/activate", {"user": "alice"})
    assert (answer.get_json(force=True)["reason"], answer.headers["Retry-After"]) == ("throttled", "7")

    between.does.clear()
    assert living.does("POST", f"/phones/{phone}/activate")["user"] == "alice"


def test_a_lost_reply_to_the_texted_code_is_resumed(living: LabSite, between: Between) -> None:
    """The code that was sent is sent again, and the user is on the phone."""
    living.site.adds("alice", phone=NUMBER)
    phone = makes(living)
    between.loses("/finish")
    members = {"user": "alice", "password": PASSWORD}
    assert living.asks("POST", f"/phones/{phone}/add-user", members).status_code == 503

    assert living.does("POST", f"/phones/{phone}/add-user")["user"] == "alice"


def test_a_wrong_code_may_be_tried_again_until_it_may_not(living: LabSite, between: Between) -> None:
    """A wrong code is forgotten and the next text is read; after the last try nothing is under way any more."""
    living.site.adds("alice", phone=NUMBER)
    phone = makes(living)
    between.texts = ["no code", "words @localhost #000000", "words @localhost #000000"]
    members = {"user": "alice", "password": PASSWORD}
    assert living.asks("POST", f"/phones/{phone}/add-user", members).status_code == 202
    for _ in range(2):
        answer = living.asks("POST", f"/phones/{phone}/add-user")
        told = answer.get_json(force=True)
        assert (told["reason"], told["attempts_remaining"] > 0) == ("wrong_code", True)
    assert living.does("POST", f"/phones/{phone}/add-user")["user"] == "alice"

    living.site.adds("bob", phone="+15555550101")
    members["user"] = "bob"
    between.texts = ["words @localhost #000000"] * 20
    reasons = [refusal(living, f"/phones/{phone}/add-user", members)[1]]
    while reasons[-1] == "wrong_code":
        reasons.append(refusal(living, f"/phones/{phone}/add-user")[1])
    assert reasons[-1] in {"not_enrolled", "enrolment_used"}
    assert living.does("GET", f"/phones/{phone}")["users"] == ["alice"]


def test_a_busy_portal_keeps_the_code(living: LabSite, between: Between) -> None:
    """A code that could not be judged yet is kept, and judged the next time."""
    living.site.adds("alice", phone=NUMBER)
    phone = makes(living)
    between.answers("/finish", 429)
    assert refusal(living, f"/phones/{phone}/add-user", {"user": "alice", "password": PASSWORD})[1] == "throttled"

    between.does.clear()
    assert living.does("POST", f"/phones/{phone}/add-user")["user"] == "alice"


def test_a_lost_decision_counts_once(living: LabSite, between: Between) -> None:
    """The first approval counted although its reply was lost: the phone finds that out, and says approved."""
    phone = activates(living)
    for decision, state in (("approve", "approved"), ("deny", "denied")):
        begins_login(living.site.verifier, "alice")
        between.loses("/push/")
        assert living.does("POST", f"/phones/{phone}/{decision}") == {"state": state}
    user = living.site.verifier.store.users.find("alice")
    assert user is not None
    assert "device:clone_suspected" not in {
        row.event.kind.value for row in living.site.verifier.store.audit.list_of(user.user_id, most=100)
    }


@pytest.mark.parametrize(
    ("part", "status", "body"),
    [
        ("/nonce", 200, b"<html>"),
        ("/nonce", 429, b""),
        ("/session", 500, b""),
        ("/requests", 200, b"no JSON"),
        ("/push/", 418, b""),
        ("/push/", 200, b"approved?"),
    ],
)
def test_a_strange_portal_is_no_portal(living: LabSite, between: Between, part: str, status: int, body: bytes) -> None:
    """Whatever no portal says is an error that the client is told, and decides nothing."""
    phone = activates(living)
    push = begins_login(living.site.verifier, "alice")
    between.answers(part, status, body)

    answer = living.asks("POST", f"/phones/{phone}/approve")
    assert (answer.status_code, "no answer but an error" in answer.text) == (503, True)
    assert phone_lines(living)[-1][0] == "phone:refused"
    if part != "/push/":
        kept = living.site.portal.store.pushes.get(push.request_id)
        assert kept is not None
        assert kept.decision is None


@pytest.mark.parametrize(
    ("part", "status", "reason"),
    [
        ("/session", 401, "device_mismatch"),
        ("/session", 403, "device_mismatch"),
        ("/push/", 404, "no_request"),
        ("/push/", 401, "device_mismatch"),
    ],
)
def test_a_refusing_portal_is_understood(
    living: LabSite, between: Between, part: str, status: int, reason: str
) -> None:
    """Each status stands for the refusal that the device knows it by."""
    phone = activates(living)
    begins_login(living.site.verifier, "alice")
    if part == "/push/":  # the portal never sees the decision
        between.does["/push/"] = lambda _: Answer(status, {}, b"")
        between.real = Deaf(between.real)
    else:
        between.answers(part, status)

    assert refusal(living, f"/phones/{phone}/approve")[1] == reason


@dataclass(slots=True)
class Deaf:
    """`Portal` that no decision reaches."""

    real: Portal

    def send(self, method: str, path: str, *, body: bytes | None = None, bearer: Secret | None = None) -> Answer:
        return Answer(200, {}, b"") if "/push/" in path else self.real.send(method, path, body=body, bearer=bearer)

    def knows(self, username: str) -> bool:
        return self.real.knows(username)

    def read_number(self, request_id: str) -> str:
        return self.real.read_number(request_id)

    def list_texts(self, username: str, *, after: int = 0) -> Sequence[Any]:
        return self.real.list_texts(username, after=after)

    def wait_for_texts(self, username: str, *, after: int, seconds: float) -> Sequence[Any]:
        return self.real.wait_for_texts(username, after=after, seconds=seconds)


def test_a_session_that_ended_is_opened_anew(living: LabSite) -> None:
    """A token that ran out costs a signature more, and no refusal."""
    phone = activates(living)
    living.does("GET", f"/phones/{phone}/requests")
    living.does("POST", "/clock", {"advance_ms": 3_600_000})

    assert living.does("GET", f"/phones/{phone}/requests") == {"requests": []}
    living.does("DELETE", f"/phones/{phone}")
    assert living.lab.shelf.list_names("phone-sessions:") == []


def test_texts_of_nobody_are_none(living: LabSite) -> None:
    """Who has no number gets no text, whoever asks."""
    living.site.adds("alice")
    portal = OwnPortal(living.site.app, living.site.verifier)

    assert portal.wait_for_texts("alice", after=0, seconds=0) == ()
    assert portal.list_texts("nobody") == ()
    assert portal.read_number("0" * 32) == ""


def test_a_fleet_without_a_way_says_so(opens_lab: Callable[..., LabSite]) -> None:
    """Phones of a lab that no application serves have no way to the portal, and a portal without an address none in."""
    living = opens_lab()
    lab, shelf = living.lab, MemoryShelf()
    fleet = Fleet(
        Drawer(shelf, CountedEntropy()),
        clock=lab.clock,
        entropy=lab.entropy,
        teller=lab.teller,
        agenda=Agenda(shelf, lab.clock),
    )
    assert not fleet.is_connected
    with pytest.raises(StoreError, match="no way"):
        _ = fleet.portal
    nowhere = opens_lab(origin=None)
    with pytest.raises(StoreError, match="address"):
        OwnPortal(nowhere.site.app, nowhere.site.verifier).send("GET", "/healthz")
