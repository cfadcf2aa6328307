"""From the story of a session to a scenario that plays it again: virtual phones in place of what people held.

What the portal recorded decides which steps were taken; what nobody recorded (which page was looked at) is left out.
Pauses become `advance`, so that what was too late is too late again.
"""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

import yaml

from authsim.scenarios.story import Entry

#: A pause of at least so long becomes a step of its own.
PAUSE_SECONDS: Final = 10
_STORY_MEMBERS: Final = ("end", "what", "user", "why")
#: What a replay tells in another order or not at all: what comes of time passing, and of pages that were looked at.
_UNTOLD: Final = frozenset({"push:expired", "challenge:expired", "login:expired", "device:session_opened"})
_WRONG_PASSWORD: Final = "not the password"  # noqa: S105 - what is typed in place of the wrong one
_MEMBERS_OF_USERS: Final = ("role", "account", "locale", "region")
_USUAL: Final = MappingProxyType({"role": "primary", "locale": "en", "region": "US"})

Steps = list[dict[str, Any]]


def compose_scenario(title: str, users: Sequence[Mapping[str, Any]], events: Sequence[Entry]) -> dict[str, Any]:
    """Return a scenario as a file has it. `users`: what the operator saw of them when the recording began."""
    steps = _Steps()
    met = {entry["user"] for entry in events if entry["user"]}
    named = met | {user.get("account") for user in users if user["name"] in met}
    known = [user for user in users if user["name"] in named]
    for user in known:
        steps.meet(user)
    for entry in events:
        steps.take(entry)
    told = [entry for entry in events if entry["end"] == "portal" and entry["what"] not in _UNTOLD and entry["user"]]
    scenario: dict[str, Any] = {
        "scenario": title,
        "says": "Recorded. Virtual phones stand for what people held; a wrong password is any wrong one.",
        "users": {user["name"]: _user(user) for user in known},
    }
    if steps.phones:
        scenario["phones"] = steps.phones
    scenario["steps"] = steps.steps or [{"advance": 0}]
    if told:
        scenario["story"] = [{name: entry[name] for name in _STORY_MEMBERS if entry[name]} for entry in told]
    return scenario


def format_scenario(scenario: Mapping[str, Any]) -> str:
    """Return a scenario as YAML."""
    return str(yaml.safe_dump(dict(scenario), sort_keys=False, allow_unicode=True, width=110))


def _user(user: Mapping[str, Any]) -> dict[str, Any]:
    members = {name: user[name] for name in _MEMBERS_OF_USERS if user.get(name) not in (None, _USUAL.get(name))}
    return members if members.get("role") == "secondary" else {k: v for k, v in members.items() if k != "account"}


