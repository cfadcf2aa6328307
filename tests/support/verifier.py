"""A verifier of another house: small and correct, of challenges and OCRA responses, with defects to be switched on.

It shares no code with the product. `verifier_server` puts it on the wire.
"""

import fnmatch
import hashlib
import hmac
import html
import secrets
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

from tests.support.child import LONGEST_S

SUITE = "OCRA-1:HOTP-SHA256-8:QN06-S064"
PURPOSES = {"log-in": b"other-house/log-in", "add-device": b"other-house/add-device"}
LIFE_MS = 120_000
TRIES = 3
MOST_WRONG = 10
DAY_MS = 86_400_000
ZERO_KEY = bytes(32)
MASTER = "00000000"

Fits = Callable[[str, str, str], bool]  # expected, given, challenge

#: Ways of comparing that take too much.
LENIENT: Mapping[str, Fits] = {
    "takes_any_digits": lambda expected, given, _: given.isascii() and given.isdigit() and len(given) == len(expected),
    "knows_a_master_response": lambda _expected, given, _: given == MASTER,
    "takes_nothing": lambda _expected, given, _: not given.strip(),
    "takes_words": lambda _expected, given, _: given == "true",
    "compares_the_beginning": lambda expected, given, _: len(given) == len(expected) and given[:7] == expected[:7],
    "compares_as_far_as_given": lambda expected, given, _: len(given) >= 4 and expected.startswith(given),
    "ignores_what_follows": lambda expected, given, _: given.startswith(expected),
    "looks_anywhere": lambda expected, given, _: expected in given,
    "compares_numbers": lambda expected, given, _: len(given) >= 8 and number_of(given) == int(expected),
    "drops_leading_zeros": lambda expected, given, _: given.isdecimal() and given == expected.lstrip("0"),
    "reads_every_script": lambda expected, given, _: (
        len(given) == 8 and given.isdecimal() and f"{int(given):08}" == expected
    ),
    "strips_blanks": lambda expected, given, _: "".join(given.split()) == expected,
    "ends_at_a_zero_byte": lambda expected, given, _: given.partition("\0")[0] == expected,
    "decodes_again": lambda expected, given, _: unquote(html.unescape(given)).strip(' "') == expected,
    "matches_patterns": lambda expected, given, _: fnmatch.fnmatchcase(expected, given.replace("%", "*")),
    "takes_the_challenge": lambda _expected, given, challenge: given == challenge,
}

#: Other responses that it takes for right as well.
FORGETFUL = frozenset(
    {
        "ignores_purposes",
        "ignores_whose_key",
        "trusts_a_known_key",
        "takes_earlier_challenges",
        "takes_superseded_challenges",
        "takes_used_responses_later",
    }
)
#: What it does not look at, or not in time.
CARELESS = frozenset(
    {
        "ignores_the_user",
        "ignores_the_session",
        "ignores_use",
        "ignores_time",
        "measures_within_a_day",
        "begins_time_anew",
        "ignores_revocation",
        "ignores_tries",
        "ignores_failures",
        "counts_failures_by_session",
        "consumes_too_late",
        "counts_too_late",
        "guesses_the_login",
        "makes_users_up",
        "tells_the_response",
    }
)
#: Challenges that are no good.
PREDICTABLE = frozenset(
    {
        "asks_the_same",
        "asks_in_rounds",
        "counts_up",
        "rises",
        "draws_the_end_only",
        "asks_too_little",
        "asks_everybody_the_same",
    }
)
#: What it must take, and does not.
STRICT = frozenset({"refuses_all", "knows_one_login", "refuses_who_returns", "ends_too_early", "locks_at_once"})

DEFECTS = frozenset({*LENIENT, *FORGETFUL, *CARELESS, *PREDICTABLE, *STRICT})


@dataclass(slots=True, kw_only=True)
class User:
    """Somebody with a key."""

    key: bytes
    is_revoked: bool = False
    failures: dict[str, int] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    used: list[str] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Login:
    """A login that waits, or has been answered."""

    user: str
    session: str
    purpose: str
    challenges: list[str]
    issued_ms: int
    ends_ms: int
    tries: int = 0
    came: int = 0
    is_used: bool = False


