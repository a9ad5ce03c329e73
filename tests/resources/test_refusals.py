"""Values of a wrong type are refused, wherever they are in the arguments of a call."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import pytest

from gradient_async import ConfigurationError, CrawlingOption
from gradient_async.resources.arguments import check_argument
from tests.resources.call_cases import CASES, Case, name_case

WHOLE: Final = "must be an integer of at least 0"
LIST: Final = "must be a list of strings"

INVALID: Final[list[tuple[Any, str, list[object]]]] = [
    (str, "must be a string", [None, 5, b"text", ["text"], str, False]),
    (bool, "must be a bool", [None, 1, 0, "true"]),
    (int, WHOLE, [None, -1, 5.0, "5", True, [5]]),
    (float, "must be a number", [None, "0.5", 0.5j, [0.5], True, False]),
    (
        CrawlingOption,
        "must be a string",
        [None, 2, CrawlingOption],
    ),
    (Iterable[str], LIST, [None, "nav", "", b"nav", {"nav": 1}, 5, bytearray(b"a")]),
    (Iterable[str], "each of value must be a string", [[5], ["nav", None], [b"nav"]]),
    (Iterable[str], "each of value must not be empty", [[""], ["a", ""]]),
    (str | None, "must be a string", [5, b""]),
    (str | None, "must not be empty", [""]),
]


@pytest.mark.parametrize("case", CASES, ids=name_case)
async def test_wrong_types_are_refused(case: Case) -> None:
    """Whatever has a wrong type is refused, in a message that names it."""
    with pytest.raises(ConfigurationError) as caught:
        await case.run(object())

    message = caught.value.message.replace("_", " ")
    assert case.name.replace("_", " ").removesuffix("s") in message
    assert caught.value.message.partition("got ")[2].startswith(("object", "<object"))


@pytest.mark.parametrize(
    ("hint", "message", "value"),
    [(hint, message, it) for hint, message, values in INVALID for it in values],
)
def test_messages(hint: Any, message: str, value: object) -> None:
    """A message says what is expected, and what was passed."""
    with pytest.raises(ConfigurationError) as caught:
        check_argument("value", value, hint)

    assert message in caught.value.message
