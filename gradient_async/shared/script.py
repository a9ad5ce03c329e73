"""Scripts that the server runs, each as one atomic step."""

from __future__ import annotations

from hashlib import sha1
from importlib.resources import files
from typing import Self

import attrs


@attrs.frozen
class Script:
    """A Lua script, and the digest by which the server knows it."""

    source: str
    """The script in Lua."""
    digest: str = attrs.field(init=False)
    """Its SHA-1 in hex, as `EVALSHA` takes it."""

    def __attrs_post_init__(self) -> None:
        """Compute the digest once."""
        digest = sha1(self.source.encode(), usedforsecurity=False).hexdigest()
        object.__setattr__(self, "digest", digest)

    @classmethod
    def load(cls, package: str, name: str) -> Self:
        """Return the script in a file of a package."""
        return cls(files(package).joinpath(name).read_text("utf-8"))
