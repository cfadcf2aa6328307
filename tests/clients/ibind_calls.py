"""Run by ibind's own Python, with nothing of ours: calls of its client, one a line, as JSON on stdin and stdout.

A line names a method of the client and its arguments; the answer is what it returned, or how it failed.
"""

import json
import sys
from typing import Any


def main() -> None:
    """Make one client, with the options on the first line, and call it until there are no lines left."""
    from ibind import IbkrClient

    client = IbkrClient(**json.loads(sys.stdin.readline()))
    for line in sys.stdin:
        wish = json.loads(line)
        try:
            returned: Any = getattr(client, wish["call"])(**wish["given"])
            said: dict[str, Any] = {"returned": getattr(returned, "data", returned)}
        except Exception as error:  # noqa: BLE001 - whatever it raises is what the test wants to see
            said = {"raised": type(error).__name__, "status": getattr(error, "status_code", None), "text": str(error)}
        sys.stdout.write(json.dumps(said) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
