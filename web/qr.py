"""Draws a text as a QR code that a strict content policy lets through: one inline SVG path, attributes only."""

from markupsafe import Markup

from authsim.secret import Secret


def draw_qr(text: Secret) -> Markup:
    """Return `<svg …><path …/></svg>` with the quiet zone of four modules that ISO/IEC 18004 asks for."""
    import qrcode  # here: it brings Pillow, and a portal answers before it draws
    from qrcode.constants import ERROR_CORRECT_M
    from qrcode.image.svg import SvgPathImage

    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=4)
    code.add_data(text.reveal(), optimize=0)
    code.make(fit=True)
    image = code.make_image(image_factory=SvgPathImage)
    # our own library's output over our own alphabet: nothing in it was typed by anybody
    return Markup(image.to_string(encoding="unicode"))  # noqa: S704
