"""Making a picture of a QR code that a page draws as SVG, as a screenshot would."""

import re
from pathlib import Path
from typing import Final

from authsim.ends.browser import Element, MissingElementError

_PIXELS: Final = 8
_TOKEN: Final = re.compile(r"([MmLlHhVvZz])|(-?[0-9]*\.?[0-9]+)", re.ASCII)
_MOST_SIDE: Final = 400

Point = tuple[float, float]


def draw_svg(svg: Element, file: Path) -> None:
    """Write `svg`, whose paths are black and straight, as a PNG. Raises `MissingElementError` when it draws nothing."""
    from PIL import Image, ImageDraw

    paths = [path.attributes.get("d", "") for path in svg.walk() if path.tag == "path"]
    corners = [corner for path in paths for corner in trace_path(path)]
    box = [float(number) for number in svg.attributes.get("viewbox", "").replace(",", " ").split()]
    if not corners or len(box) != 4 or not 0 < box[2] <= _MOST_SIDE or not 0 < box[3] <= _MOST_SIDE:
        raise MissingElementError("the page shows a QR code that draws nothing")
    image = Image.new("L", (round(box[2] * _PIXELS), round(box[3] * _PIXELS)), color=255)
    pen = ImageDraw.Draw(image)
    for polygon in corners:
        xs, ys = [x for x, _ in polygon], [y for _, y in polygon]
        # Pillow's far edges are inclusive: one pixel less keeps neighbouring modules apart.
        pen.rectangle(
            (
                (min(xs) - box[0]) * _PIXELS,
                (min(ys) - box[1]) * _PIXELS,
                (max(xs) - box[0]) * _PIXELS - 1,
                (max(ys) - box[1]) * _PIXELS - 1,
            ),
            fill=0,
        )
    image.save(file, format="PNG")


def trace_path(path: str) -> list[list[Point]]:
    """Return the corners of every rectangle that a path of straight strokes draws."""
    corners: list[list[Point]] = []
    numbers: list[float] = []
    stroke = ""
    here: Point = (0.0, 0.0)
    for letter, number in _TOKEN.findall(path):
        if letter:
            stroke, numbers = letter, []
            if letter in "Zz" and corners:
                here = corners[-1][0]
            continue
        numbers.append(float(number))
        if len(numbers) < (1 if stroke in "HhVv" else 2):
            continue
        here = _move(stroke, numbers, here)
        numbers = []
        if stroke in "Mm" or not corners:
            corners.append([here])
            stroke = {"M": "L", "m": "l"}.get(stroke, stroke)
        else:
            corners[-1].append(here)
    return corners


def _move(stroke: str, numbers: list[float], here: Point) -> Point:
    """Return where a stroke ends; small letters are relative."""
    x, y = here if stroke.islower() else (0.0, 0.0)
    if stroke in "Hh":
        return x + numbers[0], here[1]
    if stroke in "Vv":
        return here[0], y + numbers[0]
    return x + numbers[0], y + numbers[1]
