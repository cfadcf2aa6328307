"""What a step has shown: a page, what a phone said, or a value that later steps go on with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from authsim.ends.browser import Page

_NOTHING: Mapping[str, Any] = MappingProxyType({})


class ActError(Exception):
    """A step did not end as it must; the text says how it ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What came of one step.

    `value` is what `$name` stands for when the step is kept by `as`, `facts` what `$name.member` stands for.
    `refusal` is the sentence of whoever refused, or nothing; `status` is that of the answer (HTTP) or of the phone's
    command (an exit status).
    """

    value: Any = None
    said: str = ""
    refusal: str = ""
    status: int | None = None
    page: Page | None = field(default=None, repr=False)
    facts: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)


def see_page(page: Page, **more: Any) -> Seen:
    """Return what a page shows."""
    return Seen(page=page, said=page.root.text, refusal=page.refusal, status=page.status, **more)
