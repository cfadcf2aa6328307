"""What is the right response to something else: used, another's, of another login, for another purpose."""

from dataclasses import replace
from typing import Final

from authsim.conformance.bench import ALICE, BOB, ELSEWHERE, HERE, Bench, NotTriedError, Wrong, WronglyAcceptedError
from authsim.conformance.cases.case import Case
from authsim.conformance.computing import compute
from authsim.conformance.target import RENEW, REVOKE, SESSIONS, Opened

_NOBODY: Final = "nobody"
_KEYS: Final = (bytes(32), bytes(20), b"\xff" * 32, b"12345678901234567890")


def _replay(bench: Bench) -> None:
    bench.clear(ALICE)
    opened = bench.begin()
    used = bench.require_accepted(opened)
    bench.require_rejected(opened, used, what="a used response in its own login")


def _replay_later(bench: Bench) -> None:
    bench.clear(ALICE)
    used = bench.require_accepted(bench.begin())
    later = bench.begin()
    bench.require_rejected(later, used, what="a used response in another login")
    bench.require_accepted(bench.begin())


def _other_user(bench: Bench) -> None:
    def of_bob(on: Bench, opened: Opened, _: str) -> str:
        return on.respond(opened, user=BOB)

    bench.reject_each([Wrong(name="the response of another user's authenticator", make=of_bob)], BOB)


def _other_users_login(bench: Bench) -> None:
    bench.clear(ALICE, BOB)
    opened = bench.begin()
    bench.require_rejected(opened, bench.respond(opened), user=BOB, what="a response handed in as another user")


def _other_session(bench: Bench) -> None:
    bench.require(SESSIONS)
    bench.clear(ALICE)
    opened = bench.begin()
    right = bench.respond(opened)
    bench.require_rejected(opened, right, session=ELSEWHERE, what="a response from another session")


def _other_login(bench: Bench) -> None:
    bench.clear(ALICE)
    first, second = bench.begin(), bench.begin(session=ELSEWHERE)
    response = bench.respond(first)
    bench.require_rejected(second, response, what="a response to another login")
    bench.require_accepted(bench.begin())


def _earlier_challenge(bench: Bench) -> None:
    bench.clear(ALICE)
    response = bench.respond(bench.begin())
    bench.require_rejected(bench.begin(), response, what="a response to the challenge before")
    bench.require_accepted(bench.begin())


def _superseded(bench: Bench) -> None:
    bench.require(RENEW)
    bench.clear(ALICE)
    opened = bench.begin()
    old = bench.respond(opened)
    renewed = bench.renew(opened)
    if renewed.challenge == opened.challenge:
        raise WronglyAcceptedError("the newer challenge is the older one again")
    bench.require_rejected(renewed, old, what="a response to a challenge that another took the place of")
    bench.clear(ALICE)
    bench.require_accepted(bench.renew(bench.begin()), what="the right response to the newer challenge")


def _other_purpose(bench: Bench) -> None:
    others = [purpose for purpose in bench.abilities.purposes if purpose != bench.purpose]
    if not others:
        raise NotTriedError("the adapter names one purpose only")

    def of(purpose: str) -> Wrong:
        return Wrong(name=f"a response for {purpose}", make=lambda on, opened, _: on.respond(opened, purpose=purpose))

    bench.reject_each([of(purpose) for purpose in others])


def _for_other_purpose(bench: Bench) -> None:
    others = [purpose for purpose in bench.abilities.begins if purpose != bench.purpose]
    if not others:
        raise NotTriedError("the adapter begins nothing but logins")
    for purpose in others:
        bench.clear(ALICE)
        opened = bench.begin(purpose=purpose)
        response = bench.respond(opened, purpose=bench.purpose)
        bench.require_rejected(opened, response, what=f"a response for {bench.purpose}, to open {purpose}")
        bench.clear(ALICE)
        bench.require_accepted(bench.begin(purpose=purpose), what=f"the right response for {purpose}")


def _unknown_login(bench: Bench) -> None:
    bench.clear(ALICE)
    opened = bench.begin()
    right = bench.respond(opened)
    for login in ("", "0", bench.entropy.token_bytes(16).hex()):
        if login != opened.login:
            bench.require_rejected(replace(opened, login=login), right, what="a response to a login that nobody began")


