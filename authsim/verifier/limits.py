"""The limits on tries, on challenges and on texts that a profile may set: every ceremony asks with one line.

A number of the policy that is 0 is no limit, and nothing is counted for it. What is counted is kept under a MAC of what
it stands for (`ports.Tallies`), shared by all workers; a try is counted before anybody judges it. The lock-out of a
user is `lockout`, the limits on requests to a phone are `requests`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from authsim import states
from authsim.errors import Reason, RefusalError
from authsim.events import Event, EventKind
from authsim.model import Client, DeviceId, UserId
from authsim.policy import DAY, HOUR, MINUTE, SECOND, Policy
from authsim.protocol.transcript import Tag, encode_transcript
from authsim.verifier import Verifier

FIVE_MINUTES: Final = 5 * MINUTE
#: How long an address stays known at which a user completed a login.
KNOWN_MS: Final = 30 * DAY
#: Wrong answers in a row are remembered until a right one, or for this long.
IN_A_ROW_MS: Final = 365 * DAY
#: A row of wrong answers is never longer: by then each one blocks for a day.
_MOST_IN_A_ROW: Final = 1_000
_LONGEST_BLOCK_MS: Final = DAY
_NEVER_MS: Final = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordTry:
    """A password attempt that was counted at `at_ms`, under `keys`, until `settle_password`."""

    keys: tuple[bytes, ...]
    at_ms: int


def take_password(verifier: Verifier, *, name: str, client: Client, now_ms: int) -> PasswordTry:
    """Count a password attempt, whether or not somebody is called so; refuses with `SLOW_DOWN` (`retry_after_ms`).

    Counted are the address, the name, and all attempts together. An address at which this user completed a login lately
    is not held up by what others try elsewhere: its attempts on this name are counted by themselves. So nobody keeps
    the owner out by typing wrong passwords.
    """
    policy = verifier.policy
    address = _key(verifier, "tally-password-address", (Tag.CLIENT_ADDRESS, client.address))
    own = _key(verifier, "tally-password-own", (Tag.USER_LABEL, name), (Tag.CLIENT_ADDRESS, client.address))
    each, of_all = policy.password_tries_per_5_minutes, policy.password_tries_of_all_per_5_minutes
    wanted = [(address, each)]
    if each and verifier.store.tallies.count(_known(verifier, name, client), since_ms=now_ms - KNOWN_MS + 1):
        wanted.append((own, each))
    else:
        wanted.append((_key(verifier, "tally-password-name", (Tag.USER_LABEL, name)), each))
        wanted.append((_key(verifier, "tally-password-all"), of_all))
    taken: list[bytes] = []
    for key, allowed in wanted:
        if allowed:
            _take(verifier, key, [(allowed, FIVE_MINUTES)], now_ms=now_ms)
            taken.append(key)
    return PasswordTry(keys=tuple(taken), at_ms=now_ms)


def settle_password(verifier: Verifier, tried: PasswordTry, *, was_right: bool) -> None:
    """Take back what `take_password` counted when the password was right: only failures count.

    The same is written for a wrong one, to no effect, so that nobody tells them apart by the work.
    """
    for key in tried.keys:
        verifier.store.tallies.give_back(key, at_ms=tried.at_ms if was_right else _NEVER_MS)


def know_address(verifier: Verifier, *, name: str, client: Client, now_ms: int) -> None:
    """Remember where a user completed a login."""
    if verifier.policy.password_tries_per_5_minutes:
        verifier.store.tallies.take(_known(verifier, name, client), now_ms=now_ms, spans=[(1, KNOWN_MS)])


def take_answer(
    verifier: Verifier, *, user_id: UserId, device_id: DeviceId | None, client: Client, now_ms: int
) -> None:
    """Count an answer to the second factor as a wrong one, before it is judged; `forgive_answers` takes that back.

    `device_id`: of the phone whose response was typed, None for another factor. Refuses with `SECOND_FACTOR_BLOCKED`
    after wrong ones in a row, for a span that doubles, and beyond the user's tries (`retry_after_ms`); with
    `TYPED_MODE_LOCKED` when that phone's responses are not taken any more; both stand in the record. Refuses with
    `SLOW_DOWN` (`retry_after_ms`) beyond the tries of the address. What is refused here is not judged.
    """
    policy = verifier.policy
    in_a_row = _wrong(verifier, user_id)
    if policy.block_responses and _is_blocked(verifier, in_a_row, now_ms=now_ms):
        raise _refuse_answer(verifier, Reason.SECOND_FACTOR_BLOCKED, user_id, client, now_ms=now_ms)
    typed = None if device_id is None or not policy.typed_mode_responses else _typed(verifier, device_id)
    if typed is not None and verifier.store.tallies.count(typed, since_ms=0) >= policy.typed_mode_responses:
        raise _refuse_answer(verifier, Reason.TYPED_MODE_LOCKED, user_id, client, now_ms=now_ms)
    spans = _user_spans(policy)
    key = _key(verifier, "tally-answers", (Tag.USER_ID, bytes.fromhex(user_id)))
    wait_ms = verifier.store.tallies.take(key, now_ms=now_ms, spans=spans) if spans else 0
    if wait_ms:
        refusal = _refuse_answer(verifier, Reason.SECOND_FACTOR_BLOCKED, user_id, client, now_ms=now_ms)
        refusal.retry_after_ms = wait_ms
        raise refusal
    take_address(verifier, client=client, now_ms=now_ms)
    row = [(_MOST_IN_A_ROW, IN_A_ROW_MS)]
    if policy.block_responses:
        verifier.store.tallies.take(in_a_row, now_ms=now_ms, spans=row)
    if typed is not None:
        verifier.store.tallies.take(typed, now_ms=now_ms, spans=row)


def take_address(verifier: Verifier, *, client: Client, now_ms: int) -> None:
    """Count an answer at its address, whoever it is for; refuses with `SLOW_DOWN` (`retry_after_ms`)."""
    policy = verifier.policy
    spans = _spans(
        (policy.address_tries_per_5_minutes, FIVE_MINUTES),
        (policy.address_tries_per_hour, HOUR),
    )
    if spans:
        key = _key(verifier, "tally-answers-address", (Tag.CLIENT_ADDRESS, client.address))
        _take(verifier, key, spans, now_ms=now_ms)


def forgive_answers(verifier: Verifier, *, user_id: UserId, device_id: DeviceId | None) -> None:
    """Forget the wrong answers in a row: a login was completed. A phone's typed ones end only with a right one."""
    if verifier.policy.block_responses:
        verifier.store.tallies.clear(_wrong(verifier, user_id))
    if verifier.policy.typed_mode_responses and device_id is not None:
        verifier.store.tallies.clear(_typed(verifier, device_id))


