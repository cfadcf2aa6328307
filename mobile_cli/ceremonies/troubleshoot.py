"""A notification that does not come: the help article's checklist, in its order, each step really looked at.

What the phone knows of itself is read from its settings; what the portal knows is asked, where the phone can ask.
"""

import enum
from collections.abc import Sequence
from typing import NamedTuple

from authsim.authenticator.app import App, Permission, require_app
from authsim.authenticator.settings import Conditions, Internet, Settings
from authsim.authenticator.sight import Hindrance, see_push
from authsim.errors import RefusalError
from mobile_cli.ceremonies.session import Line, read_requests
from mobile_cli.exits import Exit, PhoneError

Cause = Hindrance | RefusalError | PhoneError


class Step(enum.Enum):
    """What is looked at, in the article's order."""

    APP = "app"
    IB_KEY = "ib_key"
    INTERNET = "internet"
    PORTAL = "portal"
    SEAMLESS = "seamless"
    LIST = "list"
    AIRPLANE = "airplane"
    DO_NOT_DISTURB = "do_not_disturb"
    PERMISSION = "permission"


class Finding(NamedTuple):
    """One step: fine, with its cause, or, where the phone could not ask, neither. Without `user` it is the phone's."""

    step: Step
    is_known: bool
    cause: Cause | None = None
    user: str | None = None


def look_into(settings: Settings, lines: Sequence[Line]) -> list[Finding]:
    """Return what each step found; `lines` are those of the opened phone, empty when it cannot ask anybody."""
    asked = [_ask(line) for line in lines]
    ib_key = [found for answers in asked for found in answers if found.step is Step.IB_KEY]
    portal = [found for answers in asked for found in answers if found.step is Step.PORTAL]
    seamless = [found for answers in asked for found in answers if found.step is Step.SEAMLESS]
    unasked = not lines
    return [
        _look_at_app(settings.app),
        *(ib_key or [Finding(Step.IB_KEY, is_known=not unasked)]),
        _of_phone(Step.INTERNET, Hindrance.NO_INTERNET, settings.conditions.internet is Internet.OFF),
        *(portal or [Finding(Step.PORTAL, is_known=not unasked)]),
        *(seamless or [Finding(Step.SEAMLESS, is_known=not unasked)]),
        _look_at_list(settings),
        _of_phone(Step.AIRPLANE, Hindrance.AIRPLANE, settings.conditions.airplane),
        _look_at_quiet(settings),
        _of_phone(
            Step.PERMISSION,
            Hindrance.NOT_ALLOWED,
            settings.app.is_installed and settings.app.permission is not Permission.ALLOWED,
        ),
    ]


def find_cause(findings: Sequence[Finding]) -> Finding | None:
    """Return the first step that found a cause."""
    return next((finding for finding in findings if finding.cause is not None), None)


def _ask(line: Line) -> list[Finding]:
    """Return what an account's portal says: of the phone, of itself, and of notifications."""
    user = line.account.label
    try:
        reply = read_requests(line)
    except RefusalError as refusal:
        return [
            Finding(Step.IB_KEY, is_known=True, cause=refusal, user=user),
            Finding(Step.PORTAL, is_known=True, user=user),
            Finding(Step.SEAMLESS, is_known=False, user=user),
        ]
    except PhoneError as error:
        return [
            Finding(Step.IB_KEY, is_known=False, user=user),
            Finding(Step.PORTAL, is_known=True, cause=error, user=user),
            Finding(Step.SEAMLESS, is_known=False, user=user),
        ]
    off = None if reply.seamless else PhoneError(Exit.REFUSED, "seamless_off", user=user)
    return [
        Finding(Step.IB_KEY, is_known=True, user=user),
        Finding(Step.PORTAL, is_known=True, user=user),
        Finding(Step.SEAMLESS, is_known=True, cause=off, user=user),
    ]


def _of_phone(step: Step, hindrance: Hindrance, is_so: bool) -> Finding:
    return Finding(step, is_known=True, cause=hindrance if is_so else None)


def _look_at_app(app: App) -> Finding:
    try:
        require_app(app)
    except RefusalError as refusal:
        return Finding(Step.APP, is_known=True, cause=refusal)
    return Finding(Step.APP, is_known=True)


def _look_at_list(settings: Settings) -> Finding:
    """Say whether switches hide a notification that nothing else stops."""
    alone = settings._replace(app=App(), conditions=Conditions(locked=settings.conditions.locked))
    seen = see_push(alone)
    hidden = () if seen.is_noticed else seen.hindrances
    return Finding(Step.LIST, is_known=True, cause=next(iter(hidden), None))


def _look_at_quiet(settings: Settings) -> Finding:
    alone = settings._replace(
        app=App(), conditions=settings.conditions._replace(airplane=False, internet=Internet.WIFI)
    )
    is_quiet = Hindrance.DO_NOT_DISTURB in see_push(alone).hindrances
    return _of_phone(Step.DO_NOT_DISTURB, Hindrance.DO_NOT_DISTURB, is_quiet)
