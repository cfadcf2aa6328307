"""What a person gives to a sheet that asks for the security element."""

from typing import NamedTuple


class Given(NamedTuple):
    """Typed digits, or a look that matched or did not."""

    typed: str = ""
    is_match: bool | None = None
