"""What the tour is made of: acts, each one line, in scenes that can be played beside each other."""

from collections.abc import Callable
from dataclasses import dataclass

from authsim.cli.stage import Guest, Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One line of the tour."""

    name: str
    title: str
    play: Callable[[Stage], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Acts that are played in their order. Their guests at each portal are in no other scene."""

    title: str
    acts: tuple[Act, ...]
    main: tuple[Guest, ...] = ()
    hasty: tuple[Guest, ...] = ()
