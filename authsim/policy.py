"""Every number of the simulator, in one frozen value, each with the place it comes from.

A policy is chosen when a portal's store is made and kept with it. It is passed to a flow as a value; nothing wraps a
view, nothing is negotiated. `with_setting` is the operator's `--set NAME=VALUE`.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from types import MappingProxyType
from typing import Final

from authsim.errors import MessageError

SECOND: Final = 1_000
MINUTE: Final = 60 * SECOND
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR

CLASSIC: Final = "classic"
HARDENED: Final = "hardened"

#: The suite of each profile's challenges, as `protocol.suite` names it: fixed when a portal is made.
SUITE_OF: Final[Mapping[str, str]] = MappingProxyType({CLASSIC: "classic6", HARDENED: "strict10"})


def _number(default: int, *, unit: str, least: int, most: int, source: str) -> int:
    value: int = field(default=default, metadata={"unit": unit, "least": least, "most": most, "source": source})
    return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The numbers of one portal. Durations are stored in seconds because operators type them."""

    challenge_seconds: int = _number(
        180,
        unit="s",
        least=1,
        most=3600,
        source="the 180 s second-factor dialog that users of the desktop login report",
    )
    responses_per_challenge: int = _number(
        1, unit="tries", least=1, most=10, source="decision: one wrong response ends the login attempt"
    )
    login_seconds: int = _number(
        300, unit="s", least=1, most=3600, source="OWASP ASVS 5.0 6.6: a login attempt of 5 minutes"
    )
    remember_first_factor_seconds: int = _number(
        60, unit="s", least=1, most=300, source="decision: time to correct the paper/live switch"
    )
    activation_seconds: int = _number(
        600, unit="s", least=1, most=3600, source="NIST SP 800-63B-4 4.1.2.2: 10 minutes for a code shown on screen"
    )
    lockout_failures: int = _number(
        10, unit="failures", least=2, most=1000, source="broker's public article: 10 consecutive failed logins"
    )
    lockout_window_seconds: int = _number(
        86_400, unit="s", least=1, most=30 * 86_400, source="same article: within any 24 hours"
    )
    lockout_seconds: int = _number(
        86_400, unit="s", least=1, most=30 * 86_400, source="same article: until 24 hours after the last failed attempt"
    )
    failures_lock: int = _number(
        1, unit="0 or 1", least=0, most=1, source="same article; where it is 0, failures delay and never lock a user"
    )
    throttle_failures: int = _number(
        5, unit="failures", least=1, most=1000, source="decision: the documented wait begins at the 5th failure"
    )
    throttle_seconds: int = _number(
        53, unit="s", least=0, most=3600, source="public reports of 'Please wait 53 seconds'; doubles with each failure"
    )
    session_idle_seconds: int = _number(
        900, unit="s", least=1, most=86_400, source="NIST SP 800-63B-4 AAL2 guidance, shortened"
    )
    session_seconds: int = _number(
        43_200, unit="s", least=1, most=86_400, source="NIST SP 800-63B-4 5.2: 12 hours at AAL2"
    )
    brokerage_idle_seconds: int = _number(
        360, unit="s", least=1, most=86_400, source="public reports of a gateway's session: about 6 minutes uncalled"
    )
    sessions_per_user: int = _number(
        5, unit="sessions", least=1, most=100, source="decision: the oldest ends when a sixth opens"
    )
    push_seconds: int = _number(
        180, unit="s", least=1, most=3600, source="the same 180 s dialog: a request lives as long as it"
    )
    push_number_digits: int = _number(
        0, unit="digits", least=0, most=6, source="decision: none in classic; typed numbers answer push fatigue"
    )
    push_tries: int = _number(
        1, unit="tries", least=1, most=10, source="decision: wrong numbers before a request is over"
    )
    push_burst: int = _number(
        0, unit="requests", least=0, most=1000, source="NIST SP 800-63B-4 3.1.3.1: limit requests; 0 is no limit"
    )
    push_burst_seconds: int = _number(600, unit="s", least=1, most=86_400, source="decision: 10 minutes")
    push_unanswered: int = _number(
        0, unit="requests", least=0, most=1000, source="decision: unapproved in a row before they stop; 0 is no limit"
    )
    push_report_blocks: int = _number(
        0, unit="0 or 1", least=0, most=1, source="decision: whether 'It wasn't me' stops requests until a typed login"
    )
    sms_code_digits: int = _number(
        6, unit="digits", least=4, most=10, source="decision: 6, as the texted login codes that users report"
    )
    sms_code_seconds: int = _number(
        600, unit="s", least=1, most=3600, source="NIST SP 800-63B-4 3.1.3.2: at most 10 minutes"
    )
    sms_code_tries: int = _number(3, unit="tries", least=1, most=10, source="OWASP ASVS 5.0 6.6.3: few tries")
    sms_resend_seconds: int = _number(
        120, unit="s", least=0, most=3600, source="broker's public article: a new text at most every 2 minutes"
    )
    sms_sends: int = _number(3, unit="texts", least=1, most=100, source="decision: against text pumping")
    push_resend_seconds: int = _number(
        5, unit="s", least=0, most=3600, source="decision: between two requests that one login sends"
    )
    login_code_seconds: int = _number(
        180, unit="s", least=1, most=3600, source="the same 180 s dialog: a texted login code lives as long as it"
    )
    login_code_tries: int = _number(
        3, unit="tries", least=1, most=10, source="OWASP ASVS 5.0 6.6.3: few tries; each counts as a failed login"
    )
    authenticator_app_drift: int = _number(
        1, unit="steps", least=0, most=10, source="RFC 6238 5.2: at most one step of 30 s for delay, each way"
    )
    card_activation_days: int = _number(
        14, unit="days", least=1, most=365, source="broker's public article: a mailed device is activated in 14 days"
    )
    online_card_days: int = _number(
        21, unit="days", least=1, most=365, source="broker's public article: the online card is valid for 21 days"
    )
    passcode_full_seconds: int = _number(
        172_800, unit="s", least=1, most=30 * 86_400, source="broker's public article: two days of full access"
    )
    passcode_limited_seconds: int = _number(
        864_000, unit="s", least=0, most=30 * 86_400, source="same article: ten more days, for the online card only"
    )
    passcode_uses: int = _number(
        0, unit="uses", least=0, most=1, source="NIST SP 800-63B-4 3.1.2: a look-up secret once; 0 is until it expires"
    )
    passcode_restricts: int = _number(
        0, unit="0 or 1", least=0, most=1, source="decision: whether its session may not touch factors or the number"
    )
    verification_seconds: int = _number(
        300, unit="s", least=1, most=3600, source="OWASP: a sensitive operation takes a proof of at most 5 minutes"
    )
    opt_out_cooling_seconds: int = _number(
        0, unit="s", least=0, most=30 * 86_400, source="decision: at once in classic, as the public article has it"
    )
    opt_out_by_device: int = _number(
        0, unit="0 or 1", least=0, most=1, source="decision: whether opting out takes an own answer of the phone"
    )
    uniform_login: int = _number(
        0, unit="0 or 1", least=0, most=1, source="OWASP ASVS 5.0 6.3.8: whether every login shows the same second page"
    )
    uniform_beat_ms: int = _number(
        0, unit="ms", least=0, most=1000, source="decision: answers leave on the beat, so time tells nobody; 0 is none"
    )
    confirm_activation: int = _number(
        0, unit="0 or 1", least=0, most=1, source="decision: whether a new phone waits for a code typed in the browser"
    )
    confirmation_tries: int = _number(3, unit="tries", least=1, most=10, source="OWASP ASVS 5.0 6.6.3: few tries")
    add_user_by_device: int = _number(
        0, unit="0 or 1", least=0, most=1, source="NIST SP 800-63B-4 4.1.2: whether the active phone approves another"
    )
    enrolment_hold_seconds: int = _number(
        0, unit="s", least=0, most=30 * 86_400, source="decision: how long a text alone waits after a phone was revoked"
    )
    challenges_per_hour: int = _number(
        0, unit="challenges", least=0, most=10_000, source="decision against precomputation; 0 is no limit"
    )
    challenges_per_day: int = _number(
        0, unit="challenges", least=0, most=10_000, source="decision against precomputation; 0 is no limit"
    )
    challenges_open: int = _number(
        0, unit="challenges", least=0, most=100, source="decision against precomputation: within one challenge's life"
    )
    block_responses: int = _number(
        0, unit="answers", least=0, most=100, source="PSD2 RTS 4(3)(b): wrong in a row before a block; 0 is none"
    )
    block_seconds: int = _number(
        900, unit="s", least=1, most=86_400, source="decision: the first block; it doubles, up to a day"
    )
    typed_mode_responses: int = _number(
        0, unit="answers", least=0, most=100, source="PSD2 RTS 4(3)(b): wrong in a row before typing ends; 0 is never"
    )
    user_tries_per_5_minutes: int = _number(
        0, unit="tries", least=0, most=10_000, source="limits of a public package index: 5; 0 is none"
    )
    user_tries_per_hour: int = _number(0, unit="tries", least=0, most=10_000, source="the same: 20")
    user_tries_per_day: int = _number(0, unit="tries", least=0, most=10_000, source="the same: 50")
    address_tries_per_5_minutes: int = _number(0, unit="tries", least=0, most=10_000, source="the same: 10 an address")
    address_tries_per_hour: int = _number(0, unit="tries", least=0, most=10_000, source="the same: 50 an address")
    password_tries_per_5_minutes: int = _number(
        0, unit="tries", least=0, most=10_000, source="the same: 10 for passwords, by name and by address"
    )
    password_tries_of_all_per_5_minutes: int = _number(
        0, unit="tries", least=0, most=1_000_000, source="decision: 1000 for the whole portal; 0 is none"
    )
    password_blocklist: int = _number(
        0, unit="0 or 1", least=0, most=1, source="NIST SP 800-63B-4 3.1.1.2: whether common passwords are refused"
    )
    sms_per_hour: int = _number(0, unit="texts", least=0, most=1000, source="decision: texts to a user; 0 is no limit")
    sms_per_day: int = _number(0, unit="texts", least=0, most=1000, source="decision: texts to a user; 0 is no limit")
    device_session_seconds: int = _number(
        600, unit="s", least=1, most=3600, source="decision: a read-only token of 10 minutes"
    )
    device_nonce_seconds: int = _number(
        60, unit="s", least=1, most=600, source="decision: a nonce is signed at once or not at all"
    )
    clone_alarms: int = _number(
        1, unit="alarms", least=0, most=100, source="decision: repeated counters before the device is suspended"
    )
    account_days: int = _number(
        7, unit="days", least=1, most=3650, source="decision: practice accounts do not live on (docs/ETHICS.md)"
    )
    keep_closed_days: int = _number(
        30, unit="days", least=1, most=3650, source="decision: what is over for a month is swept; the record never is"
    )
    password_least_characters: int = _number(
        8, unit="characters", least=8, most=64, source="NIST SP 800-63B-4 3.1.1.2, with a second factor"
    )

    @property
    def challenge_ms(self) -> int:
        """Life of a challenge, in milliseconds."""
        return self.challenge_seconds * SECOND

    @property
    def login_ms(self) -> int:
        """Life of a login transaction, in milliseconds."""
        return self.login_seconds * SECOND

    @property
    def push_ms(self) -> int:
        """Life of a request to a device, in milliseconds."""
        return self.push_seconds * SECOND

    @property
    def activation_ms(self) -> int:
        """Life of an activation code, in milliseconds."""
        return self.activation_seconds * SECOND


def with_setting(policy: Policy, text: str) -> Policy:
    """Return `policy` with one `NAME=VALUE` applied, or raise `MessageError` saying what is allowed."""
    name, separator, value = text.partition("=")
    known = {item.name: item for item in fields(Policy)}
    if not separator or name not in known:
        raise MessageError(f"a policy setting is NAME=VALUE with one of: {', '.join(sorted(known))}")
    least, most = known[name].metadata["least"], known[name].metadata["most"]
    if not (value.isascii() and value.isdigit() and len(value) <= 9 and least <= int(value) <= most):
        raise MessageError(f"{name} takes a whole number from {least} to {most} ({known[name].metadata['unit']})")
    return replace(policy, **{name: int(value)})


def format_policy(policy: Policy) -> str:
    """Return the policy as compact JSON, for the store."""
    return json.dumps(asdict(policy), separators=(",", ":"), sort_keys=True)


def parse_policy(text: str) -> Policy:
    """Return the policy that `format_policy` wrote; settings that are younger than the store take their defaults."""
    known = {item.name for item in fields(Policy)}
    return Policy(**{name: value for name, value in json.loads(text).items() if name in known})
