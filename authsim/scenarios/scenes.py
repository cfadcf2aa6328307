"""The scenes of `authsim tour`: scenario files that are part of the package, in their order."""

from importlib.resources import files
from typing import Final

from authsim.scenarios.checking import parse_scenario
from authsim.scenarios.reading import parse_document
from authsim.scenarios.scenario import Scenario

SCENES: Final = (
    "by_code",
    "mishaps",
    "by_text",
    "wrong_texts",
    "answering",
    "failing",
    "notices",
    "without_notice",
    "trading",
    "moving",
    "losing",
    "codes",
    "cards",
    "secure_login",
    "help_desk",
)


def read_scenes() -> tuple[Scenario, ...]:
    """Return the scenes."""
    return tuple(read_scene(name) for name in SCENES)


def read_scene(name: str) -> Scenario:
    """Return one scene by its name."""
    file = files("authsim.scenarios") / "tour" / f"{name}.yaml"
    return parse_scenario(parse_document(file.read_bytes(), file=f"tour/{name}.yaml"))
