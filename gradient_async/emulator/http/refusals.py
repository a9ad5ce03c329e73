"""How the parts that know nothing of HTTP say no."""

from __future__ import annotations


class RefusalError(Exception):
    """
    A request that is not carried out, and the reason.

    400 is a request that cannot be read, 404 speaks of what is not there, 409 comes at
    the wrong time, and 422 makes no sense.
    """

    def __init__(self, status: int, message: str) -> None:
        """Keep the status and the words of the answer."""
        super().__init__(status, message)
        self.status = status
        self.message = message
