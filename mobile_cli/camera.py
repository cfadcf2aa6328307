"""Reading QR codes out of pictures as people take them: rotated, blurred, noisy, small. `scan` judges what they say."""

import io
import warnings
from collections.abc import Iterator

import zxingcpp
from PIL import Image, ImageFilter, ImageOps

from mobile_cli.exits import Exit, PhoneError

_SMALL = 700
_LARGE = 2600


def open_picture(content: bytes) -> Image.Image:
    """Return a PNG or JPEG picture, fully read; a broken or monstrous one is `MALFORMED`."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(content), formats=("PNG", "JPEG"))
            picture.load()
            return picture
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise PhoneError(Exit.MALFORMED, "not_a_picture") from None


def read_codes(picture: Image.Image) -> list[str]:
    """Return the texts of all QR codes in the first view of the picture that shows any."""
    formats = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode])
    for view in _views(picture):
        found = [code.text for code in zxingcpp.read_barcodes(view, formats=formats) if code.valid]
        if found:
            return found
    return []


def _views(picture: Image.Image) -> Iterator[Image.Image]:
    """Yield the picture as it is, then as a patient person would hold it: closer, steadier, in better light."""
    grey = _flatten(picture)
    yield grey
    size = max(grey.size)
    plain = ImageOps.autocontrast(grey, cutoff=1)
    if size < _SMALL:
        yield plain.resize((grey.width * 3, grey.height * 3), Image.Resampling.BICUBIC)
    if size > _LARGE:
        yield plain.resize((grey.width * 1600 // size, grey.height * 1600 // size), Image.Resampling.LANCZOS)
    for steadied in (
        plain.filter(ImageFilter.MedianFilter(3)),
        plain.filter(ImageFilter.GaussianBlur(1.5)),
        plain.filter(ImageFilter.UnsharpMask(radius=4, percent=250, threshold=0)),
        plain.filter(ImageFilter.UnsharpMask(radius=8, percent=400, threshold=0)),
    ):
        yield steadied
        for degrees in (30, 60):
            yield steadied.rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=255)


def _flatten(picture: Image.Image) -> Image.Image:
    """Return shades of grey; what is transparent becomes paper."""
    if "A" in picture.getbands() or "transparency" in picture.info:
        opaque = picture.convert("RGBA")
        paper = Image.new("RGBA", opaque.size, "white")
        picture = Image.alpha_composite(paper, opaque)
    return picture.convert("L")
