"""The lab's virtual phones over HTTP: made, told how to behave, activated, asked to answer and to decide."""

import re
from collections.abc import Sequence
from typing import Any, Final, cast

from flask import Blueprint, Flask, Response
from werkzeug.exceptions import NotFound

from authsim.errors import MessageError, Reason, RefusalError
from authsim.lab.phones import answering, apps, enrolling
from authsim.lab.phones.drawer import UnknownPhoneError
from authsim.lab.phones.handset import Handset, Policy, with_policy
from authsim.protocol.activation_uri import ActivationUri, parse_activation_uri
from authsim.protocol.codes import Purpose
from authsim.protocol.login_uri import parse_login_uri
from authsim.protocol.members import require_password
from authsim.protocol.push import APPROVE, DENY, REPORT
from authsim.verifier.activation import operator_activation
from authsim.verifier.passwords import find_user

from .. import scope
from ..refusals import explain
from ..wiring import Portal
from .door import PREFIX, Kinds, answer, answer_nothing, compose_problem, lab, read_members
from .transport import OwnPortal

api: Final = Blueprint("lab_phones", __name__)

_ID: Final = re.compile(r"[a-z0-9-]{1,32}", re.ASCII)
_MOST_DELAY_MS: Final = 366 * 86_400_000
_MOST_AT_ONCE: Final = 1_000
_PATIENCE_MS: Final = 2_000
_MOST_PATIENCE_MS: Final = 30_000
_DECISIONS: Final = {"approve": APPROVE, "deny": DENY, "report": REPORT}
_PURPOSES: Final = {purpose.name.lower().replace("_", "-"): purpose for purpose in Purpose}

_HABITS: Final[dict[str, Kinds]] = {"policy": (str,), "delay_ms": (int,)}
_MAKE: Final[dict[str, Kinds]] = {"platform": (str,), **_HABITS, "name": (str,), "count": (int,)}
_ACTIVATE: Final[dict[str, Kinds]] = {"activation": (str,), "user": (str,)}
_MANY: Final[dict[str, Kinds]] = {"phones": (list,), "users": (list,)}
_ADD_USER: Final[dict[str, Kinds]] = {"user": (str,), "password": (str,), "renew": (bool,), "wait_ms": (int,)}
_RESPOND: Final[dict[str, Kinds]] = {"challenge": (str,), "user": (str,), "purpose": (int, str)}
_DECIDE: Final[dict[str, Kinds]] = {"user": (str,), "request": (str,), "number": (str,), "login": (str,)}
_APP: Final[dict[str, Kinds]] = {"authenticator": (str,)}


def register(app: Flask) -> None:
    """Give the phones of the lab that `app` serves their way to it."""
    portal = cast("Portal", app.extensions[scope.EXTENSION])
    if portal.lab is not None:
        portal.lab.fleet.connect(OwnPortal(app, portal.verifier))


@api.errorhandler(UnknownPhoneError)
def refuse_unknown(error: UnknownPhoneError) -> Response:  # noqa: ARG001 - Flask's signature
    """Say that there is no phone of that id."""
    missing = NotFound("the lab has no phone of that id: GET phones tells which there are")
    return compose_problem(missing, explain(missing))


@api.post(f"{PREFIX}/phones")
def make() -> Response:
    """Make one phone, or `count` of them."""
    members = read_members(_MAKE)
    count, name = members.get("count"), members.get("name")
    count = 1 if count is None else count
    if not 1 <= count <= _MOST_AT_ONCE:
        raise MessageError(f"count is a number from 1 to {_MOST_AT_ONCE}")
    if name is not None and (count > 1 or not _ID.fullmatch(name)):
        raise MessageError("a name is 1 to 32 of a-z, 0-9 and '-', and for one phone: leave name or count out")
    platform = members.get("platform") or "ios"
    policy, delay_ms = _read_habits(members, Policy.MANUAL, 0)
    fleet = lab().fleet
    fleet.require_room(count)
    made = [fleet.make(platform, policy=policy, delay_ms=delay_ms, phone_id=name) for _ in range(count)]
    return answer({"phones": [describe(handset) for handset in made]}, 201)


@api.get(f"{PREFIX}/phones")
def list_() -> Response:
    """Return all phones."""
    drawer = lab().fleet.drawer
    return answer({"phones": [describe(drawer.read(phone_id)) for phone_id in drawer.list_ids()]})