def require_challenge(verifier: Verifier, user_id: UserId, *, now_ms: int) -> None:
    """Return when another challenge may be issued to this user's phone, else refuse with `CHALLENGES_SPENT`."""
    policy = verifier.policy
    spans = _spans(
        (policy.challenges_open, policy.challenge_ms),
        (policy.challenges_per_hour, HOUR),
        (policy.challenges_per_day, DAY),
    )
    for allowed, span_ms in spans:
        if verifier.store.logins.count_challenges(user_id, since_ms=now_ms - span_ms + 1) >= allowed:
            raise RefusalError(Reason.CHALLENGES_SPENT)


def take_text(verifier: Verifier, user_id: UserId, *, now_ms: int) -> None:
    """Count a text to a user, or refuse with `TEXTS_SPENT` (`retry_after_ms`)."""
    policy = verifier.policy
    spans = _spans((policy.sms_per_hour, HOUR), (policy.sms_per_day, DAY))
    if spans:
        key = _key(verifier, "tally-texts", (Tag.USER_ID, bytes.fromhex(user_id)))
        wait_ms = verifier.store.tallies.take(key, now_ms=now_ms, spans=spans)
        if wait_ms:
            raise RefusalError(Reason.TEXTS_SPENT, retry_after_ms=wait_ms)


