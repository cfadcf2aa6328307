"""A challenge as a phone reads it, where nobody types it over: the question of a login that waits for its response.

It is no secret: it stands on the page that waits, and only the phone's seed makes a response of it (`codes`).
"""

from dataclasses import dataclass

from authsim.errors import MessageError
from authsim.protocol.codes import Purpose, purpose_of, require_challenge
from authsim.protocol.encodings import require_integer
from authsim.protocol.members import format_members, parse_members
from authsim.protocol.suite import require_suite_name


@dataclass(frozen=True, slots=True, kw_only=True)
class ChallengeInfo:
    """A challenge as it travels: its digits, the name of its suite, the purpose that it was issued for.

    `iat` and `exp` are milliseconds since the epoch.
    """

    question: str
    suite: str
    purpose: int
    iat: int
    exp: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChallengesReply:
    """The newest challenge that the phone can answer now, alone in a list; an empty one says that none waits."""

    challenges: tuple[ChallengeInfo, ...]


def format_challenges_reply(reply: ChallengesReply) -> str:
    """Return the JSON of what can be answered."""
    return format_members({"challenges": [_describe(info) for info in reply.challenges]})


def parse_challenges_reply(body: bytes) -> ChallengesReply:
    """Return what can be answered, or raise `MessageError`: also for digits that are none of the suite and purpose."""
    challenges = parse_members(body, {"challenges"})["challenges"]
    if type(challenges) is not list or len(challenges) > 1:
        raise MessageError("what can be answered is a list of one challenge or none")
    return ChallengesReply(challenges=tuple(_parse_info(item) for item in challenges))


def _describe(info: ChallengeInfo) -> dict[str, object]:
    return {
        "question": info.question,
        "suite": info.suite,
        "purpose": info.purpose,
        "iat": info.iat,
        "exp": info.exp,
    }


def _parse_info(value: object) -> ChallengeInfo:
    if type(value) is not dict or value.keys() != {"question", "suite", "purpose", "iat", "exp"}:
        raise MessageError("a challenge has exactly its members")
    suite, purpose = require_suite_name(value["suite"]), _require_purpose(value["purpose"])
    question = require_challenge(suite, value["question"])
    if question != value["question"] or purpose_of(suite, question, purpose) != purpose:
        raise MessageError("the digits of a challenge are those of its suite and purpose")
    return ChallengeInfo(
        question=question,
        suite=suite,
        purpose=purpose,
        iat=require_integer(value["iat"]),
        exp=require_integer(value["exp"]),
    )


def _require_purpose(value: object) -> int:
    purpose = require_integer(value)
    if purpose not in {known.value for known in Purpose}:
        raise MessageError("a purpose is one of the table")
    return purpose
