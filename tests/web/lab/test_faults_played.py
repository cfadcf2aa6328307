"""Each fault behind the ports from end to end: switched on by HTTP, met by a client, told by the story, off again."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from authsim.lab.catalogue import FAULTS
from authsim.model import Decision, FactorKind, User
from authsim.protocol.push import RequestInfo
from tests.support.device import TestPhone
from tests.support.device_line import Line, OnlinePhone, enrols, error_of, line_to
from tests.support.gateway import Program
from tests.support.holding import give
from tests.support.lab_site import LabSite
from tests.support.ports import CountedEntropy
from tests.support.site import Browser
from web.settings import GatewaySettings

PAGE = "/sso/SecondFactor"
#: What the wire plays is tested with the wire.
ON_THE_WIRE = {"http_500", "http_503", "slow_answer", "approval_error", "markup_drift", "page_between"} | {
    "no_session_ok",
    "no_bridge",
}
#: What only programs at a gateway meet.
AT_A_GATEWAY = {"brokerage_late", "brokerage_down", "brokerage_never", "competing_authenticated"}
#: How each is switched on, where its name and its user are not all.
MEMBERS: dict[str, dict[str, Any]] = {
    "push_late": {"by_ms": 20_000},
    "push_superseded": {"nth": 1},
    "text_late": {"by_ms": 30_000},
    "challenge_short": {"by_ms": 5_000},
    "session_lost": {"nth": 1},
    "competing_session": {"nth": 1},
    "competing_authenticated": {"nth": 2},
}


@dataclass(slots=True)
class Scene:
    """Alice, her phone, and a browser that stays where a notification is announced."""

    living: LabSite
    user: User
    line: Line
    browser: Browser
    online: OnlinePhone | None = None
    entropy: CountedEntropy = field(default_factory=lambda: CountedEntropy("scene"))

    @property
    def phone(self) -> OnlinePhone:
        """Her active phone; she gets one when she needs it."""
        if self.online is None:
            self.online = enrols(self.living.site.verifier, self.user.user_id)
            self.online.opens_session(self.line)
        return self.online

    def begins(self) -> list[RequestInfo]:
        """Pass the password; return what the phone was told of."""
        phone = self.phone
        self.browser.types_password("alice")
        return self.hears(phone)

    def hears(self, phone: OnlinePhone) -> list[RequestInfo]:
        """What the phone lists."""
        return list(phone.requests(self.line).requests)

    def answers(self, info: RequestInfo) -> tuple[int, str]:
        """Approve; return the status and the word of the answer."""
        answer = self.phone.decides(self.line, info, Decision.APPROVE)
        return (200, "") if answer.status == 200 else error_of(answer)

    def goes_on(self) -> bool:
        """Open the page again and go on, if it lets; say whether that signs in."""
        page = self.browser.opens(PAGE)
        if not page.all(cls="goes-on"):
            return False
        return self.browser.presses(f"{PAGE}/continue").has_succeeded

    def types(self) -> bool:
        """Type the response to what the page shows; say whether that signs in."""
        challenge = self.browser.opens(f"{PAGE}?with=challenge").challenge
        return self.browser.types_response(self.phone.phone.respond(challenge)).has_succeeded

    def logs_in(self) -> bool:
        """Log in as ever, by the way that this user has."""
        if self.online is None:
            self.browser.types_password("alice")
            return self.types_code()
        self.begins()
        if self.browser.page is not None and self.browser.page.all(tag="option"):
            form = next(one for one in self.browser.page.all(tag="form") if one.attributes["action"].endswith("choose"))
            self.browser.sends(form, {"factor": "5.2a"})
        return self.types()

    def texts(self) -> list[dict[str, Any]]:
        """What the lab's inbox shows."""
        found: list[dict[str, Any]] = self.living.does("GET", f"/inbox/{self.user.phone}")["texts"]
        return found

    def holds_text(self) -> None:
        """Let a texted code be her only second factor."""
        give(self.living.site.portal.verifier, self.user, FactorKind.TEXT)

    def types_code(self, which: int = -1) -> bool:
        """Type the code of a text; say whether that signs in."""
        self.browser.opens(PAGE)
        form = self.browser.page.one(cls="xyzform-silver")  # type: ignore[union-attr]
        return self.browser.sends(form, {"silver-response": self.texts()[which]["code"]}).has_succeeded

    @property
    def program(self) -> Program:
        """A program at the gateway."""
        return Program(site=self.living.site)

    def advances(self, ms: int) -> None:
        """Move the lab's clock."""
        self.living.does("POST", "/clock", {"advance_ms": ms})


def meets_push_lost(scene: Scene) -> None:
    """Nothing arrives; typing helps."""
    assert scene.begins() == []
    assert scene.types()


