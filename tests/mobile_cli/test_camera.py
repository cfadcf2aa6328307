"""QR codes as people photograph them."""

import io
from collections.abc import Callable
from random import Random

import pytest
import qrcode
from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter

from mobile_cli.camera import open_picture, read_codes
from mobile_cli.exits import Exit, PhoneError
from mobile_cli.scan import scan_bytes, scan_picture
from tests.support.tiny_portal import TinyPortal

URI = TinyPortal(origin="http://127.0.0.1:8765").uri()
OTHER = TinyPortal(origin="http://127.0.0.1:8766").uri()


def draw(text: str = URI, *, box: int = 6) -> Image.Image:
    """Return the QR code as the portal draws it, with its quiet zone."""
    code = qrcode.QRCode(box_size=box, border=4, error_correction=qrcode.constants.ERROR_CORRECT_M)
    code.add_data(text)
    return code.make_image().get_image().convert("RGB")  # type: ignore[no-any-return]


def page(code: Image.Image, *, size: tuple[int, int] = (1440, 900), at: tuple[int, int] = (500, 150)) -> Image.Image:
    """Return a screenshot: a page with text-like bars and the code somewhere on it."""
    screen = Image.new("RGB", size, "#f4f6f8")
    pen = ImageDraw.Draw(screen)
    for row in range(40, size[1], 36):
        pen.rectangle((40, row, 40 + (row * 37) % 380 + 60, row + 12), fill="#223")
    screen.paste(code, at)
    return screen


def noisy(picture: Image.Image, strength: float) -> Image.Image:
    """Return the picture with the grain of a small sensor, the same in each run."""
    grain = Image.frombytes("L", picture.size, Random(7).randbytes(picture.width * picture.height))
    grain = Image.merge("RGB", (grain, grain, grain))
    return Image.blend(picture, grain, strength)


def leaning(picture: Image.Image, lean: float) -> Image.Image:
    """Return the picture as a camera sees it from the side: its right edge is farther away."""
    width, height = picture.size
    padded = Image.new("RGB", (width * 2, height * 2), "#d8dde2")
    padded.paste(picture, (width // 2, height // 2))
    drop = int(height * lean)
    corners = (0, 0, 0, height * 2, width * 2, height * 2 + drop * 2, width * 2, -drop * 2)
    return padded.transform(padded.size, Image.Transform.QUAD, corners, Image.Resampling.BICUBIC, fillcolor="#d8dde2")


def skewed(picture: Image.Image) -> Image.Image:
    """Return the picture sheared, on a larger sheet."""
    sheet = page(picture, at=(300, 100))
    return sheet.transform(sheet.size, Image.Transform.AFFINE, (1, 0.3, -80, 0, 1, 0), fillcolor="white")


def as_jpeg(picture: Image.Image, quality: int) -> bytes:
    """Return the file that a camera makes."""
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=quality)
    return file.getvalue()


def as_png(picture: Image.Image) -> bytes:
    """Return the file that a screenshot tool makes."""
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize("degrees", range(0, 360, 15))
def test_a_photograph_is_read_at_any_angle(degrees: int) -> None:
    """A phone is held as it comes to hand: turned, on a desk, with grain, compressed."""
    turned = page(draw()).rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor="#8a6f57")

    assert read_codes(open_picture(as_jpeg(noisy(turned, 0.15), 60))) == [URI]


@pytest.mark.parametrize("degrees", [1, 7, 22, 44, 46, 89, 91, 179, 181, 268])
def test_a_small_turn_is_no_obstacle(degrees: int) -> None:
    """Angles beside the round ones."""
    assert read_codes(draw().rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor="white")) == [URI]


@pytest.mark.parametrize("box", [2, 3, 4, 10, 24])
def test_small_and_large_codes_are_read(box: int) -> None:
    """From two pixels a module to a code that fills a large screen."""
    assert read_codes(draw(box=box)) == [URI]


