"""The metrics for Prometheus, and the dashboard for Grafana."""

from __future__ import annotations

import json
import re
from types import ModuleType

import pytest
from prometheus_client import REGISTRY

from gradient_async import Client, NotFoundError
from gradient_async.emulator import Emulator, Fault

from .backends import EXAMPLES, load_plain


@pytest.fixture(scope="module")
def metrics() -> ModuleType:
    """Load the example; its metrics can be registered only once."""
    return load_plain("prometheus_metrics")


def sample(name: str, **labels: str) -> float | None:
    """Return the value of a metric."""
    return REGISTRY.get_sample_value(name, labels)


async def test_metrics(metrics: ModuleType) -> None:
    """Calls, attempts and what is left of the limit are counted by account."""
    async with (
        Emulator() as api,
        Client(
            api.token,
            account="acme",
            base_url=api.url,
            on_call=metrics.observe_call,
            on_attempt=metrics.observe_attempt,
        ) as client,
    ):
        api.fail(Fault(status=503))
        await client.regions.list()
        with pytest.raises(NotFoundError):
            await client.indexing_jobs.get("no-such-job")
        await client.request("GET", "/v2/gen-ai/regions")

    counts = {
        (operation, outcome): sample(
            "gradient_call_seconds_count",
            account="acme",
            operation=operation,
            outcome=outcome,
        )
        for operation, outcome in (
            ("genai_list_datacenter_regions", "ok"),
            ("genai_get_indexing_job", "NotFoundError"),
            ("GET request", "ok"),
        )
    }
    attempts = {
        outcome: sample("gradient_attempts_total", account="acme", outcome=outcome)
        for outcome in ("ServerError", "200", "NotFoundError")
    }
    assert {1.0} == {*counts.values()}
    assert {"ServerError": 1.0, "200": 2.0, "NotFoundError": 1.0} == attempts
    assert 4996.0 == sample("gradient_requests_remaining", account="acme")
    assert sample("gradient_wait_seconds_total", account="acme") is not None


def test_the_dashboard_shows_these_metrics(metrics: ModuleType) -> None:
    """Each metric in an expression exists, and each that exists is shown."""
    dashboard = json.loads((EXAMPLES / "grafana_dashboard.json").read_text())
    expressions = [
        target["expr"] for panel in dashboard["panels"] for target in panel["targets"]
    ]
    shown = {name for it in expressions for name in re.findall(r"gradient_\w+", it)}
    ours = (metrics.CALLS, metrics.ATTEMPTS, metrics.WAITED, metrics.REMAINING)
    families = {family.name: family for it in ours for family in it.describe()}
    exist = {re.sub(r"_(bucket|count|total)$", "", name) for name in shown}

    assert {*families} == exist
