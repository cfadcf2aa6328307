"""The app as an object: put on the phone, opened, taken off, and what the phone asks when it is opened first."""

from typing import Final

from authsim.authenticator.app import App, AppEvent, Permission, Stage, with_event, with_permission
from authsim.authenticator.settings import Settings
from mobile_cli.home import PhoneHome

_NEVER_INSTALLED: Final = App(stage=Stage.ABSENT, permission=Permission.NOT_ASKED)


def read_app(home: PhoneHome) -> App:
    """Return how far the app is on this phone."""
    return home.settings.read().app if home.has_settings else App()


def let_happen(home: PhoneHome, event: AppEvent) -> App:
    """Let something happen to the app, durably. Refuses with `APP_NOT_INSTALLED` what needs one."""
    summary = home.read_summary()
    has_users = summary is None or bool(summary.users)  # a lost face says nothing of who is on the phone

    def change(settings: Settings) -> Settings:
        return settings._replace(app=with_event(settings.app, event, has_users=has_users))

    return home.settings.change(change).app


def open_app(home: PhoneHome) -> App:
    """Open the app; return it. Whether it asks for the permission then, `asks_permission` says."""
    return let_happen(home, AppEvent.OPEN) if read_app(home).stage is not Stage.OPENED else read_app(home)


def asks_permission(app: App) -> bool:
    """Say whether the app, opened, asks whether it may send notifications."""
    return app.permission is Permission.NOT_ASKED


def answer_permission(home: PhoneHome, *, is_allowed: bool) -> App:
    """Keep the person's answer: Allow, or not."""

    def change(settings: Settings) -> Settings:
        return settings._replace(app=with_permission(settings.app, is_allowed=is_allowed))

    return home.settings.change(change).app


def furnish(home: PhoneHome, *, has_app: bool, number: str | None) -> None:
    """Set a new phone: whether the app was ever installed on it, and its telephone number."""

    def change(settings: Settings) -> Settings:
        return settings._replace(app=settings.app if has_app else _NEVER_INSTALLED, number=number)

    home.settings.change(change)
