"""Ask where knowledge bases can be."""

from __future__ import annotations

from typing import Final

from gradient_async.models.regions import Region, RegionsResponse
from gradient_async.resources.arguments import query_of
from gradient_async.transport.calls import Caller
from gradient_async.transport.wire import Endpoint

_LIST: Final = Endpoint("GET", "/v2/gen-ai/regions")


class Regions:
    """The platform's regions, `client.regions`."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def list(
        self, *, serves_inference: bool | None = None, serves_batch: bool | None = None
    ) -> tuple[Region, ...]:
        """
        List the regions, all of them; the API has no pages here.

        Sends one request, and again where a retry may help.

        Args:
            serves_inference: Whether to include those that serve inference; None
                leaves it to the platform.
            serves_batch: The same for batch jobs, as indexing jobs are.

        Raises:
            ConfigurationError: An argument cannot work; nothing was sent.
            GradientError: Whatever else a call may raise.

        Source: GET /v2/gen-ai/regions, `genai_list_datacenter_regions`.
        """
        params = query_of(serves_inference=serves_inference, serves_batch=serves_batch)
        answer = await self._caller.call(_LIST.request(params=params), RegionsResponse)
        return answer.regions
