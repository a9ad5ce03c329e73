"""Operations of the API as data: what a call sends, and what it returns."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import NoneType
from typing import Any, Final, Generic, Protocol, TypeVar, get_args, get_origin

import attrs

from gradient_async.codec import encode_json
from gradient_async.errors import ConfigurationError
from gradient_async.resources.bodies import build_body, build_query
from gradient_async.transport.calls import Caller
from gradient_async.transport.endpoint import fill_path, find_names
from gradient_async.transport.wire import Request

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Record(Protocol[T_co]):
    """The form of a payload in responses, where it differs from the result."""

    def to_result(self) -> T_co:
        """Return what callers get."""
        ...


# What is not part of the path, all other methods send as a body.
_WITH_QUERY: Final = frozenset({"GET", "DELETE"})


@attrs.frozen
class Operation(Generic[T]):
    """One operation of the API, and the payload of its response."""

    id: str
    """Id in the API's description."""
    method: str
    """HTTP method, in upper case."""
    path: str
    """Path, with `{names}` in place of ids."""
    result: type[T]
    """Type of the payload; `NoneType` ignores the response."""
    key: str = ""
    """Key of the payload in the response; empty if it is the whole response."""
    record: type[Record[T]] | None = attrs.field(default=None, kw_only=True)
    """Type that the payload is decoded as; None if it is that of the result."""
    echo: str = attrs.field(default="", kw_only=True)
    """Place of the id in the response; empty if the payload has it."""

    @property
    def payload(self) -> Any:
        """The type that the payload is decoded as."""
        return self.record or self.result

    @property
    def response(self) -> type[Any]:
        """The attrs class that the response is decoded into."""
        return _envelope(self.payload, self.key) if self.key else self.payload

    def request(self, **arguments: object) -> Request:
        """
        Build a request of the arguments that are not None.

        Those that the path names are percent-encoded into it. A GET or DELETE sends the
        others as its query; any other method sends all of them as its body, because
        the API's description has the ids there once more.

        Raises:
            ConfigurationError: An id is invalid, a value has no JSON form, or every
                argument of a change is None.
        """
        ids = {name: arguments[name] for name in find_names(self.path)}
        others = {name: it for name, it in arguments.items() if name not in ids}
        has_query = self.method in _WITH_QUERY
        body = None if has_query else build_body(arguments)
        if body is not None and others and not body.keys() - ids:
            msg = f"nothing to change: pass {' or '.join(others)}"
            raise ConfigurationError(msg)
        return Request(
            method=self.method,
            path=fill_path(self.path, ids),
            operation=self.id,
            route=self.path,
            echoes=self._find_echoes(ids),
            params=build_query(others) if has_query else {},
            body=None if body is None else encode_json(body),
        )

    def _find_echoes(self, ids: Mapping[str, object]) -> dict[str, str]:
        if self.echo:
            return {self.echo: str(ids["uuid"])}
        return find_echoes(ids, self.payload, self.key)

    async def call(self, caller: Caller, **arguments: object) -> T:
        """
        Make the call and return the payload.

        Raises:
            ConfigurationError: See `request`.
            GradientError: See `Caller.call`.
        """
        request = self.request(**arguments)
        if self.result is NoneType:
            await caller.send(request)
            return None  # type: ignore[return-value]  # T is None
        response = await caller.call(request, self.response)
        payload = getattr(response, self.key) if self.key else response
        result: T = payload.to_result() if self.record else payload
        return result


def find_echoes(ids: Mapping[str, object], payload: Any, key: str) -> dict[str, str]:
    """
    Return the places in a response that must repeat an id of the request's path.

    The payload has it under the same name; or as its own `uuid`, where it is named
    like the payload.
    """
    places = _find_places(tuple(ids), payload, key)
    return {place: str(ids[name]) for name, place in places.items()}


@cache
def _find_places(names: tuple[str, ...], payload: Any, key: str) -> dict[str, str]:
    """Return the place of each id that the response must repeat."""
    cls = next(iter(get_args(payload)), payload)
    fields = attrs.fields_dict(cls) if attrs.has(cls) else {}
    return {
        name: f"{key}.{place}"
        for name in names
        if name.endswith("uuid")
        if (place := _find_field(name, key)) in fields or (place := name) in fields
    }


def _find_field(name: str, key: str) -> str:
    """Return the name of the field for an id that is called like the payload."""
    return "uuid" if key.endswith(name.removesuffix("_uuid")) else name


@cache
def _envelope(result: object, key: str) -> type[Any]:
    """Return an attrs class with a single field, the payload of a response."""
    # An empty list may be absent; what else a response is for must be there.
    default = () if get_origin(result) is tuple else attrs.NOTHING
    # Not in the repr: it may be a secret.
    field = attrs.field(type=result, default=default, repr=False)  # type: ignore[call-overload]  # no stub has `type` with `default`
    return attrs.make_class("Response", {key: field}, frozen=True, slots=True)
