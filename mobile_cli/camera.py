"""Reading QR codes out of pictures as people take them: rotated, blurred, noisy, small. `scan` judges what they say."""

import io
import warnings
from collections.abc import Iterator
from typing import Final

import zxingcpp
from PIL import Image, ImageFilter, ImageOps

from mobile_cli.exits import Exit, PhoneError

_SMALL: Final = 700
_LARGE: Final = 1600


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
    """Yield the picture as it is, then as a patient person would hold it: farther, closer, sharper, steadier.

    The order is that of how many more pictures each view saved, in a trial of turned, tilted, blurred, pale, noisy and
    compressed ones.
    """
    grey = _flatten(picture)
    yield grey
    plain = ImageOps.autocontrast(grey, cutoff=1)
    longest = max(plain.size)
    if longest > _LARGE:
        plain = plain.resize(
            (max(1, plain.width * _LARGE // longest), max(1, plain.height * _LARGE // longest)),
            Image.Resampling.LANCZOS,
        )
        yield plain
    yield _enlarge(plain, 2).filter(ImageFilter.UnsharpMask(radius=8, percent=300, threshold=0))
    if longest < _SMALL:
        yield _enlarge(plain, 3)
    yield plain.filter(ImageFilter.MedianFilter(3))
    yield plain.filter(ImageFilter.GaussianBlur(1.5))


def _enlarge(picture: Image.Image, factor: int) -> Image.Image:
    return picture.resize((picture.width * factor, picture.height * factor), Image.Resampling.BICUBIC)


def _flatten(picture: Image.Image) -> Image.Image:
    """Return shades of grey; what is transparent becomes paper."""
    if "A" in picture.getbands() or "transparency" in picture.info:
        opaque = picture.convert("RGBA")
        paper = Image.new("RGBA", opaque.size, "white")
        picture = Image.alpha_composite(paper, opaque)
    return picture.convert("L")
