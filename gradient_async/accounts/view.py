"""Which accounts are meant, with which options: a live mapping of names to clients."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Self

from gradient_async.accounts.account_client import AccountClient
from gradient_async.accounts.options import Selection, ViewOptions
from gradient_async.accounts.registry import Member, Registry, unknown_account
from gradient_async.accounts.reports import Health
from gradient_async.checks import require_list
from gradient_async.client import Client
from gradient_async.errors import ConfigurationError
from gradient_async.transport.retry import RetryPolicy


class AccountsView(Mapping[str, Client]):
    """
    A live mapping of names to clients: of all accounts, or of some, with options.

    Args:
        registry: The accounts there are, which all views share.
    """

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._selection = Selection()
        self._options: ViewOptions | None = None
        self._is_view = False

    def __getitem__(self, name: str) -> Client:
        """
        Return the client of an account.

        Raises:
            UnknownAccountError: There is no such account; a KeyError, too.
        """
        if not self._has(name):
            raise unknown_account(name)
        return self._open(self._registry[name])

    def _open(self, member: Member) -> AccountClient:
        client = member.client
        return client if self._options is None else self._options.apply(client)

    def _openers(self) -> dict[str, Callable[[], AccountClient]]:
        """Return what opens each client: creating a thousand would take long."""
        return {name: partial(self._open, self._registry[name]) for name in self}

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names."""
        return (name for name in tuple(self._registry) if self._has(name))

    def __len__(self) -> int:
        """Return the number of accounts."""
        return sum(1 for _ in self)

    def __contains__(self, name: object) -> bool:
        """Return whether there is an account of this name."""
        return self._has(name)

    def _has(self, name: object) -> bool:
        if not isinstance(name, str) or name not in self._registry:
            return False
        return self._selection.has(name, self._registry[name].account)

    def select(
        self, *, names: Iterable[str] | None = None, tags: Iterable[str] | None = None
    ) -> Self:
        """
        Return a live view of some accounts.

        Args:
            names: Only the accounts of these names; None means any.
            tags: Only accounts with at least one of these tags; None means any.

        Raises:
            ConfigurationError: There is no account of one of the names.
        """
        if names is not None:
            names = require_list("names", names, "names")
            self._check_names(names)
        if tags is not None:
            tags = require_list("tags", tags, "tags")
        return self._view(_selection=self._selection.narrow(names, tags))

    def _check_names(self, names: Iterable[str]) -> None:
        unknown = [name for name in names if name not in self]
        if unknown:
            msg = f"no account named {unknown[0]!r}; there are: {', '.join(self)}"
            raise ConfigurationError(msg)

    def with_options(
        self,
        *,
        timeout: float | None = None,
        retry: RetryPolicy | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Self:
        """
        Return a live view whose clients have other options.

            await accounts.with_options(timeout=5).map(lambda it: it.regions.list())

        Args:
            timeout: Seconds for each call; None means as before.
            retry: Retry policy; None means as before.
            headers: Headers to send besides those sent before; None adds none.

        Raises:
            ConfigurationError: An option is invalid, see `Client.with_options`.
        """
        options = (self._options or ViewOptions()).add(
            timeout=timeout, retry=retry, headers=headers
        )
        return self._view(_options=options)

    def _view(self, **changes: object) -> Self:
        view = object.__new__(type(self))
        view.__dict__.update(self.__dict__, **changes, _is_view=True)
        return view

    def health(self) -> dict[str, Health]:
        """Return what the latest calls of each account found out; sends nothing."""
        opened = {name: self._registry[name].opened for name in self}
        return {name: it.health if it else Health() for name, it in opened.items()}

    def __eq__(self, other: object) -> bool:
        """Return whether it is the same object: accounts come and go."""
        return self is other

    def __hash__(self) -> int:
        """Return the hash of the object."""
        return object.__hash__(self)

    def __repr__(self) -> str:
        """Return the number of accounts, never their tokens."""
        if not hasattr(self, "_registry"):
            # A traceback may show it while its arguments are being checked.
            return f"<{type(self).__name__}, not initialized>"
        return f"<{type(self).__name__} {len(self)}>"
