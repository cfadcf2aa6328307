"""The portal's application for tests: its templates are translated once in a test process, not once for each site.

Jinja translates a template when it is first drawn, and for a test with a site of its own that costs more than all its
requests. What is kept is found again by name, file and text of a template.
"""

from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache

from web.app import create_app
from web.settings import Settings
from web.wiring import Portal


class TranslatedTemplates(BytecodeCache):
    """Templates as Python code, in memory."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give what was kept for this template; it is looked into only if the text is still the same."""
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep it."""
        self._kept[bucket.key] = bucket.bytecode_to_string()


_TRANSLATED = TranslatedTemplates()


def make_app(portal: Portal, settings: Settings) -> Flask:
    """Return the application as it is served."""
    app = create_app(portal, settings)
    app.jinja_env.bytecode_cache = _TRANSLATED
    return app
