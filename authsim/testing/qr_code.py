"""Reading the QR code that a page draws, as a camera would: the squares become a picture, the picture a text."""

import re
from typing import TYPE_CHECKING, Final

from authsim.testing.errors import LoginError

if TYPE_CHECKING:
    from authsim.ends.browser import Page

#: One square of the drawing, in the page's own units: its left and upper edge.
_SQUARE: Final = re.compile(r"M([0-9.]+),([0-9.]+)H[0-9.]+V[0-9.]+H[0-9.]+z", re.ASCII)
_PIXELS: Final = 4


def read_qr(page: "Page") -> str:
    """Return what the page's QR code says. Raises `LoginError` when it shows none that can be read."""
    import zxingcpp
    from PIL import Image

    plate = page.find(".qr-plate")
    paths = [] if plate is None else [element for element in plate.walk() if element.tag == "path"]
    squares = [(float(x), float(y)) for path in paths for x, y in _SQUARE.findall(path.attributes.get("d", ""))]
    if not squares:
        raise LoginError(f"{page.path} ({page.status}) shows no QR code")
    least = min(x for x, _ in squares)
    side = int(2 * least + max(x for x, _ in squares)) + 1  # a border as wide on the far side
    image = Image.new("L", (side * _PIXELS, side * _PIXELS), color=255)
    for x, y in squares:
        at = (round(x * _PIXELS), round(y * _PIXELS))
        image.paste(0, (*at, at[0] + _PIXELS, at[1] + _PIXELS))
    found = zxingcpp.read_barcodes(image)
    if not found:
        raise LoginError(f"{page.path} ({page.status}) shows a QR code that cannot be read")
    return str(found[0].text)
