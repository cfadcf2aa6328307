"""A portal that is killed at the worst moment of an activation: `portal_mortal.py WHEN serve --data DIR --port N`.

WHEN is `after-commit` (the code is consumed, the phone enrolled, durably, and nobody is told) or `before-commit`.
The store is wrapped as any port can be; everything else is the portal's own.
"""

import argparse
import os
import signal
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

from tests.support.ports import BetweenSteps
from web.app import create_app
from web.binding import require_place, this_machine
from web.serving import announce, end_on_signals, open_listener, serve_here
from web.settings import Settings
from web.wiring import Portal, open_portal


def die() -> NoReturn:
    """Leave no time for anything."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("nobody lives to see this")


def with_mortal_store(portal: Portal, when: str) -> Portal:
    """Return the portal whose store dies with it around the change that enrols a phone."""
    store: Any = BetweenSteps(portal.store)
    redeem: Callable[..., None] = portal.store.activations.redeem
    if when == "before-commit":
        store.before("activations.redeem", die)
    else:

        def redeem_and_die(*args: Any, **kwargs: Any) -> None:
            redeem(*args, **kwargs)
            die()

        store.replace("activations.redeem", redeem_and_die)
    return replace(portal, verifier=replace(portal.verifier, store=store))


def main() -> None:
    """Serve until the first activation, or until told to end."""
    end_on_signals()
    arguments = argparse.ArgumentParser()
    arguments.add_argument("when", choices=["after-commit", "before-commit"])
    arguments.add_argument("command", choices=["serve"])
    arguments.add_argument("--data", type=Path)
    arguments.add_argument("--port", type=int)
    chosen = arguments.parse_args()
    place = require_place("127.0.0.1", bind_private=False, tls=False, machine=this_machine())
    settings = Settings(data_dir=chosen.data)
    with closing(open_listener(place, chosen.port)) as listener, closing(open_portal(settings)) as portal:
        app = create_app(with_mortal_store(portal, chosen.when), settings)
        serve_here(app, listener, proxies=0, tls=False, ready=lambda: announce(f"http://127.0.0.1:{chosen.port}"))


if __name__ == "__main__":
    main()
