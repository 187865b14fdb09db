"""What comes in with a request: its kind and its size are checked before it is read."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from flask import request
from werkzeug.exceptions import RequestEntityTooLarge, UnsupportedMediaType
from werkzeug.formparser import FormDataParser

from estimator.services.intake.reading import read_json
from estimator.sheets.container import LARGEST_FILE

LARGEST_BODY = 1_000_000
LARGEST_UPLOAD = LARGEST_FILE + 65_536
"""A workbook, and the fields beside it."""
LARGEST_FIELD, MOST_PARTS = 500_000, 10
"""The parser holds as much of a file at once, so that less would refuse files by chance."""


@dataclass(frozen=True, slots=True)
class FileBody:
    """A posted form with a file: its fields, the file's name and its bytes."""

    fields: dict[str, list[str]]
    name: str
    data: bytes


def json_body() -> Any:
    """Return the JSON document of the request."""
    return read_json(_body("application/json"))


def form_body() -> dict[str, list[str]]:
    """Return the fields of a posted form."""
    _body("application/x-www-form-urlencoded")
    return request.form.to_dict(flat=False)


def file_body(field: str) -> FileBody:
    """Return a posted form with the file under *field*; empty where none was chosen."""
    body = _body("multipart/form-data", LARGEST_UPLOAD)
    parser = FormDataParser(_in_memory, LARGEST_FIELD, max_form_parts=MOST_PARTS)
    parts = parser.parse(BytesIO(body), request.mimetype, len(body), request.mimetype_params)
    _, fields, files = parts
    file = files.get(field)
    data = file.read() if file else b""
    return FileBody(fields.to_dict(flat=False), (file and file.filename) or "", data)


def _body(media_type: str, largest: int = LARGEST_BODY) -> bytes:
    """Return the body; refuse another kind, and one that is, or turns out to be, too large."""
    if request.mimetype != media_type:
        raise UnsupportedMediaType
    if (request.content_length or 0) > largest:
        raise RequestEntityTooLarge
    with suppress(AttributeError):  # Flask before 3.1 reads on, up to the host's own limit
        request.max_content_length = largest + 1  # reading stops there, saying nothing
    body = request.get_data()
    if len(body) > largest:
        raise RequestEntityTooLarge
    return body


def _in_memory(*_about: object, **_told: object) -> BytesIO:
    """Return where a file is kept while its form is read: it has a largest size, and is no file."""
    return BytesIO()
