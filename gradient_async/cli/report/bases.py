"""Names of knowledge bases, and the prices of their embedding models."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

import attrs

# The package, not its names: they load when used, and `--help` uses none.
from gradient_async import accounts
from gradient_async.client import Client
from gradient_async.errors import GradientError
from gradient_async.models import KnowledgeBase, Model


@attrs.frozen
class Base:
    """What a report has on a knowledge base besides its jobs."""

    name: str
    """Its name."""
    price: float | None = None
    """US dollars for a million tokens; None if unknown."""


Bases: TypeAlias = Mapping[tuple[str, str], Base]
"""Knowledge bases by the name of their account and their id."""


@attrs.frozen
class BaseDirectory:
    """The knowledge bases of all accounts, and what could not be found out."""

    bases: Bases
    """Those that exist; of others there may be jobs."""
    problems: Mapping[str, GradientError]
    """Why names or prices are missing, by the name of the account."""


async def read_bases(chosen: accounts.Accounts) -> BaseDirectory:
    """Fetch the knowledge bases and models of all accounts; failures are collected."""
    bases = await chosen.map(_list_bases, on_error="collect")
    models = await chosen.map(_list_models, on_error="collect")
    return BaseDirectory(
        {
            (account, base.uuid): Base(
                base.name, find_price(base, models.get(account, ()))
            )
            for account, found in bases.items()
            for base in found
        },
        {**models.errors, **bases.errors},
    )


def find_price(base: KnowledgeBase, models: tuple[Model, ...]) -> float | None:
    """Return the price of a million tokens; None if it is not known."""
    for model in models:
        if model.uuid == base.embedding_model_uuid and model.pricing is not None:
            # The API has 0 for prices that do not apply.
            return model.pricing.input_price_per_million or None
    return None


async def _list_bases(client: Client) -> tuple[KnowledgeBase, ...]:
    return tuple([base async for base in client.knowledge_bases.list()])


async def _list_models(client: Client) -> tuple[Model, ...]:
    models = client.models.list(usecases="knowledgebase")
    return tuple([model async for model in models])
