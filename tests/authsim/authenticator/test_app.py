"""The app as an object: every pair of stage and event, legal or refused."""

from itertools import product

import pytest

from authsim.authenticator.app import (
    App,
    AppEvent,
    Permission,
    Stage,
    require_app,
    with_event,
    with_permission,
)
from authsim.errors import Reason, RefusalError, TransitionError

# Written down a second time, independently of the table: with users enrolled.
LEGAL = {
    (Stage.ABSENT, AppEvent.INSTALL): Stage.INSTALLED,
    (Stage.ABSENT, AppEvent.UPDATE_SYSTEM): Stage.ABSENT,
    (Stage.INSTALLED, AppEvent.INSTALL): Stage.INSTALLED,
    (Stage.INSTALLED, AppEvent.OPEN): Stage.OPENED,
    (Stage.INSTALLED, AppEvent.REMOVE): Stage.ABSENT,
    (Stage.INSTALLED, AppEvent.CLEAR_DATA): Stage.INSTALLED,
    (Stage.INSTALLED, AppEvent.UPDATE_SYSTEM): Stage.INSTALLED,
    (Stage.OPENED, AppEvent.INSTALL): Stage.OPENED,
    (Stage.OPENED, AppEvent.OPEN): Stage.OPENED,
    (Stage.OPENED, AppEvent.REMOVE): Stage.REMOVED,
    (Stage.OPENED, AppEvent.CLEAR_DATA): Stage.REINSTALLED,
    (Stage.OPENED, AppEvent.UPDATE_SYSTEM): Stage.RECOVERY,
    (Stage.REMOVED, AppEvent.INSTALL): Stage.REINSTALLED,
    (Stage.REMOVED, AppEvent.UPDATE_SYSTEM): Stage.REMOVED,
    (Stage.REINSTALLED, AppEvent.INSTALL): Stage.REINSTALLED,
    (Stage.REINSTALLED, AppEvent.OPEN): Stage.RECOVERY,
    (Stage.REINSTALLED, AppEvent.REMOVE): Stage.REMOVED,
    (Stage.REINSTALLED, AppEvent.CLEAR_DATA): Stage.REINSTALLED,
    (Stage.REINSTALLED, AppEvent.UPDATE_SYSTEM): Stage.REINSTALLED,
    (Stage.REINSTALLED, AppEvent.RESTORE): Stage.OPENED,
    (Stage.REINSTALLED, AppEvent.START_ANEW): Stage.OPENED,
    (Stage.RECOVERY, AppEvent.INSTALL): Stage.RECOVERY,
    (Stage.RECOVERY, AppEvent.OPEN): Stage.RECOVERY,
    (Stage.RECOVERY, AppEvent.REMOVE): Stage.REMOVED,
    (Stage.RECOVERY, AppEvent.CLEAR_DATA): Stage.REINSTALLED,
    (Stage.RECOVERY, AppEvent.UPDATE_SYSTEM): Stage.RECOVERY,
    (Stage.RECOVERY, AppEvent.RESTORE): Stage.OPENED,
    (Stage.RECOVERY, AppEvent.START_ANEW): Stage.OPENED,
}
GONE = (Stage.ABSENT, Stage.REMOVED)


@pytest.mark.parametrize(("stage", "event"), [*product(Stage, AppEvent)])
def test_every_pair_is_legal_or_refused(stage: Stage, event: AppEvent) -> None:
    """A listed pair leads where the list says; without an app the person is told, anything else is a bug."""
    app = App(stage=stage)
    if (stage, event) in LEGAL:
        assert with_event(app, event, has_users=True).stage is LEGAL[stage, event]
    elif stage in GONE:
        with pytest.raises(RefusalError) as refused:
            with_event(app, event, has_users=True)
        assert refused.value.reason is Reason.APP_NOT_INSTALLED
    else:
        with pytest.raises(TransitionError):
            with_event(app, event, has_users=True)


@pytest.mark.parametrize(
    ("event", "stage"),
    [
        (AppEvent.REMOVE, Stage.ABSENT),
        (AppEvent.CLEAR_DATA, Stage.INSTALLED),
        (AppEvent.UPDATE_SYSTEM, Stage.OPENED),
        (AppEvent.OPEN, Stage.OPENED),
    ],
)
def test_without_users_there_is_nothing_to_recover(event: AppEvent, stage: Stage) -> None:
    """An app in which nobody is enrolled leaves nothing behind."""
    app = with_event(App(), event, has_users=False)

    assert app.stage is stage
    assert not app.needs_recovery


@pytest.mark.parametrize("event", [*AppEvent])
def test_the_permission_goes_with_the_app_and_its_data(event: AppEvent) -> None:
    """Removed or emptied, the app asks again; whatever else happens, the answer stays."""
    before = App(stage=Stage.OPENED, permission=Permission.REFUSED)
    if (before.stage, event) in LEGAL:
        forgotten = event in (AppEvent.REMOVE, AppEvent.CLEAR_DATA)
        after = with_event(before, event, has_users=True)
        assert after.permission is (Permission.NOT_ASKED if forgotten else Permission.REFUSED)


@pytest.mark.parametrize("permission", [*Permission])
def test_the_permission_can_always_be_changed(permission: Permission) -> None:
    """Allowed and refused as often as the person likes."""
    app = App(permission=permission)

    assert with_permission(app, is_allowed=True).permission is Permission.ALLOWED
    assert with_permission(app, is_allowed=False).permission is Permission.REFUSED


@pytest.mark.parametrize("stage", GONE)
def test_an_app_that_is_gone_cannot_be_allowed_anything(stage: Stage) -> None:
    """The phone's settings do not list what is not installed."""
    with pytest.raises(RefusalError) as refused:
        with_permission(App(stage=stage), is_allowed=True)

    assert refused.value.reason is Reason.APP_NOT_INSTALLED


@pytest.mark.parametrize(
    ("stage", "reason"),
    [
        (Stage.ABSENT, Reason.APP_NOT_INSTALLED),
        (Stage.REMOVED, Reason.APP_NOT_INSTALLED),
        (Stage.REINSTALLED, Reason.RECOVERY_NEEDED),
        (Stage.RECOVERY, Reason.RECOVERY_NEEDED),
        (Stage.INSTALLED, None),
        (Stage.OPENED, None),
    ],
)
def test_an_app_that_cannot_be_used_is_said(stage: Stage, reason: Reason | None) -> None:
    """Not there, or to be restored first; using an app opens it."""
    if reason is None:
        require_app(App(stage=stage))
    else:
        with pytest.raises(RefusalError) as refused:
            require_app(App(stage=stage))
        assert refused.value.reason is reason
