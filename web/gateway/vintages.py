"""Which markup the pages have beside the gateway: today's, that of before March 2023, or names drawn by a seed.

Routes, flows, words and look are the portal's own; a program that can only log in to one of them meets the others here.
What a form sends is called by its names of today before any view reads it, so no view knows of a vintage.
"""

from typing import Final

from flask import Flask

from authsim.errors import MessageError

from ..settings import GatewaySettings
from . import before_2023, drawn_names

_TODAY: Final = "current"
_BEFORE_2023: Final = "2022"
_DRAWN: Final = "drift"
VINTAGES: Final = (_TODAY, _BEFORE_2023, _DRAWN)


def register(app: Flask, settings: GatewaySettings) -> None:
    """Give the pages of `app` their markup. To be registered before whatever looks at forms.

    Raises `MessageError` for markup that is not known.
    """
    if settings.page not in VINTAGES:
        raise MessageError(f"page is one of: {', '.join(VINTAGES)}")
    if settings.page == _BEFORE_2023:
        before_2023.register(app)
    elif settings.page == _DRAWN:
        drawn_names.register(app, seed=settings.seed)
