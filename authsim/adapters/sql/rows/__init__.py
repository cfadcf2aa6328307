"""Rows and nouns: how the values of `authsim.model` lie in their tables. One file for each of its neighbourhoods."""

from typing import TYPE_CHECKING, Any

from authsim.adapters.sql.rows.factors import (
    format_decoy,
    format_factor,
    format_prompt,
    parse_decoy,
    parse_factor,
    parse_prompt,
)
from authsim.adapters.sql.rows.logins import (
    format_challenge,
    format_login,
    format_push,
    parse_challenge,
    parse_login,
    parse_push,
)
from authsim.adapters.sql.rows.people import (
    format_lockout,
    format_session,
    format_user,
    parse_lockout,
    parse_session,
    parse_user,
)
from authsim.adapters.sql.rows.phones import (
    format_activation,
    format_device,
    format_device_session,
    format_enrolment,
    format_text,
    parse_activation,
    parse_device,
    parse_device_session,
    parse_enrolment,
    parse_text,
)
from authsim.adapters.sql.rows.tickets import (
    format_attachment,
    format_message,
    format_ticket,
    parse_attachment,
    parse_message,
    parse_ticket,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Row

    AnyRow = Row[*tuple[Any, ...]]
    Values = Mapping[str, str | int | bytes | None]

__all__ = [
    "format_activation",
    "format_attachment",
    "format_challenge",
    "format_decoy",
    "format_device",
    "format_device_session",
    "format_enrolment",
    "format_factor",
    "format_lockout",
    "format_login",
    "format_message",
    "format_prompt",
    "format_push",
    "format_session",
    "format_text",
    "format_ticket",
    "format_user",
    "parse_activation",
    "parse_attachment",
    "parse_challenge",
    "parse_decoy",
    "parse_device",
    "parse_device_session",
    "parse_enrolment",
    "parse_factor",
    "parse_lockout",
    "parse_login",
    "parse_message",
    "parse_prompt",
    "parse_push",
    "parse_session",
    "parse_text",
    "parse_ticket",
    "parse_user",
]
