"""Reads a form strictly: one value for each name, the right content type, nothing that is not text."""

from collections.abc import Mapping
from typing import Final

from flask import request
from werkzeug.exceptions import UnsupportedMediaType

from authsim.errors import MessageError

FORM_TYPE: Final = "application/x-www-form-urlencoded"


def read_form() -> Mapping[str, str]:
    """Return the form's fields. Raises `MessageError` for a duplicate, 415 for anything that is not a plain form."""
    if request.mimetype != FORM_TYPE:
        raise UnsupportedMediaType
    if any(len(values) != 1 for values in request.form.listvalues()):
        raise MessageError("a form field stands there once")
    return request.form


def read_query() -> Mapping[str, str]:
    """Return the query's parameters, once each."""
    if any(len(values) != 1 for values in request.args.listvalues()):
        raise MessageError("a query parameter stands there once")
    return request.args
