"""Errors as an object store words them: a small XML body."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final
from xml.sax.saxutils import escape

from aiohttp import web

from gradient_async.emulator.http.answers import Answer

_XML: Final = "application/xml"
_CODES: Final = {
    400: "InvalidRequest",
    403: "AccessDenied",
    404: "NoSuchKey",
    405: "MethodNotAllowed",
    500: "InternalError",
    503: "SlowDown",
}


class StorageError(Exception):
    """A request to the store that is not carried out."""

    def __init__(self, status: int, code: str, message: str) -> None:
        """Keep what the answer says."""
        super().__init__(status, code, message)
        self.status = status
        self.code = code
        self.message = message


def storage_error_answer(_: web.Request, status: int) -> Answer:
    """Answer with the error body of a status."""
    phrase = next(
        (it.phrase for it in HTTPStatus if it == status), "The request failed"
    )
    return xml_answer(StorageError(status, _CODES.get(status, "Error"), f"{phrase}."))


def xml_answer(error: StorageError) -> Answer:
    """Answer with an error."""
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<Error><Code>{escape(error.code)}</Code>"
        f"<Message>{escape(error.message)}</Message></Error>"
    )
    return Answer(text.encode(), status=error.status, content_type=_XML)
