from pathlib import Path

import pytest
import qrcode
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from qrcode.image.svg import SvgPathImage

from authsim.ends.browser import Element, MissingElementError, parse_page
from authsim.scenarios.picture import draw_svg, trace_path


def svg_of(text: str) -> Element:
    """The SVG element of a text's QR code, as a page draws it."""
    code = qrcode.QRCode(border=4)
    code.add_data(text)
    markup = code.make_image(image_factory=SvgPathImage).to_string(encoding="unicode")
    return parse_page(markup, status=200, path="/").require("svg")


def test_what_a_page_draws_can_be_read(tmp_path: Path) -> None:
    """The picture of a drawn code says what went in, for short texts and for the longest."""
    for number, text in enumerate(("a", "authsim://activate/1?i=" + "0f" * 90, "x" * 512)):
        file = tmp_path / f"{number}.png"
        draw_svg(svg_of(text), file)
        with Image.open(file) as picture:
            assert [code.text for code in zxingcpp.read_barcodes(picture)] == [text]


@pytest.mark.parametrize(
    "attributes", [{}, {"viewbox": "0 0 0 0"}, {"viewbox": "0 0 9999 9999"}, {"viewbox": "0 0 9 9"}]
)
def test_nothing_drawn_is_an_error(tmp_path: Path, attributes: dict[str, str]) -> None:
    """An element without a sensible frame, or without a path, draws no picture."""
    path = Element(tag="path", attributes={"d": "" if attributes == {"viewbox": "0 0 9 9"} else "M0,0H1V1H0z"})

    with pytest.raises(MissingElementError):
        draw_svg(Element(tag="svg", attributes=attributes, children=[path]), tmp_path / "x.png")


def test_absolute_and_relative_strokes_are_the_same() -> None:
    """Large and small letters draw the same rectangles, and a new one begins where the last one began."""
    square = [(1.0, 2.0), (3.0, 2.0), (3.0, 4.0), (1.0, 4.0)]

    assert trace_path("M1,2H3V4H1z") == [square]
    assert trace_path("m1 2h2v2h-2Z") == [square]
    assert trace_path("M1 2 3 2 3 4L1 4z") == [square]
    assert trace_path("M1,2H3V4H1zm4,0h1v1h-1z")[1] == [(5.0, 2.0), (6.0, 2.0), (6.0, 3.0), (5.0, 3.0)]
    assert trace_path("") == []


@given(st.text(alphabet="MmLlHhVvZz0123456789.,- ", max_size=60))
def test_any_path_ends(path: str) -> None:
    """Whatever a path says, it is traced or passed over, and nothing breaks."""
    assert isinstance(trace_path(path), list)
