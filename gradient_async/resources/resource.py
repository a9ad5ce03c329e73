"""What all resources share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gradient_async.foreign_names import find_attribute
from gradient_async.transport.calls import Caller


class Resource:
    """
    The methods of one area of the API. What follows holds for all of them.

    A coroutine makes one call: it sends one request, and repeats it after a transient
    failure. GET, PUT and DELETE can be repeated safely; a POST is repeated only if
    the server certainly did not execute it. By default a call makes up to 4 attempts
    and ends after 60 seconds, waits included.

    A method that returns a `Paginator` sends nothing itself. Iterating over it makes
    one call per page, and raises the errors of these calls. `**paging` are the options
    of every list, see `Paging`.

    A DELETE that finds nothing after an attempt whose response was lost is a success.

    Raises:
        ConfigurationError: An argument is invalid, for example an id that could lead
            to another path. Nothing was sent.
        ClientClosedError: The client was closed before or during the call.
        TokenError: The token could not be obtained. The request was not sent.
        TransportError: No complete response was received.
        OutcomeUnknownError: The response to a POST was lost: the server may or may not
            have executed it.
        DeadlineExceededError: The call ran out of time.
        DecodeError: The response does not have the expected shape.
        PaginationError: While iterating: the pages contradict each other.
        StatusError: The API refused the request: `NotFoundError` if an id names
            nothing, `AuthenticationError`, `PermissionDeniedError`,
            `UnprocessableEntityError`, `RateLimitError`, `ServerError` and others.
            Methods list only what is special to them.
    """

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    # Type checkers would take it for a permission to use any name.
    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> object:
            """Raise AttributeError, which explains the names of other SDKs."""
            return find_attribute(self, name)