def _unknown_user(bench: Bench) -> None:
    bench.clear(ALICE)
    opened = bench.target.begin(_NOBODY, session=HERE, purpose=bench.purpose)
    form = bench.respond(bench.begin(ALICE, session=ELSEWHERE))
    if not isinstance(opened, Opened):
        return
    guesses = [bench.random(form), ""]
    if bench.abilities.suite is not None:
        guesses += _under_known_keys(bench, opened)
    for guess in guesses:
        bench.require_rejected(opened, guess, what="a response for a user who does not exist")


def _known_key(bench: Bench) -> None:
    if bench.abilities.suite is None:
        raise NotTriedError("the adapter names no suite")

    def under(place: int) -> Wrong:
        return Wrong(
            name="a response under a key that everybody knows",
            make=lambda on, opened, _: _under_known_keys(on, opened)[place],
        )

    bench.reject_each([under(place) for place in range(len(_KEYS))])


def _under_known_keys(bench: Bench, opened: Opened) -> list[str]:
    return [compute(bench.abilities, key, challenge=opened.challenge, purpose=opened.purpose) for key in _KEYS]


def _revoked(bench: Bench) -> None:
    bench.require(REVOKE)
    bench.clear(ALICE)
    opened = bench.begin()
    right = bench.respond(opened)
    bench.target.revoke(ALICE)
    bench.require_rejected(opened, right, what="a response of an authenticator that was revoked meanwhile")


def _told(bench: Bench) -> None:
    bench.clear(ALICE)
    opened = bench.begin()
    if bench.respond(opened) in bench.slip(opened).why:
        raise WronglyAcceptedError("the refusal tells the right response")


CASES: Final = (
    Case(
        name="replay",
        shows="A used response opens its own login no second time.",
        source="OWASP ASVS 5.0 6.5.1; CWE-294",
        play=_replay,
    ),
    Case(
        name="replay-later",
        shows="A used response opens no later login.",
        source="OWASP ASVS 5.0 6.5.1; CWE-294",
        play=_replay_later,
    ),
    Case(
        name="other-user",
        shows="Another user's authenticator answers for its own user only.",
        source="OWASP ASVS 5.0 6.6.2; CWE-287",
        play=_other_user,
    ),
    Case(
        name="as-other-user",
        shows="A response is handed in by the user whose login it is.",
        source="OWASP ASVS 5.0 6.6.2; CWE-639",
        play=_other_users_login,
    ),
    Case(
        name="other-session",
        shows="A response counts in the session that began the login.",
        source="OWASP ASVS 5.0 6.6.2; CWE-384",
        play=_other_session,
    ),
    Case(
        name="other-login",
        shows="A response to one login opens no other one of the same user.",
        source="OWASP ASVS 5.0 6.6.2; RFC 6287 7.1",
        play=_other_login,
    ),
    Case(
        name="earlier-challenge",
        shows="A response to the challenge before is rejected.",
        source="OWASP ASVS 5.0 6.6.2; RFC 6287 7.1",
        play=_earlier_challenge,
    ),
    Case(
        name="superseded",
        shows="A challenge that another took the place of is over.",
        source="OWASP ASVS 5.0 6.6.2; CWE-672",
        play=_superseded,
    ),
    Case(
        name="other-purpose",
        shows="A response for another purpose does not log in.",
        source="RFC 6287 5.1; OWASP ASVS 5.0 6.6.2",
        play=_other_purpose,
    ),
    Case(
        name="for-other-purpose",
        shows="A response that logs in opens nothing else.",
        source="RFC 6287 5.1; OWASP ASVS 5.0 6.6.2",
        play=_for_other_purpose,
    ),
    Case(
        name="unknown-login",
        shows="No response counts for a login that nobody began.",
        source="CWE-287; CWE-639",
        play=_unknown_login,
    ),
    Case(
        name="unknown-user",
        shows="No response opens a login of a user who does not exist.",
        source="CWE-287; CWE-204",
        play=_unknown_user,
    ),
    Case(
        name="known-key",
        shows="Keys of zeros and those of published examples answer nothing.",
        source="CWE-321; CWE-1188",
        play=_known_key,
    ),
    Case(
        name="revoked",
        shows="An authenticator that is out of use answers nothing any more, an open login included.",
        source="OWASP ASVS 5.0 6.5.6; CWE-613",
        play=_revoked,
    ),
    Case(
        name="told",
        shows="A refusal does not tell the right response.",
        source="CWE-209",
        play=_told,
    ),
)
