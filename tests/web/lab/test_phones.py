"""Virtual phones over HTTP: made, activated, asked; each answer is the one of a phone, told by the same code."""

import base64
from collections.abc import Callable

import pyotp
import pytest

from authsim.policy import HARDENED
from authsim.profiles import PROFILES
from authsim.protocol.suite import STRICT10
from authsim.states import Device
from authsim.verifier.activation import operator_activation
from authsim.verifier.confirmation import judge_confirmation
from authsim.verifier.push import login_uri
from tests.support.device_line import CLIENT, begins_login
from tests.support.lab_phones import activates, makes, phone_lines, refusal
from tests.support.lab_site import LabSite
from tests.support.site import PASSWORD

NUMBER = "+15555550100"


def test_phones_are_made_listed_changed_and_taken_away(living: LabSite) -> None:
    """A phone is named or numbered, says what it is, behaves as told, and is gone when it is deleted."""
    made = living.does("POST", "/phones", {"platform": "android", "policy": "delay", "delay_ms": 5, "name": "hers"})
    assert made == {
        "phones": [
            {
                "id": "hers",
                "platform": "android",
                "policy": "delay",
                "delay_ms": 5,
                "users": [],
                "apps": [],
                "tries_left": 8,
                "wiped": False,
            }
        ]
    }
    several = living.does("POST", "/phones", {"count": 3})["phones"]
    assert [phone["id"] for phone in several] == ["phone-1", "phone-2", "phone-3"]
    assert {phone["platform"] for phone in several} == {"ios"}

    living.does("PUT", "/phones/phone-2", {"policy": "ignore"})
    living.does("DELETE", "/phones/phone-1")
    listed = living.does("GET", "/phones")["phones"]
    assert [(phone["id"], phone["policy"]) for phone in listed] == [
        ("hers", "delay"),
        ("phone-2", "ignore"),
        ("phone-3", "manual"),
    ]
    assert living.does("GET", "/phones/phone-2")["policy"] == "ignore"
    assert makes(living) == "phone-4"


@pytest.mark.parametrize(
    ("members", "says"),
    [
        ({"platform": "symbian"}, "platform is one of: ios, android"),
        ({"policy": "shrug"}, "policy is one of: approve, deny"),
        ({"delay_ms": -1}, "delay_ms is a number of milliseconds"),
        ({"count": 0}, "count is a number from 1 to 1000"),
        ({"count": 2, "name": "two"}, "a name is 1 to 32"),
        ({"name": "Ümlaut"}, "a name is 1 to 32"),
        ({"name": "taken"}, "there is a phone of that name already"),
        ({"colour": "red"}, "the body has a member that is not known"),
    ],
)
def test_what_can_be_no_phone_is_refused(living: LabSite, members: object, says: str) -> None:
    """A member that makes no phone is answered with what would, and none is made."""
    makes(living, name="taken")

    status, detail = refusal(living, "/phones", members)
    assert (status, says in detail) == (400, True), detail
    assert len(living.does("GET", "/phones")["phones"]) == 1


@pytest.mark.parametrize("phone", ["phone-9", "UPPER", "x" * 33, "a_b"])
def test_an_unknown_phone_is_not_found(living: LabSite, phone: str) -> None:
    """Whatever is asked of a phone that is not there, the answer is 404."""
    for method, path in (
        ("GET", ""),
        ("PUT", ""),
        ("DELETE", ""),
        ("POST", "/activate"),
        ("POST", "/add-user"),
        ("POST", "/clone"),
        ("GET", "/requests"),
        ("POST", "/approve"),
        ("GET", "/apps/alice"),
    ):
        assert living.asks(method, f"/phones/{phone}{path}").status_code == 404, path
    assert living.asks("POST", f"/phones/{phone}/respond", {"challenge": "123456"}).status_code == 404


def test_a_phone_answers_a_challenge(living: LabSite) -> None:
    """A phone that was activated by the lab answers the challenge of a page, and the login succeeds."""
    phone = activates(living)
    page = living.site.browser().types_password("alice")
    assert living.does("GET", f"/phones/{phone}")["users"] == ["alice"]

    given = living.does("POST", f"/phones/{phone}/respond", {"challenge": page.challenge})
    assert given.keys() == {"response", "purpose"}
    assert given["purpose"] == 1
    browser = living.site.browser()
    page = browser.types_password("alice")
    response = living.does("POST", f"/phones/{phone}/respond", {"challenge": page.challenge, "purpose": "log-in"})
    assert browser.types_response(response["response"]).has_succeeded
    assert phone_lines(living) == [
        ("phone:activated", "alice", None),
        ("phone:responded", "alice", None),
        ("phone:responded", "alice", None),
    ]
    assert given["response"] not in str(living.told())


