"""Reads a form that may carry one file, as strictly as `forms` reads one that carries none.

What a file is called on somebody's computer says nothing about it and may say much about its owner: it is not read.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from flask import request
from werkzeug.exceptions import UnsupportedMediaType

from authsim.errors import MessageError

UPLOAD_TYPE: Final = "multipart/form-data"


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """The fields of a form, once each, and the bytes of its file; None when nothing was attached."""

    fields: Mapping[str, str]
    file: bytes | None


def read_upload(name: str) -> Upload:
    """Return what was sent, with the file of the field `name`.

    Raises `MessageError` for a duplicate or for a file of another field, 415 for anything that is not such a form.
    """
    if request.mimetype != UPLOAD_TYPE:
        raise UnsupportedMediaType
    files = request.files
    is_doubled = any(len(values) != 1 for values in request.form.listvalues())
    if is_doubled or any(len(values) != 1 for values in files.listvalues()):
        raise MessageError("a form field stands there once")
    if set(files) - {name}:
        raise MessageError("only one field takes a file")
    sent = files.get(name)
    data = b"" if sent is None else sent.stream.read()
    is_empty = sent is None or (not sent.filename and not data)  # a browser sends an empty part for no file
    return Upload(fields=request.form, file=None if is_empty else data)
