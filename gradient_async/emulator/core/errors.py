"""Errors that become error responses."""

from __future__ import annotations


class ApiError(Exception):
    """
    A request that the API or the object store rejects.

    400: the request cannot be read; 403: its URL does not permit it; 404: something
    does not exist; 409: it conflicts with the current state; 422: it can be read but
    makes no sense. `message` and the object store's error `code` are None for those
    that belong to the status.
    """

    def __init__(
        self, status: int, message: str | None = None, *, code: str | None = None
    ) -> None:
        super().__init__(status, message, code)
        self.status = status
        self.message = message
        self.code = code