class _Steps:
    """Takes the story entry by entry, and notes the steps that tell it again. A login is called like its user's."""

    def __init__(self) -> None:
        self.steps: Steps = []
        self.phones: dict[str, dict[str, Any]] = {}
        self._now_ms: int | None = None
        self._answered: str | None = None
        self._approved: str | None = None
        self._shown: set[str] = set()

    def meet(self, user: Mapping[str, Any]) -> None:
        """Give a user who has a phone already one of the lab."""
        device = user.get("device")
        if device is not None and user.get("state") == "active":
            platform = device.get("platform", "ios") if isinstance(device, Mapping) else "ios"
            self.phones[user["name"]] = {"platform": platform, "active": user["name"]}

    def take(self, entry: Entry) -> None:
        """Note the step that an entry came of, if it came of one."""
        self._pause(entry)
        step = _FROM.get(entry["what"])
        if step is not None:
            step(self, entry)

    def _pause(self, entry: Entry) -> None:
        before, self._now_ms = self._now_ms, int(entry["at_ms"])
        if before is not None and self._now_ms - before >= PAUSE_SECONDS * 1000:
            self.steps.append({"advance": -(-(self._now_ms - before) // 1000)})

    def password_passed(self, entry: Entry) -> None:
        """Somebody typed the right password; on a trading device that is another ceremony."""
        self.steps.append({"begin_login": entry["user"]})

    def refused(self, entry: Entry) -> None:
        """A login was refused: for its password, or for its response."""
        user, why = entry["user"], entry["why"]
        if why == "wrong_password":
            self.steps.append({"begin_login": {"user": user, "password": _WRONG_PASSWORD}, "expect": {"refused": why}})
        elif why == "wrong_response":
            answer = {"phone": self._phone(user), "login": user, "wrong": True}
            self.steps.append({"respond": answer, "expect": {"refused": why}})
        elif why in {"user_locked", "throttled"}:
            self.steps.append({"begin_login": user, "expect": {"refused": why}})

    def answered(self, entry: Entry) -> None:
        """Something was typed on the page of a second factor: of what is told here, a response that came too late.

        Its challenge is shown as soon as the login is begun: what is over is shown to nobody.
        """
        user = entry["user"]
        begun = max((at for at, step in enumerate(self.steps) if step.get("begin_login") == user), default=None)
        if entry["why"] != "challenge_expired" or begun is None:
            return
        self.steps.insert(begun + 1, {"show_challenge": user})
        answer = {"phone": self._phone(user), "login": user}
        self.steps.append({"respond": answer, "expect": {"refused": "challenge_expired"}})

    def responded(self, entry: Entry) -> None:
        """A response was typed: the end of the login says whether it was right."""
        self._answered = entry["user"]

    def code_shown(self, entry: Entry) -> None:
        """A page shows an activation code; one of the operator is shown by nobody."""
        if entry["facts"].get("by") == "user":
            self._shown.add(entry["user"])

    def completed(self, entry: Entry) -> None:
        """A login is through: by a typed response, or because the phone approved it."""
        user = entry["user"]
        if self._approved == user:
            self.steps.append({"wait": user, "expect": {"authenticated": True}})
        elif self._answered == user:
            answer = {"phone": self._phone(user), "login": user}
            self.steps.append({"respond": answer, "expect": {"authenticated": True}})
        self._approved = self._answered = None

    def decided(self, entry: Entry) -> None:
        """A phone answered its notification."""
        verb = {"push:approved": "approve", "push:denied": "deny", "push:reported": "report"}[entry["what"]]
        user = entry["user"]
        self.steps.append({verb: {"phone": self._phone(user), "user": user}})
        self._approved = user if verb == "approve" else None

    def activated(self, entry: Entry) -> None:
        """A phone was activated by a code."""
        user = entry["user"]
        source = {"login": user} if user in self._shown else {"user": user}
        self.steps.append({"activate": {"phone": self._phone(user), **source}})

    def enrolled(self, entry: Entry) -> None:
        """A phone added a user by password and text."""
        user = entry["user"]
        self.steps.append({"add_user": {"phone": self._phone(user), "user": user}})

    def stepped_up(self, entry: Entry) -> None:
        """Somebody pressed *Sign in with your phone* after an activation."""
        self.steps.append({"step_up": entry["user"]})

    def signed_out(self, entry: Entry) -> None:
        """Somebody signed out."""
        self.steps.append({"sign_out": entry["user"]})

    def by_operator(self, entry: Entry) -> None:
        """The operator did something to a user or to their phone."""
        verb = {"user:locked": "lock", "user:unlocked": "unlock", "device:revoked": "revoke"}[entry["what"]]
        if entry.get("facts", {}).get("by") == "operator":
            self.steps.append({verb: entry["user"]})

    def fault_on(self, entry: Entry) -> None:
        """A fault was switched on."""
        facts = entry["facts"]
        user = {"user": entry["user"]} if entry["user"] else {}
        narrowed = {name: facts[name] for name in ("step", "nth", "every", "seconds") if name in facts}
        by = {"by_seconds": facts["by_ms"] / 1000} if "by_ms" in facts else {}
        self.steps.append({"fault": {"name": facts["fault"], **user, **narrowed, **by}})

    def fault_off(self, entry: Entry) -> None:
        """A fault was switched off."""
        self.steps.append({"end_fault": entry["facts"]["fault"]})

    def _phone(self, user: str) -> str:
        """Return the phone of a user, one more where there was none."""
        self.phones.setdefault(user, {"platform": "ios"})
        return user


_FROM: Final[Mapping[str, Callable[[_Steps, Entry], None]]] = MappingProxyType(
    {
        "login:password_passed": _Steps.password_passed,
        "login:refused": _Steps.refused,
        "challenge:response_counted": _Steps.responded,
        "login:completed": _Steps.completed,
        "push:approved": _Steps.decided,
        "push:denied": _Steps.decided,
        "push:reported": _Steps.decided,
        "activation:issued": _Steps.code_shown,
        "activation:consumed": _Steps.activated,
        "enrolment:completed": _Steps.enrolled,
        "user:locked": _Steps.by_operator,
        "user:unlocked": _Steps.by_operator,
        "device:revoked": _Steps.by_operator,
        "POST /portal/activation/sign-in": _Steps.stepped_up,
        "POST /sso/SecondFactor": _Steps.answered,
        "POST /portal/sign-out": _Steps.signed_out,
        "fault:on": _Steps.fault_on,
        "fault:off": _Steps.fault_off,
    }
)
