"""Faults on request: what goes wrong, and for which requests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from http import HTTPStatus
from itertools import repeat

import attrs
from attrs.validators import and_, ge, gt, le, optional


@attrs.frozen(kw_only=True)
class Fault:
    """
    A fault that happens to the next matching request.

    Effects apply in this order: the server waits `delay` seconds; it hangs, drops the
    connection, or responds. The response is the fault's own if `status` or `body` is
    given, otherwise the normal one; `headers` change it, and `drip` and `cut` control
    how it is sent. With `lose` the request is carried out and the response discarded.

    For example, `Fault(status=503)` sends the error response of that status, and
    `Fault(delay=5.0, page=2)` sends the second page of a list five seconds late.

    Raises:
        ValueError: The fault has no effect, or effects that exclude each other.
    """

    status: int | None = attrs.field(
        default=None, validator=optional(and_(ge(200), le(599)))
    )
    """The status of the fault's own response, 200 to 599."""
    # Headers and tokens are kept out of the repr: they may hold secrets.
    headers: Mapping[str, str] = attrs.field(factory=dict, repr=False)
    """Headers to set on the response, replacing any of the same name."""
    body: bytes | None = None
    """The exact body of the fault's own response; without `status`, status 200."""
    content_type: str = "application/json"
    """The content type sent with `body`."""
    delay: float = attrs.field(default=0.0, validator=ge(0))
    """Seconds to wait before anything else happens."""
    drip: float | None = attrs.field(default=None, validator=optional(gt(0)))
    """Seconds before each byte of the body; None sends it all at once."""
    cut: int | None = attrs.field(default=None, validator=optional(ge(0)))
    """
    Number of bytes of the body to send before the connection is closed.

    The response still announces its full length. A body that is no longer than this
    is sent completely.
    """
    drop: bool = False
    """Read the whole request, then close the connection without a response."""
    drop_after: int | None = attrs.field(default=None, validator=optional(ge(0)))
    """Number of bytes of the request's body to read, before closing the connection."""
    lose: bool = False
    """Carry out the request, then close the connection without a response."""
    hang: bool = False
    """Never respond; the connection stays open until the client closes it."""
    page: int | None = attrs.field(default=None, validator=optional(ge(1)))
    """Match only requests for this page of a list, counted from 1."""
    method: str | None = None
    """Match only requests with this method, in upper or lower case."""
    token: str | None = attrs.field(default=None, repr=False)
    """Match only requests with this token."""
    path: str | None = None
    """
    Match only requests whose decoded path matches this shell pattern.

    `*` also matches slashes: `*/cancel` matches every cancel request. Requests to the
    storage site are matched only by faults that have a `path`.
    """
    times: int | None = 1
    """Number of requests that the fault happens to; None means no limit."""

    def __attrs_post_init__(self) -> None:
        """Raise a ValueError for combinations that make no sense."""
        for is_wrong, msg in self._contradictions():
            if is_wrong:
                raise ValueError(msg)

    @property
    def has_own_response(self) -> bool:
        """Whether the fault replaces the normal response by one of its own."""
        return self.status is not None or self.body is not None

    def matches(
        self, *, method: str, path: str, page: str | None, token: str | None
    ) -> bool:
        """
        Whether the fault applies to a request.

        `page` is None outside lists; `token` is None at the storage site.
        """
        # A fault that is meant for the API must not break an upload.
        default = "" if token is None else "*"
        pattern = default if self.path is None else self.path
        return (
            (self.method is None or self.method.upper() == method)
            and (self.page is None or str(self.page) == page)
            and self.token in {None, token}
            and fnmatchcase(path, pattern)
        )

    def _contradictions(self) -> Iterator[tuple[bool, str]]:
        """Yield the rules across fields: whether one is broken, and its message."""
        ends = [self.drop, self.hang, self.lose, self.drop_after is not None]
        is_silent = any(ends)
        shapes = self.has_own_response or bool(self.headers)
        paces = self.drip is not None or self.cut is not None
        is_bodiless = self.status in {HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED}
        yield (
            not (is_silent or shapes or paces or self.delay),
            "a fault needs an effect, such as status=503 or delay=1.0",
        )
        yield (
            self.times is not None and self.times < 1,
            "`times` must be at least 1, or None for no limit",
        )
        yield (
            sum(ends) > 1,
            "a fault can have only one of drop, drop_after, lose and hang",
        )
        yield (
            is_silent and (shapes or paces),
            "a fault that drops, loses or hangs has no response to change",
        )
        yield (
            self.hang and self.delay > 0,
            "a fault that hangs never responds, so there is nothing to delay",
        )
        yield (
            is_bodiless and (self.body is not None or paces),
            f"a response with status {self.status} has no body",
        )


@attrs.frozen
class FaultQueue:
    """The faults still to happen, in the order in which they were added."""

    _queued: list[tuple[Fault, Iterator[bool]]] = attrs.field(factory=list, init=False)
    """The faults, each with as many true values as it has uses left."""

    def add(self, faults: Iterable[Fault]) -> None:
        """Append faults to the queue."""
        for fault in faults:
            limit = () if fault.times is None else (fault.times,)
            self._queued.append((fault, repeat(True, *limit)))

    def consume(
        self, *, method: str, path: str, page: str | None, token: str | None
    ) -> Fault | None:
        """Return the first fault that matches a request, if any, and count its use."""
        for fault, uses in self._queued:
            is_match = fault.matches(method=method, path=path, page=page, token=token)
            if is_match and next(uses, False):
                return fault
        return None
