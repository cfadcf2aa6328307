"""Signing out, from any page."""

from typing import Final

from flask import Blueprint, Response

from ..answers import leave_notice, redirect_to
from ..forms import read_form
from ..sessions import sign_out as end_here

pages: Final = Blueprint("sign_out", __name__)


@pages.post("/portal/sign-out")
def sign_out() -> Response:
    """End this browser's session, and say so on the login page."""
    read_form()
    response = end_here(redirect_to("login.show"))
    leave_notice("signed_out")
    return response
