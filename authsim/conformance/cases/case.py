"""One case: what it shows, what public text asks for it, and how it is played on the bench."""

from collections.abc import Callable
from dataclasses import dataclass

from authsim.conformance.bench import Bench


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A case. `shows` is one sentence of what must hold; `source` names the clause or the known weakness."""

    name: str
    shows: str
    source: str
    play: Callable[[Bench], None]
