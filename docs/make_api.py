"""Write the table of `docs/api.md` from the description that the portal serves: `.venv/bin/python docs/make_api.py`.

A test compares the page with what this makes.
"""

from itertools import groupby
from pathlib import Path

from web.openapi.gateway_operations import GATEWAY_CALLS
from web.openapi.lab_operations import LAB_OPERATIONS
from web.openapi.operation import STREAM, Access, Operation
from web.openapi.operations import OPERATIONS

PAGE = Path(__file__).resolve().parent / "api.md"
HEAD = "<!-- made by docs/make_api.py from web/openapi -->\n"


def format_tables() -> str:
    """Return one table for each group of operations."""
    parts = []
    for group, operations in groupby(
        (*OPERATIONS, *GATEWAY_CALLS, *LAB_OPERATIONS), key=lambda operation: operation.group
    ):
        rows = [f"| {' | '.join(_cells(operation))} |" for operation in operations]
        head = ["| request | says | message | answer | declined with |", "|---|---|---|---|---|"]
        parts.append("\n".join([f"## {group}", "", *head, *rows]))
    return "\n\n".join(parts) + "\n"


def _cells(operation: Operation) -> tuple[str, ...]:
    if operation.reply == STREAM:
        answer = ", ".join(f"event `{name}`: `{message}`" for name, message in operation.events)
    else:
        answer = f"`{operation.reply}`" if operation.reply else ""
    asked = [parameter.name for parameter in operation.parameters if parameter.place != "path"]
    given = [*([] if operation.message is None else [operation.message]), *asked]
    return (
        f"`{operation.method} {operation.path}`",
        operation.says + ("" if operation.access is Access.ANYBODY else f" With {operation.access.value}."),
        ", ".join(f"`{name}`" for name in given) or "–",
        f"{operation.status} {answer}".strip()
        + (", elsewhere 303" if operation.leads_away else "")
        + (f", later: 202 `{operation.later}`" if operation.later else ""),
        " ".join(str(status) for status in operation.refusals),
    )


def main() -> None:
    """Replace what stands behind the mark."""
    before, _, _ = PAGE.read_text(encoding="utf-8").partition(HEAD)
    PAGE.write_text(before + HEAD + "\n" + format_tables(), encoding="utf-8")


if __name__ == "__main__":
    main()
