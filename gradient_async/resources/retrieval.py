"""Build requests that search a knowledge base; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Literal, TypeAlias, TypedDict

from gradient_async.checks import (
    check_instance,
    check_int,
    require_list,
    require_nonempty_str,
)
from gradient_async.codec import JSON, encode_json
from gradient_async.errors import ConfigurationError
from gradient_async.resources.bodies import Body
from gradient_async.transport.endpoint import fill_path
from gradient_async.transport.wire import Request

_PATH: Final = "/v1/{knowledge_base_uuid}/retrieve"
_LIST_OPERATORS: Final = ("in", "not_in")
_OPERATORS: Final = (
    *("eq", "ne", "gt", "gte", "lt", "lte"),
    *_LIST_OPERATORS,
    "contains",
)
_GROUPS: Final = ("must", "must_not", "should")

FilterValue: TypeAlias = str | int | float | bool
"""A value that metadata is compared with."""


class RetrievalCondition(TypedDict):
    """What one field of a chunk's metadata must be."""

    field: str
    """Name of the field."""
    operator: Literal["eq", "ne", "gt", "gte", "lt", "lte", "in", "not_in", "contains"]
    """How to compare it."""
    value: FilterValue | Sequence[FilterValue]
    """What to compare it with; a list for `in` and `not_in` alone."""


class RetrievalFilters(TypedDict, total=False):
    """Which chunks a search may return, by their metadata."""

    must: Sequence[RetrievalCondition]
    """Conditions all of which must hold."""
    must_not: Sequence[RetrievalCondition]
    """Conditions none of which may hold."""
    should: Sequence[RetrievalCondition]
    """Conditions at least one of which should hold."""


def build_retrieval(
    uuid: str,
    query: str,
    *,
    num_results: int,
    alpha: float | None,
    filters: RetrievalFilters | None,
) -> Request:
    """
    Build the request of a search, which can be repeated although it is a POST.

    Raises:
        ConfigurationError: An argument is invalid.
    """
    check_int("num_results", num_results, minimum=1)
    body: dict[str, JSON] = {
        "query": require_nonempty_str("query", query),
        "num_results": num_results,
    }
    if alpha is not None:
        _check_alpha(alpha)
        body["alpha"] = alpha
    if filters is not None:
        body["filters"] = _build_filters(filters)
    return Request(
        method="POST",
        path=fill_path(_PATH, {"knowledge_base_uuid": uuid}),
        body=encode_json(Body(body)),
        route=_PATH,
        is_repeatable=True,
    )


def _check_alpha(alpha: object) -> None:
    is_number = isinstance(alpha, int | float) and not isinstance(alpha, bool)
    if not is_number or not 0 <= alpha <= 1:  # type: ignore[operator]
        msg = f"alpha must be a number from 0 to 1, got {alpha!r}"
        raise ConfigurationError(msg)


def _build_filters(filters: Mapping[str, object]) -> dict[str, JSON]:
    check_instance("filters", filters, Mapping)
    for name in filters:
        _check_choice("filters", name, _GROUPS)
    return {
        name: [
            _build_condition(f"filters[{name!r}][{index}]", it)
            for index, it in enumerate(_list(f"filters[{name!r}]", conditions))
        ]
        for name, conditions in filters.items()
    }


def _build_condition(place: str, condition: object) -> dict[str, JSON]:
    check_instance(place, condition, Mapping)
    assert isinstance(condition, Mapping)
    if condition.keys() != {"field", "operator", "value"}:
        msg = f"{place} must have field, operator and value, and nothing else"
        raise ConfigurationError(msg)
    operator = condition["operator"]
    _check_choice(f"{place}: operator", operator, _OPERATORS)
    value: JSON
    if operator in _LIST_OPERATORS:
        values = _list(f"{place}: value", condition["value"])
        for it in values:
            check_instance(f"{place}: each of value", it, str | int | float)
        value = list(values)
    else:
        check_instance(f"{place}: value", condition["value"], str | int | float)
        value = condition["value"]
    field = require_nonempty_str(f"{place}: field", condition["field"])
    return {"field": field, "operator": operator, "value": value}


def _list(name: str, values: object) -> tuple[JSON, ...]:
    return require_list(name, values, "values")  # type: ignore[arg-type]


def _check_choice(name: str, value: object, choices: Sequence[str]) -> None:
    if value not in choices:
        msg = f"{name} must be one of {', '.join(choices)}, got {value!r}"
        raise ConfigurationError(msg)
