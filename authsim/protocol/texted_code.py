"""The code at the end of a text, in the form that phones fill in by themselves: `@portal #123456`.

The end names whom the code is for, so that a phone offers it nowhere else. What a text says before that is no rule.
"""

import re
from typing import Final

_CODE: Final = re.compile(r"(?:^|\s)@\S+ #([0-9]{4,10})\Z", re.ASCII)


def find_code(text: str) -> str | None:
    """Return the 4 to 10 digits that a text offers to be filled in, or None."""
    found = _CODE.search(text)
    return None if found is None else found[1]