@pytest.mark.parametrize(
    "change",
    [
        lambda picture: picture.filter(ImageFilter.GaussianBlur(2)),
        lambda picture: picture.filter(ImageFilter.GaussianBlur(3)),
        lambda picture: picture.filter(ImageFilter.BoxBlur(3)),
        lambda picture: noisy(picture, 0.4),
        lambda picture: ImageEnhance.Contrast(picture).enhance(0.25),
        lambda picture: ImageEnhance.Brightness(picture).enhance(0.3),
        lambda picture: leaning(picture, 0.15),
        lambda picture: leaning(picture, 0.3).rotate(20, Image.Resampling.BICUBIC, fillcolor="#d8dde2"),
        skewed,
        ImageChops.invert,
        lambda picture: picture.convert("1"),
        lambda picture: picture.convert("P"),
        lambda picture: picture.convert("CMYK"),
        lambda picture: picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
        lambda picture: picture.resize((picture.width, picture.height * 6 // 10), Image.Resampling.BICUBIC),
        lambda picture: page(picture, size=(4200, 3000), at=(1500, 900)),
    ],
)
def test_a_poor_picture_is_read(change: Callable[[Image.Image], Image.Image]) -> None:
    """Out of focus, dark, pale, grainy, from the side, skewed, inverted, mirrored, squeezed, or far away."""
    assert read_codes(change(draw(box=8))) == [URI]


@pytest.mark.parametrize("quality", [5, 10, 25])
def test_a_badly_compressed_photograph_is_read(quality: int) -> None:
    """What a messenger leaves of a picture."""
    assert read_codes(open_picture(as_jpeg(page(draw()), quality))) == [URI]


@pytest.mark.parametrize(
    ("box", "blur", "contrast", "grain"),
    [(6, 3.0, 0.6, 0.0), (8, 4.0, 0.6, 0.0), (3, 1.65, 0.6, 0.0), (6, 2.1, 0.6, 0.3), (8, 2.8, 0.3, 0.3)],
)
def test_a_very_poor_picture_gets_a_second_look(box: int, blur: float, contrast: float, grain: float) -> None:
    """Blur, pale light and grain at once: what the first look misses, a patient one reads."""
    soft = draw(box=box).filter(ImageFilter.GaussianBlur(blur))

    assert read_codes(noisy(ImageEnhance.Contrast(soft).enhance(contrast), grain)) == [URI]


def test_a_transparent_screenshot_is_read() -> None:
    """What is transparent is paper."""
    grey = draw().convert("L")
    drawing = Image.merge("RGBA", (grey, grey, grey, ImageChops.invert(grey)))

    assert read_codes(open_picture(as_png(drawing))) == [URI]


def test_a_picture_without_a_code_shows_none() -> None:
    """Nothing is invented, however often one looks."""
    assert read_codes(page(Image.new("RGB", (10, 10)))) == []
    assert read_codes(Image.new("L", (3000, 2000), 128)) == []


@pytest.mark.parametrize(
    "content",
    [
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff",
        as_png(draw())[:-200],
        as_png(draw())[:40],
        b"\x89PNG\r\n\x1a\n" + bytes(500),
    ],
)
def test_a_broken_picture_is_malformed(content: bytes) -> None:
    """Cut and garbled files are one sentence."""
    with pytest.raises(PhoneError) as refused:
        open_picture(content)

    assert (refused.value.status, refused.value.key) == (Exit.MALFORMED, "not_a_picture")


def test_a_picture_that_unfolds_to_gigabytes_is_malformed() -> None:
    """A small file may claim to be huge: it is refused before it is read."""
    bomb = as_png(Image.new("1", (14_000, 14_000)))

    with pytest.raises(PhoneError) as refused:
        open_picture(bomb)

    assert refused.value.key == "not_a_picture"


def key_of(act: Callable[[], object]) -> str:
    """Return the key of the sentence with which the act ends."""
    with pytest.raises(PhoneError) as refused:
        act()
    assert refused.value.status is Exit.MALFORMED
    return refused.value.key


def test_our_code_is_found_among_others() -> None:
    """A poster beside the screen does not matter; two activation codes do; a foreign one alone is refused."""
    foreign = draw("https://example.test/")

    assert scan_picture(_beside(foreign, draw())) == scan_bytes(URI.encode())
    assert key_of(lambda: scan_picture(_beside(draw(), draw(OTHER)))) == "several_codes"
    assert key_of(lambda: scan_picture(foreign)) == "foreign_code"
    assert key_of(lambda: scan_picture(Image.new("L", (100, 100)))) == "no_code_seen"


def _beside(one: Image.Image, two: Image.Image) -> Image.Image:
    """Return a screen that shows both."""
    screen = page(one, at=(60, 100))
    screen.paste(two, (760, 100))
    return screen