@api.get(f"{PREFIX}/phones/<phone_id>")
def show(phone_id: str) -> Response:
    """Return one phone."""
    return answer(describe(lab().fleet.drawer.read(_read_id(phone_id))))


@api.put(f"{PREFIX}/phones/<phone_id>")
def change(phone_id: str) -> Response:
    """Let its person behave otherwise; what waits is looked at once more."""
    known = lab().fleet.drawer.read(_read_id(phone_id))
    policy, delay_ms = _read_habits(read_members(_HABITS), known.policy, known.delay_ms)
    changed = lab().fleet.drawer.change(phone_id, lambda handset: with_policy(handset, policy, delay_ms))
    lab().hands.look(phone_id)
    return answer(describe(changed))


@api.delete(f"{PREFIX}/phones/<phone_id>")
def erase(phone_id: str) -> Response:
    """Take a phone away with its keys; what the portal knows of it stays."""
    lab().fleet.erase(_read_id(phone_id))
    return answer_nothing()


@api.post(f"{PREFIX}/phones/<phone_id>/clone")
def clone(phone_id: str) -> Response:
    """Copy a phone with keys and counters."""
    return answer(describe(lab().fleet.clone(_read_id(phone_id))), 201)


@api.post(f"{PREFIX}/phones/<phone_id>/activate")
def activate(phone_id: str) -> Response:
    """Activate by a code's URI, or for a user whose code the lab fetches; with neither, ask again for a lost reply."""
    members = read_members(_ACTIVATE)
    uri, user = members.get("activation"), members.get("user")
    if uri is not None and user is not None:
        raise MessageError("give activation or user, not both")
    lab().fleet.drawer.read(_read_id(phone_id))
    if uri is None and user is None:
        done = enrolling.resume(lab().fleet, phone_id)
    else:
        scanned = _fetch_code(user) if uri is None else parse_activation_uri(uri)
        done = enrolling.activate(lab().fleet, phone_id, scanned, user=user)
    lab().hands.look(phone_id)
    return answer(_describe_account(done))


@api.post(f"{PREFIX}/phones/activate")
def activate_many() -> Response:
    """Activate each phone for the user at the same place of the other list."""
    members = read_members(_MANY, required=("phones", "users"))
    phones, users = _read_names(members["phones"], "phones"), _read_names(members["users"], "users")
    if len(phones) != len(users):
        raise MessageError("phones and users are lists of the same length")
    fleet = lab().fleet
    for phone_id in phones:
        fleet.drawer.read(_read_id(phone_id))
    pairs = zip(phones, users, strict=True)
    done = [enrolling.activate(fleet, phone_id, _fetch_code(user), user=user) for phone_id, user in pairs]
    return answer({"activated": [_describe_account(one) for one in done]})


@api.post(f"{PREFIX}/phones/<phone_id>/add-user")
def add_user(phone_id: str) -> Response:
    """Add a user by password and text; without them, look again for the text, or ask again for a lost reply."""
    members = read_members(_ADD_USER)
    user, password, wait_ms = members.get("user"), members.get("password"), members.get("wait_ms")
    wait_ms = _PATIENCE_MS if wait_ms is None else wait_ms
    if not 0 <= wait_ms <= _MOST_PATIENCE_MS:
        raise MessageError(f"wait_ms is a number from 0 to {_MOST_PATIENCE_MS}")
    if (user is None) != (password is None):
        raise MessageError(
            "user goes with password; without both, the phone looks again for the text that it waits for"
        )
    fleet = lab().fleet
    fleet.drawer.read(_read_id(phone_id))
    if user is not None:
        given = require_password(password)
        enrolling.start_add_user(fleet, phone_id, user, given, is_renewal=bool(members.get("renew")))
    done = enrolling.finish_add_user(fleet, phone_id, patience_s=wait_ms / 1_000)
    if done is None:
        return answer({"state": "waiting"}, 202)
    lab().hands.look(phone_id)
    return answer(_describe_account(done))


@api.post(f"{PREFIX}/phones/<phone_id>/respond")
def respond(phone_id: str) -> Response:
    """Answer a challenge."""
    members = read_members(_RESPOND, required=("challenge",))
    purpose = _read_purpose(members.get("purpose"))
    fleet = lab().fleet
    given = answering.respond(
        fleet, _read_id(phone_id), members["challenge"], user=members.get("user"), purpose=purpose
    )
    return answer({"response": given.text, "purpose": int(given.purpose)})