def test_a_purpose_is_bound_into_the_response(living: LabSite) -> None:
    """A purpose is named or numbered, changes the response, and another word is refused."""
    phone = activates(living)

    def asks(purpose: object) -> str:
        members = {"challenge": "123456", "purpose": purpose}
        return str(living.does("POST", f"/phones/{phone}/respond", members)["response"])

    assert asks("secure-login") == asks(3) != asks(None)
    for wrong in ("gift", 17):
        status, detail = refusal(living, f"/phones/{phone}/respond", {"challenge": "123456", "purpose": wrong})
        assert (status, "log-in" in detail) == (400, True)


def test_who_is_meant_has_to_be_said_when_there_are_several(living: LabSite) -> None:
    """A phone of two users asks which one; one of none says so; a mistyped challenge is malformed."""
    phone = activates(living)
    living.site.adds("bob")
    living.does("POST", f"/phones/{phone}/activate", {"user": "bob"})

    status, detail = refusal(living, f"/phones/{phone}/respond", {"challenge": "123456"})
    assert (status, "say for which one" in detail) == (400, True)
    for user in ("alice", "bob"):
        living.does("POST", f"/phones/{phone}/respond", {"challenge": "123456", "user": user})
    assert refusal(living, f"/phones/{phone}/respond", {"challenge": "123456", "user": "carol"})[1] == "not_enrolled"
    assert refusal(living, f"/phones/{phone}/respond", {"challenge": "12345", "user": "bob"})[0] == 400
    assert refusal(living, f"/phones/{makes(living)}/respond", {"challenge": "123456"})[1] == "not_enrolled"


def test_a_code_of_the_page_activates_and_a_used_one_does_not(living: LabSite) -> None:
    """The URI of an activation serves one phone; the second one is refused, told, and has nobody to answer for."""
    living.site.adds("alice")
    user = living.site.verifier.store.users.find("alice")
    assert user is not None
    uri = operator_activation(living.site.verifier, user.user_id, replace=False).uri.reveal_text()
    first, second = makes(living), makes(living)

    done = living.does("POST", f"/phones/{first}/activate", {"activation": uri})
    assert (done["user"], done["confirmation"]) == ("alice", None)
    assert refusal(living, f"/phones/{second}/activate", {"activation": uri})[1] == "activation_unknown"
    assert refusal(living, f"/phones/{second}/activate", {"activation": "authsim://activate/1"})[0] == 400
    assert refusal(living, f"/phones/{second}/activate", {"activation": uri, "user": "alice"})[0] == 400
    assert refusal(living, f"/phones/{second}/activate")[1] == "not_enrolled"
    assert refusal(living, f"/phones/{second}/activate", {"user": "nobody"})[1] == "no_such_user"
    assert refusal(living, f"/phones/{second}/activate", {"user": "alice"})[1] == "device_already_active"
    assert living.does("GET", f"/phones/{second}")["users"] == []


def test_many_are_activated_at_once(living: LabSite) -> None:
    """Phones and users in two lists are brought together, one by one."""
    for user in ("alice", "bob"):
        living.site.adds(user)
    phones = [phone["id"] for phone in living.does("POST", "/phones", {"count": 2})["phones"]]

    done = living.does("POST", "/phones/activate", {"phones": phones, "users": ["alice", "bob"]})
    assert [one["user"] for one in done["activated"]] == ["alice", "bob"]
    assert living.does("GET", f"/phones/{phones[1]}")["users"] == ["bob"]
    uneven: list[dict[str, list[object]]] = [
        {"phones": [*phones], "users": ["alice"]},
        {"phones": [], "users": []},
        {"phones": [1], "users": [2]},
    ]
    for members in uneven:
        assert refusal(living, "/phones/activate", members)[0] == 400
    assert refusal(living, "/phones/activate", {"phones": ["none"], "users": ["alice"]})[0] == 404


def test_a_request_is_listed_approved_denied_and_reported(living: LabSite) -> None:
    """A phone that does nothing by itself shows what waits, and decides on it when it is told to."""
    phone = activates(living)
    for decision, state in (("approve", "approved"), ("deny", "denied")):
        browser = living.site.browser(is_patient=True)
        browser.types_password("alice")
        waiting = living.does("GET", f"/phones/{phone}/requests")["requests"]
        assert [(one["user"], one["purpose"], one["state"]) for one in waiting] == [("alice", 1, "issued")]
        members = {"request": waiting[0]["request"], "user": "alice"}
        assert living.does("POST", f"/phones/{phone}/{decision}", members) == {"state": state}
        assert living.does("GET", f"/phones/{phone}/requests") == {"requests": []}
        assert refusal(living, f"/phones/{phone}/approve", members)[1] == "push_closed"
    living.site.browser(is_patient=True).types_password("alice")
    assert living.does("POST", f"/phones/{phone}/report") == {"state": "reported"}

    assert refusal(living, f"/phones/{phone}/approve")[1] == "no_request"
    assert refusal(living, f"/phones/{phone}/approve", {"request": "0" * 32})[1] == "no_request"
    assert refusal(living, f"/phones/{phone}/approve", {"request": "0" * 32, "login": "x"})[0] == 400
    assert [what for what, _, _ in phone_lines(living)] == [
        "phone:activated",
        *("phone:heard", "phone:approved", "phone:refused"),
        *("phone:heard", "phone:denied", "phone:refused"),
        *("phone:heard", "phone:reported"),
        *("phone:refused", "phone:refused"),
    ]