def meets_push_late(scene: Scene) -> None:
    """It arrives twenty seconds later."""
    assert scene.begins() == []
    scene.advances(20_000)
    (info,) = scene.hears(scene.phone)
    assert scene.answers(info) == (200, "")
    assert scene.goes_on()


def meets_push_twice(scene: Scene) -> None:
    """Two that are one: the second answer is too late."""
    first, second = scene.begins()
    assert first == second
    assert scene.answers(first) == (200, "")
    assert scene.answers(second) == (409, "state")
    assert scene.goes_on()


def meets_push_superseded(scene: Scene) -> None:
    """The first tap is no longer valid, the newer one is."""
    (info,) = scene.begins()
    assert scene.answers(info) == (409, "state")
    (newer,) = scene.hears(scene.phone)
    assert newer.request_id != info.request_id
    assert scene.answers(newer) == (200, "")
    assert scene.goes_on()


def meets_push_stuck(scene: Scene) -> None:
    """After one that was missed the next one errs."""
    scene.begins()
    scene.advances(200_000)
    (info,) = scene.begins()
    assert scene.answers(info) == (409, "state")
    assert scene.types()


def meets_no_push(scene: Scene) -> None:
    """The page shows the challenge at once."""
    assert scene.begins() == []
    assert scene.browser.page is not None
    assert scene.browser.page.challenge
    assert scene.types()


def meets_approval_ignored(scene: Scene) -> None:
    """The phone has done its part, the page stands still."""
    (info,) = scene.begins()
    assert scene.answers(info) == (200, "")
    assert not scene.goes_on()
    assert scene.hears(scene.phone) == []


def meets_text_lost(scene: Scene) -> None:
    """No text, and no second one either."""
    scene.holds_text()
    scene.browser.types_password("alice")
    assert scene.texts() == []
    scene.advances(300_000)  # time enough for the next one


def meets_text_late(scene: Scene) -> None:
    """It arrives half a minute later."""
    scene.holds_text()
    scene.browser.types_password("alice")
    assert scene.texts() == []
    scene.advances(30_000)
    assert scene.types_code()


def meets_text_swapped(scene: Scene) -> None:
    """The code of the newest text is the older one."""
    scene.holds_text()
    scene.browser.types_password("alice")
    assert scene.texts() == []
    scene.advances(120_000)
    token = scene.browser.opens(PAGE).one(name="csrf_token").attributes["value"]
    scene.browser.asks("POST", f"{PAGE}/resend-code", body={"csrf_token": token, "channel": "text"})
    first, newest = scene.texts()
    assert first["sent_ms"] > newest["sent_ms"]
    assert not scene.types_code(-1)
    assert scene.types_code(0)


def meets_qr_burnt(scene: Scene) -> None:
    """The scan is declined, and a fresh login shows another code."""
    phone = TestPhone(entropy=scene.entropy, label="a phone")
    scene.browser.types_password("alice")
    with pytest.raises(AssertionError, match="auth_failed"):
        scene.browser.activates(phone)
    scene.living.does("DELETE", "/faults/qr_burnt")
    scene.browser.types_password("alice")
    scene.browser.activates(phone)
    scene.online = OnlinePhone(phone=phone, verifier=scene.living.site.verifier)
    scene.online.opens_session(scene.line)


def meets_challenge_short(scene: Scene) -> None:
    """Five seconds are too few."""
    scene.begins()
    challenge = scene.browser.opens(f"{PAGE}?with=challenge").challenge
    scene.advances(5_000)
    refused = scene.browser.types_response(scene.phone.phone.respond(challenge))
    assert not refused.has_succeeded


def meets_challenge_changes(scene: Scene) -> None:
    """Another one at each reload."""
    scene.begins()
    shown = {scene.browser.opens(f"{PAGE}?with=challenge").challenge for _ in range(3)}
    assert len(shown) == 3


def meets_wrong_credentials(scene: Scene) -> None:
    """The page says that the password is wrong."""
    assert scene.phone
    assert "Invalid username password combination" in scene.browser.types_password("alice").error


def meets_wrong_mode(scene: Scene) -> None:
    """The page says that it is a paper user."""
    assert scene.phone
    assert "Paper Trading user" in scene.browser.types_password("alice").error


def meets_throttled(scene: Scene) -> None:
    """The page says how long to wait."""
    assert scene.phone
    assert "Please wait 53 seconds" in scene.browser.types_password("alice").error


def meets_locked_out(scene: Scene) -> None:
    """The page says that the user is locked."""
    assert scene.phone
    assert "Please wait 24 hours" in scene.browser.types_password("alice").error


def meets_not_authenticated(scene: Scene) -> None:
    """The login leads to the login."""
    scene.begins()
    assert not scene.types()
    assert scene.browser.page is not None
    assert scene.browser.page.path == "/sso/Login"


