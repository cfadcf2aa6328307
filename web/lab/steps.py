"""At which step of a ceremony each address stands: what faults are narrowed by, and what the story names.

Every address that the portal has is here, by the name of its view; whatever is no part of any ceremony (files, probes)
is said to be so.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from authsim.lab.catalogue import Step

#: Files, probes and descriptions: nobody tells them, and no fault strikes there.
ASIDE: Final = frozenset(
    {
        *("static", "openapi.show"),
        *("plain.favicon", "plain.favicon_ico", "plain.healthz", "plain.readyz", "plain.robots", "plain.report_policy"),
    }
)

#: What a whole blueprint's addresses are, but for those named below.
_ROOMS: Final[Mapping[str, Step]] = MappingProxyType(
    {
        **dict.fromkeys(
            ("plain", "login", "look", "help", "lost_phone", "app_site", "trading", "device_instance"), Step.PAGE
        ),
        **dict.fromkeys(("second_factor_choice",), Step.CHOICE),
        **dict.fromkeys(
            ("second_factor_state", "device_requests", "device_challenges", "device_events"), Step.NOTIFICATION
        ),
        **dict.fromkeys(("second_factor", "uniform"), Step.CHALLENGE),
        **dict.fromkeys(("device_push",), Step.DECISION),
        **dict.fromkeys(("inbox", "inbox_api"), Step.TEXT),
        **dict.fromkeys(("activation", "device_activate"), Step.ACTIVATION),
        **dict.fromkeys(("device_add_user",), Step.ENROLMENT),
        **dict.fromkeys(("device_credentials",), Step.PASSWORD),
        **dict.fromkeys(
            (
                *("home", "activity", "sessions", "settings", "opt_out", "factors", "factor_app", "factor_removal"),
                *("code_card", "online_card", "security_card", "passcode", "sharing", "number", "messages"),
                *("messages_guide", "messages_ticket", "verify", "sign_out", "between", "confirming", "device_session"),
                *("desk", "desk_users", "desk_acts", "desk_tickets", "trading_api"),
                *("gateway", "gateway_accounts"),
            ),
            Step.SESSION,
        ),
    }
)

_VIEWS: Final[Mapping[str, Step]] = MappingProxyType(
    {
        **dict.fromkeys(("login.submit", "trading.log_in", "trading_api.log_in", "lost_phone.submit"), Step.PASSWORD),
        **dict.fromkeys(
            (
                *("second_factor.submit", "second_factor_choice.answer", "uniform.submit", "uniform.submit_passcode"),
                *("trading.respond", "trading_api.respond"),
            ),
            Step.RESPONSE,
        ),
        **dict.fromkeys(
            ("second_factor.resend", "uniform.resend", "uniform.state", "uniform.events"), Step.NOTIFICATION
        ),
        **dict.fromkeys(("second_factor.go_on", "uniform.go_on"), Step.CONTINUE),
        **dict.fromkeys(("second_factor_choice.resend_text", "number.ask"), Step.TEXT),
        "trading.log_out": Step.SESSION,
    }
)


def find_step(endpoint: str | None) -> Step | None:
    """Return the step of a view; None for one that is no part of any ceremony. An address without a view is a page."""
    if endpoint is None:
        return Step.PAGE
    if endpoint in ASIDE:
        return None
    return _VIEWS.get(endpoint) or _ROOMS.get(endpoint.partition(".")[0])
