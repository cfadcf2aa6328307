"""The picture says what the text says, and a strict content policy lets it through."""

import re
import subprocess
import sys

import zxingcpp
from PIL import Image, ImageDraw

from authsim.secret import Secret
from tests.support.child import unmeasured
from web.qr import draw_qr

TEXT = "authsim://activate/1?i=" + "0123456789abcdef" * 10


def test_picture_is_readable() -> None:
    """Drawn as the SVG says it, the code is read back letter by letter."""
    svg = str(draw_qr(Secret(TEXT)))
    box = re.search(r'viewBox="0 0 ([0-9]+) \1"', svg)
    assert box is not None
    size = int(box[1])
    image = Image.new("1", (size * 6, size * 6), 1)
    pen = ImageDraw.Draw(image)
    for x, y in re.findall(r"M([0-9]+),([0-9]+)H", svg):
        pen.rectangle((int(x) * 6, int(y) * 6, int(x) * 6 + 5, int(y) * 6 + 5), fill=0)
    (found,) = zxingcpp.read_barcodes(image.convert("L"))
    assert found.text == TEXT


def test_picture_needs_no_style() -> None:
    """One path, attributes only: no style, no script, no reference."""
    svg = str(draw_qr(Secret(TEXT)))
    assert svg.count("<path") == 1
    for word in ("style", "<script", "href", "<image", "<?xml", "<!DOCTYPE"):
        assert word not in svg


def test_a_portal_answers_before_it_can_draw() -> None:
    """What draws pictures and what migrates are not loaded by a portal that only starts."""
    program = "import sys, web.app, web.wiring\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], env=unmeasured(), capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())

    assert "web.portal.activation" in loaded
    assert not loaded & {"qrcode", "PIL", "alembic"}
