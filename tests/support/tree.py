"""Reading the project's own tree: where it is, which sources it has, what they import."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("authsim", "web", "mobile_cli")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One Python file of the product: its path below the root, its text, its syntax tree."""

    path: Path
    text: str
    tree: ast.Module

    @property
    def module(self) -> str:
        """The dotted name."""
        parts = self.path.with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    def imports(self) -> Iterator[str]:
        """Every dotted name that the file imports, at any depth: `from a import b` is `a.b`, relative or not."""
        package = self.module if self.path.stem == "__init__" else self.module.rpartition(".")[0]
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                base = node.module or ""
                if node.level:
                    parents = package.split(".")[: len(package.split(".")) - node.level + 1]
                    base = ".".join([*parents, base] if base else parents)
                yield from (f"{base}.{alias.name}" for alias in node.names)


def product_sources() -> list[Source]:
    """Every Python file of the three packages."""
    paths = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
    texts = [(path, path.read_text(encoding="utf-8")) for path in paths]
    return [Source(path=path.relative_to(ROOT), text=text, tree=ast.parse(text)) for path, text in texts]
