"""What login programs ask a gateway for: the session of the newest login as JSON, for every program of this machine.

It is there only where a portal is served with `--gateway`. The pages are the portal's own, and so is every login; what
stands here answers for the one session that all programs share, and judges nothing itself.
"""

from flask import Flask
from flask_wtf.csrf import CSRFProtect

from authsim.model import Authenticated
from authsim.verifier.gateway_session import open_gateway

from .. import scope
from ..answers import compose_below
from ..bare_answers import GATEWAY_PREFIX
from ..sessions import heed_logins
from ..settings import GatewaySettings
from . import accounts, answers, api, vintages


def register(app: Flask, csrf: CSRFProtect, settings: GatewaySettings) -> None:
    """Add the gateway to `app`, and give its pages the markup that `settings` name.

    It takes no cookie, so a browser has nothing to forge: `csrf` leaves it alone. To be registered before whatever
    looks at forms.
    """
    vintages.register(app, settings)
    compose_below(app, GATEWAY_PREFIX, answers.compose_error)
    answers.register(app)
    heed_logins(app, _open)
    for room in (accounts, api):
        app.register_blueprint(room.api)
        csrf.exempt(room.api)


def _open(proof: Authenticated) -> None:
    open_gateway(scope.verifier(), proof)
