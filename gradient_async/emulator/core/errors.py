"""Errors that become error responses."""

from __future__ import annotations


class ApiError(Exception):
    """
    A request that the API rejects.

    400: the request cannot be read; 404: something does not exist; 409: it conflicts
    with the current state; 422: it can be read but makes no sense.
    """

    def __init__(self, status: int, message: str) -> None:
        super().__init__(status, message)
        self.status = status
        self.message = message


class StorageError(Exception):
    """A request that the object store rejects, with one of its error codes."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(status, code, message)
        self.status = status
        self.code = code
        self.message = message
