"""Write the tables of `docs/profiles.md` from the policy: `.venv/bin/python docs/make_profiles.py`.

A test compares the page with what this makes.
"""

from dataclasses import fields
from pathlib import Path

from authsim.policy import CLASSIC, HARDENED, SUITE_OF, Policy
from authsim.profiles import PROFILES

PAGE = Path(__file__).resolve().parent / "profiles.md"
HEAD = "<!-- made by docs/make_profiles.py from authsim/policy.py -->\n"


def format_tables() -> str:
    """Return what differs between the profiles, and then what both have in common."""
    differs = [name for name in _names() if _value(CLASSIC, name) != _value(HARDENED, name)]
    same = [name for name in _names() if name not in differs]
    head = ["| number | unit | classic | hardened | source |", "|---|---|---|---|---|"]
    suite = f"| suite of the challenges | – | `{SUITE_OF[CLASSIC]}` | `{SUITE_OF[HARDENED]}` | docs/protocol.md |"
    ours = [
        f"| `{name}` | {_unit(name)} | {_value(CLASSIC, name)} | {_value(HARDENED, name)} | {_source(name)} |"
        for name in differs
    ]
    both = [f"| `{name}` | {_unit(name)} | {_value(CLASSIC, name)} | {_source(name)} |" for name in same]
    return "\n".join(
        [
            "## Where they differ",
            "",
            *head,
            suite,
            *ours,
            "",
            "## What they have in common",
            "",
            "| number | unit | both | source |",
            "|---|---|---|---|",
            *both,
            "",
        ]
    )


def _names() -> list[str]:
    return [item.name for item in fields(Policy)]


def _value(profile: str, name: str) -> int:
    value: int = getattr(PROFILES[profile], name)
    return value


def _unit(name: str) -> str:
    return str(next(item.metadata["unit"] for item in fields(Policy) if item.name == name))


def _source(name: str) -> str:
    return str(next(item.metadata["source"] for item in fields(Policy) if item.name == name)).replace("|", "\\|")


def main() -> None:
    """Replace what stands behind the mark."""
    before, _, _ = PAGE.read_text(encoding="utf-8").partition(HEAD)
    PAGE.write_text(before + HEAD + "\n" + format_tables(), encoding="utf-8")


if __name__ == "__main__":
    main()
