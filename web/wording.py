"""How numbers and instants are said to people, in the language of the request."""

from datetime import UTC, datetime
from typing import Final

from flask_babel import format_datetime, format_time, gettext, ngettext

_MINUTE: Final = 60
_HOUR: Final = 3600


def format_wait(milliseconds: int) -> str:
    """Return a wait in the broker's public wording: `53 seconds`, `4 minutes & 47 seconds`; rounded up."""
    seconds = max(1, -(-milliseconds // 1000))
    hours, rest = divmod(seconds, _HOUR)
    minutes, seconds = divmod(rest, _MINUTE)
    parts = []
    if hours:
        parts.append(str(ngettext("%(num)s hour", "%(num)s hours", hours)))
    if minutes:
        parts.append(str(ngettext("%(num)s minute", "%(num)s minutes", minutes)))
    if seconds and not hours:
        parts.append(str(ngettext("%(num)s second", "%(num)s seconds", seconds)))
    if len(parts) == 1:
        return parts[0]
    return str(gettext("%(larger)s & %(smaller)s", larger=parts[0], smaller=parts[1]))


def format_remaining(milliseconds: int) -> str:
    """Return what is left of a code's life as `2:59`; never negative."""
    seconds = max(0, -(-milliseconds // 1000))
    return f"{seconds // _MINUTE}:{seconds % _MINUTE:02}"


def format_instant(milliseconds: int) -> str:
    """Return an instant for people, in UTC; a script of the page may say it in the browser's own zone."""
    instant = datetime.fromtimestamp(milliseconds / 1000, UTC)
    return str(gettext("%(instant)s UTC", instant=format_datetime(instant, "medium", rebase=False)))


def format_time_of_day(milliseconds: int) -> str:
    """Return the time of day of an instant, in UTC, to the second."""
    instant = datetime.fromtimestamp(milliseconds / 1000, UTC)
    return str(gettext("%(instant)s UTC", instant=format_time(instant, "medium", rebase=False)))


def format_machine_instant(milliseconds: int) -> str:
    """Return an instant for `<time datetime>`."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="seconds")