class Verifier:
    """The verifier, with `defects` of `DEFECTS`. Methods take and return what the wire carries.

    Time passes only when told. `hands` is how many answer one login at once: who counts or consumes too late leaves the
    moment open until all of them have come, as a slow store would.
    """

    def __init__(self, *defects: str) -> None:
        assert DEFECTS.issuperset(defects)
        self._defects = frozenset(defects)
        self._lock = threading.Condition()
        self._now_ms = 0
        self.hands = 1
        self.reset()

    def has(self, defect: str) -> bool:
        """Say whether a defect is switched on."""
        return defect in self._defects

    def reset(self) -> None:
        """Forget all users and logins."""
        self._users: dict[str, User] = {}
        self._logins: dict[str, Login] = {}

    def add_user(self, name: str) -> str:
        """Make a user and return the key in hexadecimal."""
        self._users[name] = User(key=secrets.token_bytes(32))
        return self._users[name].key.hex()

    def revoke(self, name: str) -> None:
        """Take a user's key out of use."""
        self._users[name].is_revoked = True

    def advance(self, milliseconds: int) -> None:
        """Let time pass."""
        self._now_ms += milliseconds

    def respond(self, name: str, challenge: str, purpose: str) -> str:
        """Answer as the authenticator of a user."""
        return ocra(self._users[name].key, challenge, purpose)

    def begin(self, name: str, session: str, purpose: str) -> tuple[str, str] | None:
        """Begin a login; None when the user is locked."""
        with self._lock:
            user = self._users.get(name) or User(key=ZERO_KEY)
            if self._is_locked(user, session) or (self.has("refuses_who_returns") and user.used):
                return None
            now = self._now_ms
            login = Login(
                user=name,
                session=session,
                purpose=purpose,
                challenges=[self._draw(user)],
                issued_ms=now,
                ends_ms=now + (LIFE_MS // 2 if self.has("ends_too_early") else LIFE_MS),
            )
            if self.has("knows_one_login"):
                self._logins.clear()
            identifier = secrets.token_hex(8)
            self._logins[identifier] = login
            return identifier, login.challenges[-1]

    def renew(self, identifier: str) -> str:
        """Ask a login for another challenge."""
        with self._lock:
            login = self._logins[identifier]
            login.challenges.append(self._draw(self._users[login.user]))
            return login.challenges[-1]

    def answer(self, identifier: str, name: str, session: str, response: str) -> tuple[bool, str]:
        """Judge a response, and say why it is refused."""
        with self._lock:
            login = self._find(identifier)
            if login is None:
                return False, "unknown login"
            login.came += 1
            self._lock.notify_all()
            user = self._users.get(login.user) or User(key=ZERO_KEY)
            why = self._why_not(login, user, name, session)
            if why:
                return False, why
            tries = login.tries
            self._dawdle(login, "counts_too_late")
            login.tries = tries + 1
            if not self._fits(login, user, response):
                counted = session if self.has("counts_failures_by_session") else ""
                user.failures[counted] = user.failures.get(counted, 0) + 1
                expected = ocra(user.key, login.challenges[-1], login.purpose)
                return False, f"expected {expected}" if self.has("tells_the_response") else "wrong response"
            self._dawdle(login, "consumes_too_late")
            login.is_used = True
            user.failures.clear()
            user.used.append(response)
            return True, ""

    def _dawdle(self, login: Login, defect: str) -> None:
        """Leave the moment open in which others come between."""
        if self.has(defect):
            self._lock.wait_for(lambda: login.came >= self.hands, timeout=LONGEST_S)

    def _find(self, identifier: str) -> Login | None:
        if self.has("guesses_the_login") and self._logins and identifier not in self._logins:
            return list(self._logins.values())[-1]
        return self._logins.get(identifier)

    def _why_not(self, login: Login, user: User, name: str, session: str) -> str:
        """Return why no response is judged, or nothing."""
        reasons = {
            "no such user": login.user not in self._users and not self.has("makes_users_up"),
            "refused": self.has("refuses_all"),
            "another user": login.user != name and not self.has("ignores_the_user"),
            "another session": login.session != session and not self.has("ignores_the_session"),
            "used": login.is_used and not self.has("ignores_use"),
            "too late": self._is_late(login),
            "revoked": user.is_revoked and not self.has("ignores_revocation"),
            "no try left": login.tries >= TRIES and not self.has("ignores_tries"),
            "locked": self._is_locked(user, session),
        }
        return next((why for why, is_so in reasons.items() if is_so), "")

    def _is_late(self, login: Login) -> bool:
        now = self._now_ms
        if self.has("ignores_time"):
            return False
        if self.has("measures_within_a_day"):
            return (now - login.issued_ms) % DAY_MS > LIFE_MS + 60_000 or LIFE_MS < now - login.issued_ms < DAY_MS
        is_late = now > login.ends_ms
        if is_late and self.has("begins_time_anew"):
            login.ends_ms = now + LIFE_MS
        return is_late

    def _is_locked(self, user: User, session: str) -> bool:
        if self.has("ignores_failures"):
            return False
        counted = session if self.has("counts_failures_by_session") else ""
        return user.failures.get(counted, 0) >= (1 if self.has("locks_at_once") else MOST_WRONG)

    def _fits(self, login: Login, user: User, response: str) -> bool:
        """Say whether a response is right, or taken for right."""
        expected = ocra(user.key, login.challenges[-1], login.purpose)
        given = response.encode("utf-8", "surrogatepass")
        right = any(hmac.compare_digest(one.encode(), given) for one in (expected, *self._others(login, user)))
        lenient = (LENIENT[defect] for defect in self._defects & LENIENT.keys())
        return right or any(fits(expected, response, login.challenges[-1]) for fits in lenient)

    def _others(self, login: Login, user: User) -> Iterator[str]:
        """Yield what is taken for right as well."""
        challenge, purpose = login.challenges[-1], login.purpose
        if self.has("ignores_purposes"):
            yield from (ocra(user.key, challenge, other) for other in PURPOSES)
        if self.has("ignores_whose_key"):
            yield from (ocra(other.key, challenge, purpose) for other in self._users.values())
        if self.has("trusts_a_known_key"):
            yield ocra(ZERO_KEY, challenge, purpose)
        if self.has("takes_earlier_challenges"):
            answers = [ocra(user.key, asked, purpose) for asked in user.asked]
            yield from (
                answer for answer in answers if answer not in user.used and answer not in self._superseded(login)
            )
        if self.has("takes_superseded_challenges"):
            yield from self._superseded(login)
        if self.has("takes_used_responses_later"):
            yield from user.used

    def _superseded(self, login: Login) -> list[str]:
        key = self._users[login.user].key if login.user in self._users else ZERO_KEY
        return [ocra(key, challenge, login.purpose) for challenge in login.challenges[:-1]]

    def _draw(self, user: User) -> str:
        challenge = self._choose(user)
        user.asked.append(challenge)
        return challenge

    def _choose(self, user: User) -> str:
        turn = len(user.asked)
        if self.has("asks_the_same"):
            return "483921"
        if self.has("asks_in_rounds") and turn >= 10:
            return user.asked[turn - 10]
        if self.has("counts_up"):
            return str(100_000 + turn)
        if self.has("rises"):
            return str(100_000 + 1_000 * turn + secrets.randbelow(1_000))
        if self.has("asks_everybody_the_same"):
            return str(100_000 + int(hashlib.sha256(b"%d" % turn).hexdigest(), 16) % 900_000)
        least, most = (1_000, 10_000) if self.has("asks_too_little") else (100_000, 1_000_000)
        if self.has("draws_the_end_only"):
            least, most = 483_000, 484_000
        while (drawn := str(least + secrets.randbelow(most - least))) in user.asked:
            pass
        return drawn


def ocra(key: bytes, challenge: str, purpose: str) -> str:
    """Return the response of RFC 6287 for the one suite that this house has."""
    question = format(int(challenge), "x")
    question += "0" * (len(question) % 2)
    data = SUITE.encode() + b"\0" + bytes.fromhex(question).ljust(128, b"\0") + PURPOSES[purpose].rjust(64, b"\0")
    mac = hmac.digest(key, data, "sha256")
    offset = mac[-1] & 15
    return f"{(int.from_bytes(mac[offset : offset + 4]) & 0x7FFFFFFF) % 10**8:08}"


def number_of(text: str) -> float | None:
    """Return what a lenient reader makes of a number."""
    for base in (10, 0):
        try:
            return int(text, base)
        except ValueError:
            continue
    try:
        return float(text)
    except ValueError:
        return None
