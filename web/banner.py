"""The sentence that keeps the simulator a simulator, and the check that no HTML leaves without it."""

from typing import Final

SENTENCE: Final = "SIMULATION · not a real financial service · never enter real credentials"
TITLE_MARK: Final = "[SIMULATION]"


def is_marked(page: str) -> bool:
    """Say whether a page carries the banner in its body and the mark at the head of its title."""
    head, separator, body = page.partition("</head>")
    return bool(separator) and f"<title>{TITLE_MARK}" in head and SENTENCE in body