def test_a_scanned_login_is_approved(living: LabSite) -> None:
    """The URI in a login's QR code names the request that a phone approves; one of another phone it does not know."""
    phone, other = activates(living), activates(living, "bob")
    push = begins_login(living.site.verifier, "alice", notify=False)
    uri = login_uri(living.site.verifier, push).reveal_text()

    assert living.does("GET", f"/phones/{phone}/requests") == {"requests": []}
    assert refusal(living, f"/phones/{other}/approve", {"login": uri})[1] == "no_request"
    assert living.does("POST", f"/phones/{phone}/approve", {"login": uri}) == {"state": "approved"}
    elsewhere = uri.replace(living.site.verifier.instance.instance_id, "0" * 32)
    assert refusal(living, f"/phones/{phone}/approve", {"login": elsewhere})[1] == "no_request"


def test_hardened_asks_for_a_number_and_a_confirmation(opens_lab: Callable[..., LabSite]) -> None:
    """A hardened portal's phone shows a code to confirm it with, and approves only with the number of the page."""
    living = opens_lab(policy=PROFILES[HARDENED], suite=STRICT10)
    living.site.adds("alice")
    phone = makes(living)
    done = living.does("POST", f"/phones/{phone}/activate", {"user": "alice"})
    verifier = living.site.verifier
    device = verifier.store.devices.get(done["device"])
    assert device is not None
    assert device.state is Device.PENDING
    assert refusal(living, f"/phones/{phone}/requests", method="GET")[1] == "no_active_device"
    now_ms = verifier.clock.now_ms()
    judge_confirmation(verifier, device, code=done["confirmation"], client=CLIENT, now_ms=now_ms)

    push = begins_login(verifier, "alice")
    assert len(push.number) == PROFILES[HARDENED].push_number_digits
    status, detail = refusal(living, f"/phones/{phone}/approve")
    assert (status, "number of" in detail) == (400, True)
    wrong = str((int(push.number) + 1) % 10 ** len(push.number)).zfill(len(push.number))
    answer = living.asks("POST", f"/phones/{phone}/approve", {"number": wrong})
    assert answer.get_json(force=True)["reason"] == "wrong_number"
    push = begins_login(verifier, "alice")
    assert living.does("POST", f"/phones/{phone}/approve", {"number": push.number}) == {"state": "approved"}


def test_a_user_is_added_by_password_and_text(living: LabSite) -> None:
    """The phone sends the credentials, reads the text to the user's number, and answers for the user then."""
    living.site.adds("alice", phone=NUMBER)
    phone = makes(living)

    assert refusal(living, f"/phones/{phone}/add-user", {"user": "alice", "password": "no"})[1] == "wrong_password"
    done = living.does("POST", f"/phones/{phone}/add-user", {"user": "alice", "password": PASSWORD})
    assert done["user"] == "alice"
    page = living.site.browser().types_password("alice")
    living.does("POST", f"/phones/{phone}/respond", {"challenge": page.challenge})
    again = {"user": "alice", "password": PASSWORD}
    assert refusal(living, f"/phones/{phone}/add-user", again)[1] == "already_enrolled"
    assert refusal(living, f"/phones/{phone}/add-user")[1] == "not_enrolled"
    assert refusal(living, f"/phones/{phone}/add-user", {"user": "alice"})[0] == 400
    assert refusal(living, f"/phones/{phone}/add-user", again | {"wait_ms": -1})[0] == 400
    assert PASSWORD not in str(living.told())


def test_a_user_without_a_number_gets_no_text(living: LabSite) -> None:
    """Nobody without a telephone number is added by text, and the phone is as before."""
    living.site.adds("alice")
    phone = makes(living)

    members = {"user": "alice", "password": PASSWORD}
    assert refusal(living, f"/phones/{phone}/add-user", members)[1] == "no_phone_number"
    assert refusal(living, f"/phones/{phone}/add-user")[1] == "not_enrolled"


