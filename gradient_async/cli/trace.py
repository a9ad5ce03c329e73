"""The trace of an error, for `--debug`, without secrets; pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from traceback import TracebackException
from typing import Final

from gradient_async.printable import printable
from gradient_async.transport.credentials import TOKEN_PATTERN, Secret

# The query of a presigned URL is a secret, and so is the user of a proxy's.
_QUERY: Final = re.compile(r"(?<=\?)(?:[\w.~%-]+=[^\s\"']*)")
_USER: Final = re.compile(r"(?<=://)[^/\s\"']+(?=@)")

_SECRET_VARIABLE: Final = re.compile(r"TOKEN|SECRET|PASSWORD|KEY")


def render_trace(error: BaseException, environ: Mapping[str, str]) -> list[str]:
    """
    Return the lines of an error's trace, with those of its causes.

    The package's own errors have no secrets. In the texts of others, tokens, the
    queries of URLs and the secrets of the environment are replaced by `***`.
    """
    text = "".join(TracebackException.from_exception(error).format())
    # First: other replacements might cut them in two.
    for secret in _find_secrets(environ):
        text = secret.redact(text)
    for pattern in (TOKEN_PATTERN, _QUERY, _USER):
        text = pattern.sub("***", text)
    return [printable(line) for line in text.splitlines()]


def _find_secrets(environ: Mapping[str, str]) -> Iterator[Secret]:
    for name, value in environ.items():
        if _SECRET_VARIABLE.search(name):
            yield Secret(value.strip())
