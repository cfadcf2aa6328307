"""Test vectors are data: one JSON file per source in `tests/vectors`."""

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent.parent / "vectors"


def load_vectors(name: str) -> Any:
    """Return what `tests/vectors/<name>.json` says."""
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
