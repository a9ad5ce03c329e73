"""The facts of a call as a whole, for spans and metrics."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TypeAlias

import attrs


@attrs.frozen(kw_only=True)
class Call:
    """One call, whatever attempts it takes; holds no id, header, body or query."""

    account: str
    """Name of the account; empty without one."""
    operation: str
    """
    Id of the operation in the API's description, such as `genai_list_indexing_jobs`.

    Empty for a search, which is not described there, and for `client.request` and
    `client.paginate`.
    """
    method: str
    """HTTP method."""
    route: str
    """Path with `{names}` in place of ids; empty for the latter two."""


OnCall: TypeAlias = Callable[[Call], AbstractContextManager[object, bool | None]]
"""
Called at the start of each call, in its task; returns what is entered around it.

The context manager sees the error that the call raises, and must not suppress it. It
must not block; an error of its own ends the call.
"""
