"""Misbehaviour on request: what can go wrong, and for which request it does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from http import HTTPStatus

import attrs
from attrs.validators import ge, gt, optional


@attrs.frozen(kw_only=True)
class Fault:
    """
    One misfortune, waiting for the next request that matches.

    What happens, in this order: the server waits `delay` seconds; it hangs or drops
    the connection; or else it answers, with an answer of the fault's own if `status`
    or `body` is given and with the normal one if not, changed by `headers` and sent
    as `drip` and `cut` say, unless it is to `lose` it.

    | fault | the client sees |
    | --- | --- |
    | `Fault(status=503)` | the error body that belongs to the status |
    | `Fault(status=429, headers={"retry-after": "29"})` | the same with a header |
    | `Fault(body=b"<html>", content_type="text/html")` | status 200 and these bytes |
    | `Fault(delay=5.0)` | the normal answer, five seconds late |
    | `Fault(drip=0.1)` | the normal answer, ten bytes a second |
    | `Fault(cut=100)` | the first 100 bytes of the body, then the end |
    | `Fault(drop=True)` | a closed connection instead of an answer |
    | `Fault(drop_after=100)` | the same while it still sends its own body |
    | `Fault(lose=True)` | the same, but its request was carried out |
    | `Fault(hang=True)` | nothing, ever |

    A fault without any effect, or with effects that exclude each other,
    is a ValueError.
    """

    status: int | None = None
    """The status of an answer of its own, 200 to 599."""
    headers: Mapping[str, str] = attrs.field(factory=dict, repr=False)
    """Headers that the answer gets, in place of any of the same name."""
    body: bytes | None = None
    """The exact body of an answer of its own; with no `status` given, status 200."""
    content_type: str = "application/json"
    """What the answer claims that `body` is."""
    delay: float = attrs.field(default=0.0, validator=ge(0))
    """Seconds to wait before anything else happens."""
    drip: float | None = attrs.field(default=None, validator=optional(gt(0)))
    """Seconds before each single byte of the body; None sends it all at once."""
    cut: int | None = attrs.field(default=None, validator=optional(ge(0)))
    """
    The bytes of the body to send before the connection drops.

    The answer still announces its full length.
    A body that is no longer than this arrives whole.
    """
    drop: bool = False
    """Close the connection, once the request has been read, without an answer."""
    drop_after: int | None = attrs.field(default=None, validator=optional(ge(0)))
    """
    The bytes of the request's body to read before the connection drops.

    A body that is shorter is read to its end.
    """
    lose: bool = False
    """Carry the request out, and close the connection without a byte of the answer."""
    hang: bool = False
    """Never answer; the connection stays open until the client leaves."""
    page: int | None = attrs.field(default=None, validator=optional(ge(1)))
    """Strike only requests for this page of a list, counted from 1."""
    method: str | None = None
    """Strike only requests with this method, in upper or lower case."""
    token: str | None = attrs.field(default=None, repr=False)
    """Strike only requests with this token."""
    path: str | None = None
    """
    Strike only requests whose decoded path matches this shell pattern.

    `*` crosses slashes: `*/cancel` means every cancelling. Only faults with a path meet
    requests to the storage site, where files are uploaded.
    """
    times: int | None = 1
    """The number of requests to strike; None means all that follow."""

    def __attrs_post_init__(self) -> None:
        """Refuse combinations that cannot mean anything."""
        for is_wrong, msg in self._contradictions():
            if is_wrong:
                raise ValueError(msg)

    @property
    def has_own_answer(self) -> bool:
        """Whether the fault brings its own answer instead of the normal one."""
        return self.status is not None or self.body is not None

    def matches(
        self, *, method: str, path: str, page: str | None, token: str | None
    ) -> bool:
        """
        Tell whether a request is one to strike.

        `page` is None outside lists; `token` is None for the storage site.
        """
        return (
            (self.method is None or self.method.upper() == method)
            and (self.page is None or str(self.page) == page)
            and self.token in {None, token}
            and self._matches_path(path, is_named=token is None)
        )

    def _matches_path(self, path: str, *, is_named: bool) -> bool:
        """Tell whether the path is one to strike; some have to be named."""
        if self.path is None:
            return not is_named
        return fnmatchcase(path, self.path)

    def _contradictions(self) -> Iterable[tuple[bool, str]]:
        """List the rules that span several fields, each with its complaint."""
        ends = [self.drop, self.hang, self.lose, self.drop_after is not None]
        silent = any(ends)
        answers = self.has_own_answer or bool(self.headers)
        paced = self.drip is not None or self.cut is not None
        bodiless = self.status in {HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED}
        yield (
            not (silent or answers or paced or self.delay),
            "a fault needs an effect, such as status=503 or delay=1.0",
        )
        yield (
            self.status is not None and not 200 <= self.status <= 599,  # noqa: PLR2004  (a final status)
            "the status of an answer is 200 to 599",
        )
        yield (
            self.times is not None and self.times < 1,
            "a fault strikes at least one time; None means for ever",
        )
        yield (
            sum(ends) > 1,
            "a fault has only one of drop, drop_after, lose and hang",
        )
        yield (
            silent and (answers or paced),
            "a fault that drops, loses or hangs gives no answer to shape",
        )
        yield (
            self.hang and self.delay > 0,
            "a fault that hangs never answers, so it has nothing to delay",
        )
        yield (
            bodiless and (self.body is not None or paced),
            f"an answer with status {self.status} has no body",
        )


@attrs.define
class _Pending:
    """A fault and the number of requests it is still good for."""

    fault: Fault
    left: int | None


@attrs.frozen
class FaultScript:
    """The faults still to happen, in the order in which they were asked for."""

    _pending: list[_Pending] = attrs.field(factory=list, init=False)

    def add(self, faults: Iterable[Fault]) -> None:
        """Append faults behind those that already wait."""
        self._pending.extend(_Pending(fault, fault.times) for fault in faults)

    def take(
        self, *, method: str, path: str, page: str | None, token: str | None
    ) -> Fault | None:
        """Use up the first fault that matches a request, if there is one."""
        for pending in self._pending:
            if pending.fault.matches(method=method, path=path, page=page, token=token):
                self._use(pending)
                return pending.fault
        return None

    def _use(self, pending: _Pending) -> None:
        """Count one use, and forget the fault after its last."""
        if pending.left is None:
            return
        pending.left -= 1
        if not pending.left:
            self._pending.remove(pending)
