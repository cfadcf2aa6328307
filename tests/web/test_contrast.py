"""The tokens of the style sheet: every pair that meets on a page is readable, in both themes."""

import re
from pathlib import Path

import pytest

STYLE = (Path(__file__).parents[2] / "web/static/authsim.css").read_text()
TOKENS = {
    name: (light, dark)
    for name, light, dark in re.findall(r"--([a-z-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);", STYLE)
}
TEXT = 4.5
CONTROL = 3.0
PAIRS = (
    *((ink, ground, TEXT) for ink in ("ink", "ink-soft") for ground in ("paper", "surface", "sunken")),
    *((ink, ground, TEXT) for ink in ("accent", "accent-strong") for ground in ("paper", "surface", "accent-soft")),
    *(("ink", ground, TEXT) for ground in ("accent-soft", "refusal-soft", "proof-soft")),
    *(("ink-soft", ground, TEXT) for ground in ("refusal-soft", "accent-soft")),
    ("on-accent", "accent", TEXT),
    ("on-accent", "accent-strong", TEXT),
    ("amber-ink", "amber-soft", TEXT),
    ("refusal", "refusal-soft", TEXT),
    ("refusal", "surface", TEXT),
    ("proof", "proof-soft", TEXT),
    ("proof", "surface", TEXT),
    ("control", "surface", CONTROL),
    ("control", "paper", CONTROL),
    ("control", "sunken", CONTROL),
    ("amber", "amber-soft", CONTROL),
    ("amber", "surface", CONTROL),
    ("accent", "surface", CONTROL),
)


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    parts = [int(colour[index : index + 2], 16) / 255 for index in (1, 3, 5)]
    red, green, blue = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio, 1 to 21."""
    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("front", "back", "least"), PAIRS)
def test_pairs(front: str, back: str, least: float, theme: int) -> None:
    """Text has at least 4.5:1 on what it stands on, controls and signs 3:1."""
    assert contrast(TOKENS[front][theme], TOKENS[back][theme]) >= least


def test_every_colour_is_a_token() -> None:
    """Outside the tokens only the white plate of the QR code, and print, name a colour."""
    rules = STYLE.split("}", 1)[1].partition("@media print")[0]
    plates = re.findall(r"\.qr-plate \{[^}]*\}", rules)
    assert plates
    for plate in plates:
        rules = rules.replace(plate, "")
    assert not re.search(r"#[0-9a-fA-F]{3,8}\b|rgb\(|hsl\(", rules)


def test_motion_is_short_and_can_be_refused() -> None:
    """No transition takes 200 ms, and none runs for those who asked for less motion."""
    for duration in re.findall(r"([0-9]+)ms", STYLE):
        assert int(duration) < 200
    assert "prefers-reduced-motion: reduce" in STYLE