@api.get(f"{PREFIX}/phones/<phone_id>/requests")
def requests(phone_id: str) -> Response:
    """Return what waits for an answer, the newest first."""
    found = answering.list_requests(lab().fleet, _read_id(phone_id))
    return answer({"requests": [_describe_request(asked) for asked in found]})


@api.post(f"{PREFIX}/phones/<phone_id>/<any(approve, deny, report):decision>")
def decide(phone_id: str, decision: str) -> Response:
    """Decide on a request: that of a user, of an id, of a login's QR code, or the newest that waits."""
    members = read_members(_DECIDE)
    login, number = members.get("login"), members.get("number")
    if login is not None and members.get("request") is not None:
        raise MessageError("give request or login, not both")
    wanted = answering.Wanted(
        user=members.get("user"),
        request_id=members.get("request"),
        scanned=None if login is None else parse_login_uri(login),
    )
    state = answering.decide(lab().fleet, _read_id(phone_id), _DECISIONS[decision], wanted, number=number)
    return answer({"state": state})


@api.post(f"{PREFIX}/phones/<phone_id>/apps")
def add_app(phone_id: str) -> Response:
    """Set up the authenticator app for a user."""
    members = read_members(_APP, required=("authenticator",))
    return answer({"user": apps.add_app(lab().fleet, _read_id(phone_id), members["authenticator"])}, 201)


@api.get(f"{PREFIX}/phones/<phone_id>/apps/<user>")
def show_code(phone_id: str, user: str) -> Response:
    """Return the code that the authenticator app shows now."""
    return answer({"code": apps.show_code(lab().fleet, _read_id(phone_id), user)})


def describe(handset: Handset) -> dict[str, Any]:
    """Return a phone as JSON has it, and no secret of it."""
    return {
        "id": handset.phone_id,
        "platform": handset.platform.value,
        "policy": handset.policy.value,
        "delay_ms": handset.delay_ms,
        "users": list(handset.users),
        "apps": sorted(handset.apps),
        "tries_left": handset.tries_left,
        "wiped": handset.is_wiped,
    }


def _describe_account(done: enrolling.Enrolled) -> dict[str, Any]:
    return {"user": done.user, "device": done.device_id, "confirmation": done.confirmation}


def _describe_request(asked: answering.Asked) -> dict[str, Any]:
    request = asked.request
    return {
        "request": request.request_id,
        "user": asked.line.account.label,
        "purpose": request.purpose,
        "digits": request.digits,
        "state": request.state,
        "ip": request.context.ip,
        "agent": request.context.agent,
        "issued_ms": request.iat,
        "expires_ms": request.exp,
    }


def _read_id(phone_id: str) -> str:
    if not _ID.fullmatch(phone_id):
        raise UnknownPhoneError
    return phone_id


def _read_names(values: Sequence[Any], name: str) -> list[str]:
    if not 1 <= len(values) <= _MOST_AT_ONCE or any(type(value) is not str for value in values):
        raise MessageError(f"{name} is a list of 1 to {_MOST_AT_ONCE} texts")
    return list(values)


def _read_habits(members: dict[str, Any], policy: Policy, delay_ms: int) -> tuple[Policy, int]:
    if members.get("policy") is not None:
        policy = _read_policy(members["policy"])
    if members.get("delay_ms") is not None:
        delay_ms = members["delay_ms"]
    if not 0 <= delay_ms <= _MOST_DELAY_MS:
        raise MessageError(f"delay_ms is a number of milliseconds from 0 to {_MOST_DELAY_MS}")
    return policy, delay_ms


def _read_purpose(value: Any) -> Purpose | None:
    if value is None:
        return None
    try:
        return _PURPOSES[value] if isinstance(value, str) else Purpose(value)
    except (KeyError, ValueError):
        raise MessageError(f"purpose is a number from 1 to 9, or one of: {', '.join(_PURPOSES)}") from None


def _read_policy(value: str) -> Policy:
    try:
        return Policy(value)
    except ValueError:
        raise MessageError(f"policy is one of: {', '.join(policy.value for policy in Policy)}") from None


def _fetch_code(name: str | None) -> ActivationUri:
    """Return a fresh activation code of a user, as the operator has one made."""
    verifier = scope.verifier()
    user = find_user(verifier, name or "")
    if user is None:
        raise RefusalError(Reason.NO_SUCH_USER)
    offer = operator_activation(verifier, user.user_id, replace=False)
    return parse_activation_uri(offer.uri.reveal_text())
