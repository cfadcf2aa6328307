import re
from collections.abc import Callable

import pytest

from authsim.adapters.passwords import Argon2Passwords
from authsim.lab.crowd import SharedHash
from authsim.secret import Secret
from authsim.verifier import operators
from authsim.verifier.number_rules import require_phone
from tests.support.lab_site import LabSite
from tests.support.site import PASSWORD


def test_a_user_needs_nothing(living: LabSite) -> None:
    """Without members there is a name, a password and a fictional number, and with them the user can log in."""
    (made,) = living.does("POST", "/users")["users"]

    assert made["name"] == "user-1"
    assert require_phone(made["phone"]) == made["phone"]
    assert (made["role"], made["account"], made["locale"], made["paper"]) == ("primary", "user-1", "en", False)
    page = living.site.browser().types_password(made["name"], made["password"])
    assert page.status == 200
    assert page.all(cls="xyz-sessionid")


def test_a_user_is_made_as_asked(living: LabSite) -> None:
    """What a list of `authsim users load` may say, a program may say too; the password always comes back."""
    asked = {
        "name": "berta",
        "password": PASSWORD,
        "locale": "ja",
        "region": "JP",
        "phone": "+44 7700 900123",
        "paper": True,
        "texts": True,
        "authenticator": True,
        "activation": True,
    }
    (made,) = living.does("POST", "/users", asked)["users"]
    shown = living.does("GET", "/users/berta")

    assert made["password"] == PASSWORD
    assert made["authenticator"].startswith("otpauth://totp/AuthSim:berta?")
    assert made["activation"].startswith("authsim://activate/1?")
    assert (shown["phone"], shown["phone_verified"], shown["mode"], shown["region"]) == (
        "+447700900123",
        True,
        "paper",
        "JP",
    )


def test_a_secondary_user_shares_an_account(living: LabSite) -> None:
    """A secondary user belongs to the account that is named."""
    living.does("POST", "/users", {"name": "alice"})
    (made,) = living.does("POST", "/users", {"name": "anton", "role": "secondary", "account": "alice"})["users"]

    assert (made["role"], made["account"]) == ("secondary", "alice")


def test_a_crowd_shares_one_password(living: LabSite) -> None:
    """Many are made at once: names counted up, a number each, one password whose hash is shared on purpose."""
    made = living.does("POST", "/users", {"count": 50, "prefix": "load-", "texts": True})["users"]
    kept = [living.site.verifier.store.users.find(one["name"]) for one in made]

    assert [one["name"] for one in made] == [f"load-{number}" for number in range(1, 51)]
    assert len({one["phone"] for one in made}) == 50
    assert len({one["password"] for one in made}) == 1
    assert len({user.password_hash for user in kept if user is not None}) == 1
    assert living.site.browser().types_password("load-50", made[0]["password"]).status == 200
    assert not living.site.browser().types_password("load-49", "not that one at all").all(cls="xyz-sessionid")


def test_a_shared_hash_is_a_real_one(living: LabSite) -> None:
    """With the real hashing too, a crowd has one PHC text, which opens to its password alone."""
    slow = Argon2Passwords(Secret(b"pepper"), memory_kib=64, iterations=1)

    shared = SharedHash(slow)
    first, second = shared.hash(Secret(PASSWORD)), shared.hash(Secret(PASSWORD))

    assert first == second != slow.hash(Secret(PASSWORD))
    assert first.startswith("$argon2id$")
    assert shared.is_correct(Secret(PASSWORD), first)
    assert not shared.is_correct(Secret("another one"), first)


def test_names_and_numbers_that_are_taken_are_left_out(living: LabSite) -> None:
    """A second crowd goes on where names are free, and has numbers of its own."""
    first = living.does("POST", "/users", {"count": 3})["users"]
    living.does("DELETE", "/users/user-2")
    second = living.does("POST", "/users", {"count": 2})["users"]

    assert [one["name"] for one in second] == ["user-2", "user-4"]
    assert not {one["phone"] for one in first[::2]} & {one["phone"] for one in second}


def test_a_user_without_a_number(living: LabSite) -> None:
    """With `"phone": false` there is none; texts to none are refused, and nobody is added."""
    (made,) = living.does("POST", "/users", {"name": "alice", "phone": False})["users"]
    refused = living.asks("POST", "/users", {"name": "berta", "phone": False, "texts": True})

    assert made["phone"] is None
    assert (refused.status_code, refused.get_json()["reason"]) == (409, "no_phone_number")
    assert [user["name"] for user in living.does("GET", "/users")["users"]] == ["alice"]