def test_a_late_text_is_waited_for(living: LabSite) -> None:
    """A text that has not come leaves the phone waiting; asked again when it is there, the phone goes on."""
    living.site.adds("alice", phone=NUMBER)
    phone = makes(living)
    living.does("POST", "/clock", {"freeze": True})
    living.does("PUT", "/faults/text_late", {"user": "alice", "by_ms": 30_000})

    members = {"user": "alice", "password": PASSWORD, "wait_ms": 0}
    assert living.asks("POST", f"/phones/{phone}/add-user", members).status_code == 202
    again = living.asks("POST", f"/phones/{phone}/add-user", {"wait_ms": 0})
    assert (again.status_code, again.get_json()) == (202, {"state": "waiting"})
    living.does("POST", "/clock", {"advance_ms": 30_000})
    assert living.does("POST", f"/phones/{phone}/add-user")["user"] == "alice"


def test_the_app_shows_codes_by_the_phones_own_clock(living: LabSite) -> None:
    """A TOTP code is that of the phone's clock, also when it is skewed; another QR code is refused."""
    phone = makes(living)
    key = base64.b32encode(b"k" * 20).decode()
    uri = pyotp.TOTP(key).provisioning_uri(name="alice", issuer_name="AuthSim")
    living.does("POST", "/clock", {"freeze": True})
    now_s = living.does("GET", "/clock")["now_ms"] // 1000

    assert living.does("POST", f"/phones/{phone}/apps", {"authenticator": uri}) == {"user": "alice"}
    assert living.does("GET", f"/phones/{phone}/apps/alice") == {"code": pyotp.TOTP(key).at(now_s)}
    living.does("POST", "/clock", {"actor": f"phone:{phone}", "skew_ms": 90_000})
    assert living.does("GET", f"/phones/{phone}/apps/alice") == {"code": pyotp.TOTP(key).at(now_s + 90)}
    assert refusal(living, f"/phones/{phone}/apps/bob", method="GET")[1] == "not_enrolled"
    for wrong in (
        "otpauth://hotp/A:b?secret=MFRGG",
        "otpauth://totp/A:b?secret=1!",
        "https://x",
        uri + "&" + "x" * 1024,
    ):
        assert refusal(living, f"/phones/{phone}/apps", {"authenticator": wrong})[0] == 400
    assert living.does("GET", f"/phones/{phone}")["apps"] == ["alice"]
    assert key not in str(living.told())


def test_an_app_holds_so_many_users(living: LabSite) -> None:
    """One user more than an app holds is refused."""
    phone = makes(living)
    key = base64.b32encode(b"k" * 20).decode()
    for number in range(32):
        uri = pyotp.TOTP(key).provisioning_uri(name=f"user-{number}", issuer_name="AuthSim")
        living.does("POST", f"/phones/{phone}/apps", {"authenticator": uri})

    uri = pyotp.TOTP(key).provisioning_uri(name="one-more", issuer_name="AuthSim")
    assert "at most 32" in refusal(living, f"/phones/{phone}/apps", {"authenticator": uri})[1]


def test_phones_take_part_in_the_story_by_the_clients_label(living: LabSite) -> None:
    """What a phone sends for a labelled request of the lab carries the label on to the story."""
    living.site.adds("alice")
    phone = makes(living)
    answer = living.asks(
        "POST", f"/phones/{phone}/activate", {"user": "alice"}, headers={"AuthSim-Lab-Label": "case-7"}
    )
    assert answer.status_code == 200

    labelled = [line["what"] for line in living.told("phone") if line["label"] == "case-7"]
    assert labelled == ["POST /api/device/v1/activate"]


def test_what_was_typed_for_nobody_is_told_nowhere(living: LabSite) -> None:
    """A name that no user has may be a person's own: a phone that is refused for it says why, and not the name."""
    phone = activates(living)
    typed = "somebody-real"
    app = f"otpauth://totp/Elsewhere:{typed}?secret={pyotp.random_base32()}"
    living.does("POST", f"/phones/{phone}/apps", {"authenticator": app})
    living.does("GET", f"/phones/{phone}/apps/{typed}")
    refusal(living, f"/phones/{phone}/add-user", {"user": typed, "password": PASSWORD})
    refusal(living, f"/phones/{phone}/respond", {"challenge": "123456", "user": typed})
    refusal(living, f"/phones/{phone}/approve", {"user": typed})

    told = [line for line in phone_lines(living) if line[0] != "phone:activated"]
    assert told == [
        ("phone:responded", None, None),
        ("phone:refused", None, "wrong_password"),
        ("phone:refused", None, "not_enrolled"),
        ("phone:refused", None, "not_enrolled"),
    ]
    assert typed not in living.asks("GET", "/events").text