def take_resend(verifier: Verifier, token_hash: bytes, *, now_ms: int) -> None:
    """Count a request that a browser sends again, or refuse with `RESENT_TOO_SOON` (`retry_after_ms`)."""
    key = _key(verifier, "tally-resend", (Tag.SERVER_NONCE, token_hash))
    pause_ms = verifier.policy.push_resend_seconds * SECOND
    wait_ms = verifier.store.tallies.take(key, now_ms=now_ms, spans=[(1, pause_ms)]) if pause_ms else 0
    if wait_ms:
        raise RefusalError(Reason.RESENT_TOO_SOON, retry_after_ms=wait_ms)


def require_no_hold(verifier: Verifier, user_id: UserId, *, now_ms: int) -> None:
    """Return when a text alone may bring in a phone, else refuse with `HOLD_NOT_OVER` (`retry_after_ms`).

    It waits after a phone was revoked: whoever stole number and password would have the phone revoked first.
    """
    hold_ms = verifier.policy.enrolment_hold_seconds * SECOND
    if not hold_ms:
        return
    revoked = [
        device.closed_ms or 0
        for device in verifier.store.devices.list_of(user_id)
        if device.state is states.Device.REVOKED
    ]
    wait_ms = max(revoked, default=0) + hold_ms - now_ms
    if revoked and wait_ms > 0:
        raise RefusalError(Reason.HOLD_NOT_OVER, retry_after_ms=wait_ms)


def _refuse_answer(verifier: Verifier, reason: Reason, user_id: UserId, client: Client, *, now_ms: int) -> RefusalError:
    """Record that an answer was not judged, for the user's own activity page, and return the refusal."""
    facts = {name: value for name, value in (("address", client.address), ("agent", client.agent)) if value}
    event = Event(kind=EventKind.LOGIN_REFUSED, at_ms=now_ms, user_id=user_id, reason=reason, facts=facts)
    verifier.store.audit.append(event)
    return RefusalError(reason)


def _is_blocked(verifier: Verifier, in_a_row: bytes, *, now_ms: int) -> bool:
    """Say whether the newest of the wrong answers in a row still blocks: the block doubles with each, up to a day."""
    policy = verifier.policy
    beyond = verifier.store.tallies.count(in_a_row, since_ms=0) - policy.block_responses
    if beyond < 0:
        return False
    block_ms = min((policy.block_seconds * SECOND) << min(beyond, 20), _LONGEST_BLOCK_MS)
    return verifier.store.tallies.count(in_a_row, since_ms=now_ms - block_ms + 1) > 0


def _user_spans(policy: Policy) -> Sequence[tuple[int, int]]:
    return _spans(
        (policy.user_tries_per_5_minutes, FIVE_MINUTES),
        (policy.user_tries_per_hour, HOUR),
        (policy.user_tries_per_day, DAY),
    )


def _spans(*spans: tuple[int, int]) -> Sequence[tuple[int, int]]:
    """Return the spans that limit anything."""
    return [span for span in spans if span[0]]


def _take(verifier: Verifier, key: bytes, spans: Sequence[tuple[int, int]], *, now_ms: int) -> None:
    wait_ms = verifier.store.tallies.take(key, now_ms=now_ms, spans=spans)
    if wait_ms:
        raise RefusalError(Reason.SLOW_DOWN, retry_after_ms=wait_ms)


def _known(verifier: Verifier, name: str, client: Client) -> bytes:
    return _key(verifier, "tally-known", (Tag.USER_LABEL, name), (Tag.CLIENT_ADDRESS, client.address))


def _wrong(verifier: Verifier, user_id: UserId) -> bytes:
    return _key(verifier, "tally-wrong", (Tag.USER_ID, bytes.fromhex(user_id)))


def _typed(verifier: Verifier, device_id: DeviceId) -> bytes:
    return _key(verifier, "tally-typed", (Tag.DEVICE_ID, bytes.fromhex(device_id)))


def _key(verifier: Verifier, context: str, *fields: tuple[Tag, str | bytes]) -> bytes:
    """Return the MAC under which something is counted: the store learns no name and no address by it."""
    return verifier.vault.mac(
        encode_transcript(
            context,
            [
                (tag, value.encode("utf-8", "surrogateescape") if isinstance(value, str) else value)
                for tag, value in fields
            ],
        )
    )
