"""The two profiles that ship: which numbers a new portal begins with. The difference between them is this table."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from authsim.policy import CLASSIC, HARDENED, Policy

#: The numbers of a new portal of each profile; docs/profiles.md is made from them.
PROFILES: Final[Mapping[str, Policy]] = MappingProxyType(
    {
        CLASSIC: Policy(),
        HARDENED: Policy(
            responses_per_challenge=3,
            failures_lock=0,
            push_seconds=120,
            push_number_digits=6,
            push_tries=3,
            push_burst=3,
            push_unanswered=10,
            push_report_blocks=1,
            sms_code_digits=8,
            sms_code_seconds=300,
            sms_code_tries=5,
            sms_resend_seconds=30,
            sms_per_hour=5,
            sms_per_day=10,
            passcode_full_seconds=86_400,
            passcode_limited_seconds=0,
            passcode_uses=1,
            passcode_restricts=1,
            opt_out_cooling_seconds=86_400,
            opt_out_by_device=1,
            uniform_login=1,
            uniform_beat_ms=100,
            confirm_activation=1,
            add_user_by_device=1,
            enrolment_hold_seconds=86_400,
            challenges_per_hour=20,
            challenges_per_day=50,
            challenges_open=3,
            block_responses=5,
            typed_mode_responses=10,
            user_tries_per_5_minutes=5,
            user_tries_per_hour=20,
            user_tries_per_day=50,
            address_tries_per_5_minutes=10,
            address_tries_per_hour=50,
            password_tries_per_5_minutes=10,
            password_tries_of_all_per_5_minutes=1000,
            password_blocklist=1,
            session_idle_seconds=300,
            password_least_characters=15,
        ),
    }
)
