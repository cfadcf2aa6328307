"""What one request knows: the portal that serves it, its reference, its nonce, and where it comes from.

No ceremony and no wording: blueprints ask here instead of reaching into Flask's globals.
"""

import unicodedata
from typing import Final, cast

from flask import current_app, g, request

from authsim.model import Client
from authsim.verifier import Verifier

from .settings import Settings
from .streams import Streams, streams_of
from .wiring import Portal

EXTENSION: Final = "authsim"
AGENT_MOST: Final = 200
_HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def portal() -> Portal:
    """Return the portal that this application serves."""
    return cast("Portal", current_app.extensions[EXTENSION])


def settings() -> Settings:
    """Return how this process was started."""
    return cast("Settings", current_app.extensions[EXTENSION + "-settings"])


def streams() -> Streams:
    """Return the open answers of this process."""
    return streams_of(current_app)


def verifier() -> Verifier:
    """Return what every ceremony is given first."""
    return portal().verifier


def reference() -> str:
    """Return the name of this request, 8 hex digits: shown with a refusal, and in the log."""
    if "reference" not in g:
        g.reference = verifier().entropy.token_bytes(4).hex()
    return cast("str", g.reference)


def nonce() -> str:
    """Return the one value that lets scripts and styles of this response run."""
    if "nonce" not in g:
        g.nonce = verifier().entropy.token_bytes(16).hex()
    return cast("str", g.nonce)


def note_refusal(name: str) -> None:
    """Note what this request was declined with, as the log names it; whoever looks at the answer may ask for it."""
    g.refusal = name


def refusal() -> str | None:
    """Return what this request was declined with so far, or None."""
    return cast("str | None", g.get("refusal"))


def client() -> Client:
    """Return where the request comes from, cut and cleaned for the user's own activity page."""
    agent = request.headers.get("User-Agent", "")[: 4 * AGENT_MOST]
    clean = "".join(character for character in agent if unicodedata.category(character) not in _HIDDEN)
    return Client(address=(request.remote_addr or "")[:45], agent=clean[:AGENT_MOST])
