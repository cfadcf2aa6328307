"""Child processes of tests."""

import os


def unmeasured() -> dict[str, str]:
    """An environment in which a child is not measured: for tests of what a child imports, and of how long it takes."""
    return {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