def meets_competing_session(scene: Scene) -> None:
    """The next page asks for a login."""
    meets_not_authenticated(scene)


def meets_competing_authenticated(scene: Scene) -> None:
    """The gateway says both at once, until the session is taken back; that costs no login."""
    scene.begins()
    assert scene.types()
    assert scene.program.stands() == (True, True, False)
    assert scene.program.stands() == (True, True, True)
    scene.program.reads("iserver/reauthenticate")
    assert scene.program.reads("tickle")["iserver"]["authStatus"]["authenticated"] is True
    assert scene.program.stands() == (True, True, True)
    scene.program.reads("logout")
    assert scene.program.stands() == (False, False, False)
    scene.program.reads("iserver/reauthenticate")
    assert scene.program.stands() == (True, True, False)


def meets_brokerage_late(scene: Scene) -> None:
    """The login succeeds; twenty seconds later it is authenticated too."""
    scene.begins()
    assert scene.types()
    assert scene.program.stands() == (False, True, False)
    scene.program.reads("iserver/reauthenticate")
    assert scene.program.stands() == (False, True, False)
    scene.advances(20_000)
    assert scene.program.stands() == (True, True, False)


def meets_brokerage_down(scene: Scene) -> None:
    """The login succeeds; a program has to begin the rest."""
    scene.begins()
    assert scene.types()
    assert scene.program.stands() == (False, False, False)
    assert scene.program.reads("iserver/auth/ssodh/init")["authenticated"] is True
    assert scene.program.stands() == (True, True, False)


def meets_brokerage_never(scene: Scene) -> None:
    """The login succeeds, and whatever is asked leads nowhere."""
    scene.begins()
    assert scene.types()
    for call in ("iserver/reauthenticate", "iserver/auth/ssodh/init", "iserver/reauthenticate"):
        scene.program.reads(call)
        assert scene.program.stands() == (False, True, False)
    scene.program.reads("logout")
    scene.program.reads("iserver/reauthenticate")
    assert scene.program.stands() == (False, False, False)


def meets_session_lost(scene: Scene) -> None:
    """The next page asks for a login."""
    meets_not_authenticated(scene)


def meets_page_confirm(scene: Scene) -> None:
    """Wherever she goes, the page wants to be confirmed first."""
    scene.begins()
    assert not scene.types()
    assert scene.browser.opens("/sso/Dispatcher").path == "/sso/Confirm"
    form = next(one for one in scene.browser.page.all(tag="form") if one.attributes["action"] == "/sso/Confirm")  # type: ignore[union-attr]
    assert scene.browser.sends(form, {"confirmed": "yes"}).has_succeeded


def meets_picker_order(scene: Scene) -> None:
    """The phone, which stands first, stands last."""
    assert scene.phone
    give(scene.living.site.portal.verifier, scene.user, FactorKind.AUTHENTICATOR_APP)
    scene.browser.types_password("alice")
    listed = [option.text for option in scene.browser.opens(f"{PAGE}?with=choice").all(tag="option")][1:]
    assert len(listed) == 2
    assert listed[0].startswith("Mobile Authenticator App")
    scene.browser.opens("/sso/Login")


MEETS: dict[str, Callable[[Scene], None]] = {
    name.removeprefix("meets_"): function for name, function in globals().items() if name.startswith("meets_")
}


def test_every_fault_is_met() -> None:
    """Each fault of the catalogue that is not the wire's own is met below."""
    assert set(MEETS) | ON_THE_WIRE == set(FAULTS)
    assert not set(MEETS) & ON_THE_WIRE


@pytest.mark.parametrize("name", [name for name in FAULTS if name not in ON_THE_WIRE])
def test_a_fault_is_met_and_told_and_over(opens_lab: Callable[..., LabSite], name: str) -> None:
    """The client meets it, the story tells whom it struck, and once it is off the next login succeeds."""
    living = opens_lab(in_settings={"gateway": GatewaySettings()} if name in AT_A_GATEWAY else {})
    user = living.site.adds("alice", phone="+12125550142")
    scene = Scene(living, user, line_to(living.site.app), living.site.browser(is_patient=True))
    if not name.startswith("text_") and name != "qr_burnt":
        assert scene.phone
    living.does("PUT", f"/faults/{name}", {"user": "alice"} | MEMBERS.get(name, {}))

    MEETS[name](scene)

    struck = [line for line in living.told("lab") if line["what"] == "fault:struck"]
    assert struck
    assert {(line["user"], line["facts"]["fault"]) for line in struck} == {("alice", name)}
    living.does("DELETE", f"/faults/{name}")
    living.does("POST", "/clock", {"advance_ms": 130_000})  # what is pending is over, and another text may follow
    assert scene.logs_in()
