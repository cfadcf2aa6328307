"""Pages that only explain."""

from typing import Final

from flask import Blueprint, render_template

pages: Final = Blueprint("help", __name__)


@pages.get("/help/phishing")
def phishing() -> str:
    """How to recognise phishing, and why this page is none."""
    return render_template("phishing.html")


@pages.get("/help/camera")
def camera() -> str:
    """What to do when a phone's camera does not read the QR code."""
    return render_template("camera.html")
