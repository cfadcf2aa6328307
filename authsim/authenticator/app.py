"""The app as an object on the phone: installed, opened, removed, in need of recovery, and allowed to notify or not.

Two tables, read as `authsim.states` is: what may follow what lives here. Where this is kept, and what happens to the
sealed keys, is the shell's business; an event that a person cannot bring about is refused, one that only a caller's
mistake can is a `TransitionError`.
"""

import enum
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from authsim.errors import Reason, RefusalError
from authsim.states import Table, next_state


class Stage(enum.Enum):
    """How far the app is. `REMOVED`, `REINSTALLED` and `RECOVERY` know that users were enrolled before."""

    ABSENT = "absent"
    INSTALLED = "installed"
    OPENED = "opened"
    REMOVED = "removed"
    REINSTALLED = "reinstalled"
    RECOVERY = "recovery"


class AppEvent(enum.Enum):
    """What can happen to the app. `START_ANEW` gives up what was enrolled before."""

    INSTALL = "install"
    OPEN = "open"
    REMOVE = "remove"
    CLEAR_DATA = "clear_data"
    UPDATE_SYSTEM = "update_system"
    RESTORE = "restore"
    START_ANEW = "start_anew"


class Permission(enum.Enum):
    """Whether the app may send notifications: iOS asks when it is opened for the first time."""

    NOT_ASKED = "not_asked"
    ALLOWED = "allowed"
    REFUSED = "refused"


class PermissionEvent(enum.Enum):
    """How the permission changes: answered or switched in the phone's settings, or forgotten with the app."""

    ALLOW = "allow"
    REFUSE = "refuse"
    FORGET = "forget"


APP: Table[Stage, AppEvent] = MappingProxyType(
    {
        Stage.ABSENT: MappingProxyType({AppEvent.INSTALL: Stage.INSTALLED, AppEvent.UPDATE_SYSTEM: Stage.ABSENT}),
        Stage.INSTALLED: MappingProxyType(
            {
                AppEvent.INSTALL: Stage.INSTALLED,
                AppEvent.OPEN: Stage.OPENED,
                AppEvent.REMOVE: Stage.ABSENT,
                AppEvent.CLEAR_DATA: Stage.INSTALLED,
                AppEvent.UPDATE_SYSTEM: Stage.INSTALLED,
            }
        ),
        Stage.OPENED: MappingProxyType(
            {
                AppEvent.INSTALL: Stage.OPENED,
                AppEvent.OPEN: Stage.OPENED,
                AppEvent.REMOVE: Stage.REMOVED,
                AppEvent.CLEAR_DATA: Stage.REINSTALLED,
                AppEvent.UPDATE_SYSTEM: Stage.RECOVERY,
            }
        ),
        Stage.REMOVED: MappingProxyType({AppEvent.INSTALL: Stage.REINSTALLED, AppEvent.UPDATE_SYSTEM: Stage.REMOVED}),
        Stage.REINSTALLED: MappingProxyType(
            {
                AppEvent.INSTALL: Stage.REINSTALLED,
                AppEvent.OPEN: Stage.RECOVERY,
                AppEvent.REMOVE: Stage.REMOVED,
                AppEvent.CLEAR_DATA: Stage.REINSTALLED,
                AppEvent.UPDATE_SYSTEM: Stage.REINSTALLED,
                AppEvent.RESTORE: Stage.OPENED,
                AppEvent.START_ANEW: Stage.OPENED,
            }
        ),
        Stage.RECOVERY: MappingProxyType(
            {
                AppEvent.INSTALL: Stage.RECOVERY,
                AppEvent.OPEN: Stage.RECOVERY,
                AppEvent.REMOVE: Stage.REMOVED,
                AppEvent.CLEAR_DATA: Stage.REINSTALLED,
                AppEvent.UPDATE_SYSTEM: Stage.RECOVERY,
                AppEvent.RESTORE: Stage.OPENED,
                AppEvent.START_ANEW: Stage.OPENED,
            }
        ),
    }
)

PERMISSION: Table[Permission, PermissionEvent] = MappingProxyType(
    {
        permission: MappingProxyType(
            {
                PermissionEvent.ALLOW: Permission.ALLOWED,
                PermissionEvent.REFUSE: Permission.REFUSED,
                PermissionEvent.FORGET: Permission.NOT_ASKED,
            }
        )
        for permission in Permission
    }
)

# Where nobody was enrolled, nothing of the app outlives it, and nothing is recovered.
_WITHOUT_USERS: Final[Mapping[Stage, Stage]] = MappingProxyType(
    {Stage.REMOVED: Stage.ABSENT, Stage.REINSTALLED: Stage.INSTALLED, Stage.RECOVERY: Stage.OPENED}
)
_GONE: Final = frozenset({Stage.ABSENT, Stage.REMOVED})
_FORGETS: Final = frozenset({AppEvent.REMOVE, AppEvent.CLEAR_DATA})


class App(NamedTuple):
    """The app on this phone. A phone that says nothing else has it, opened, and allowed to notify."""

    stage: Stage = Stage.OPENED
    permission: Permission = Permission.ALLOWED

    @property
    def is_installed(self) -> bool:
        """Say whether the app lies on the phone at all."""
        return self.stage not in _GONE

    @property
    def needs_recovery(self) -> bool:
        """Say whether what was enrolled before must be restored first."""
        return self.stage in {Stage.REINSTALLED, Stage.RECOVERY}


def require_app(app: App) -> None:
    """Refuse with `APP_NOT_INSTALLED` or `RECOVERY_NEEDED` when the app cannot be used for its users."""
    if not app.is_installed:
        raise RefusalError(Reason.APP_NOT_INSTALLED)
    if app.needs_recovery:
        raise RefusalError(Reason.RECOVERY_NEEDED)


def with_event(app: App, event: AppEvent, *, has_users: bool) -> App:
    """Return the app after `event`; `has_users` says whether anybody is enrolled on this phone.

    What needs an app is refused with `APP_NOT_INSTALLED` where there is none. To restore what is whole is a
    `TransitionError`: ask `needs_recovery` first.
    """
    if not app.is_installed and event not in {AppEvent.INSTALL, AppEvent.UPDATE_SYSTEM}:
        raise RefusalError(Reason.APP_NOT_INSTALLED)
    stage = next_state(APP, app.stage, event)
    if not has_users:
        stage = _WITHOUT_USERS.get(stage, stage)
    permission = next_state(PERMISSION, app.permission, PermissionEvent.FORGET) if event in _FORGETS else app.permission
    return App(stage=stage, permission=permission)


def with_permission(app: App, *, is_allowed: bool) -> App:
    """Return the app after the person answered its question, or moved the switch in the phone's settings."""
    if not app.is_installed:
        raise RefusalError(Reason.APP_NOT_INSTALLED)
    event = PermissionEvent.ALLOW if is_allowed else PermissionEvent.REFUSE
    return app._replace(permission=next_state(PERMISSION, app.permission, event))