@pytest.mark.parametrize(
    ("members", "says"),
    [
        ({"name": "Alice"}, "a-z"),
        ({"name": 7}, "name is of another kind"),
        ({"name": "alice", "colour": "red"}, "not known"),
        ({"name": "alice", "count": 2}, "counted up"),
        ({"name": "alice", "prefix": "x"}, "counted up"),
        ({"count": 0}, "from 1 to"),
        ({"count": 2_001}, "from 1 to"),
        ({"count": 2, "phone": "+12015550100"}, "does not share"),
        ({"prefix": "9"}, "begins with a letter"),
        ({"phone": True}, "false for none"),
        ({"phone": "+49 30 123456"}, "fictional"),
        ({"password": "short"}, "8 to 128"),
        ({"role": "boss"}, "role is"),
        ({"paper": 1}, "true or false"),
        ({"locale": "fr"}, "locale"),
    ],
)
def test_what_is_no_user_is_declined(living: LabSite, members: dict[str, object], says: str) -> None:
    """A member that breaks a rule is a 400 that says the rule and no value, and nobody is added."""
    answer = living.asks("POST", "/users", members)

    assert answer.status_code == 400
    assert says in answer.get_json()["detail"]
    assert living.does("GET", "/users") == {"users": []}


def test_a_name_is_given_once(living: LabSite) -> None:
    """A name that is taken is refused with its reason."""
    living.does("POST", "/users", {"name": "alice"})
    answer = living.asks("POST", "/users", {"name": "alice"})

    assert answer.get_json()["reason"] == "name_taken"


def test_an_operator_s_view(living: LabSite) -> None:
    """Users are listed by name as their operator sees them, without a secret."""
    made = living.does("POST", "/users", {"name": "berta"})["users"] + living.does("POST", "/users")["users"]
    answer = living.asks("GET", "/users")

    assert [user["name"] for user in answer.get_json()["users"]] == ["berta", "user-1"]
    assert not any(one["password"] in answer.text for one in made)
    assert living.does("GET", "/users/berta") == answer.get_json()["users"][0]


def test_a_user_is_removed(living: LabSite) -> None:
    """Who is removed is gone for every route."""
    living.does("POST", "/users", {"name": "alice"})
    assert living.asks("DELETE", "/users/alice").status_code == 204

    for method, path in (("GET", "/users/alice"), ("DELETE", "/users/alice"), ("POST", "/users/alice/lock")):
        answer = living.asks(method, path)
        assert (answer.status_code, answer.get_json()["reason"]) == (404, "no_such_user")


def test_a_user_is_locked_and_unlocked(living: LabSite) -> None:
    """The operator's lock holds even against the right password, until it is lifted."""
    living.does("POST", "/users", {"name": "alice", "password": PASSWORD})
    living.does("POST", "/users/alice/lock")
    assert living.does("GET", "/users/alice")["state"] == "locked"
    assert not living.site.browser().types_password("alice").all(cls="xyz-sessionid")

    living.does("POST", "/users/alice/unlock")

    assert living.site.browser().types_password("alice").all(cls="xyz-sessionid")


def enrolled(living: LabSite) -> None:
    """Alice with a phone of the lab."""
    living.does("POST", "/users", {"name": "alice", "password": PASSWORD})
    (phone,) = living.does("POST", "/phones", {})["phones"]
    uri = living.does("POST", "/users/alice/activation")["activation"]
    living.does("POST", f"/phones/{phone['id']}/activate", {"activation": uri})


def test_an_activation_works_once(living: LabSite) -> None:
    """A fresh URI binds a phone; with an active phone there is another one only in its place."""
    enrolled(living)
    assert living.does("GET", "/users/alice")["state"] == "active"
    refused = living.asks("POST", "/users/alice/activation")
    assert refused.get_json()["reason"] == "device_already_active"

    assert re.match("authsim://", living.does("POST", "/users/alice/activation", {"replace": True})["activation"])

    assert living.does("GET", "/users/alice")["device"] is None


def test_a_phone_is_revoked_and_resumed(living: LabSite, opens_lab: Callable[..., LabSite]) -> None:
    """A suspended phone is resumed, an active one revoked; without a phone both are refused."""
    enrolled(living)
    user = living.site.verifier.store.users.find("alice")
    assert user is not None

    operators.suspend(living.site.verifier, user)
    assert living.does("GET", "/users/alice")["state"] == "suspended"
    living.does("POST", "/users/alice/resume")
    assert living.does("GET", "/users/alice")["state"] == "active"
    living.does("POST", "/users/alice/revoke")
    assert living.does("GET", "/users/alice")["state"] == "new"

    for act in ("revoke", "resume"):
        assert living.asks("POST", f"/users/alice/{act}").get_json()["reason"] == "no_active_device"
