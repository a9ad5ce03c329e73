"""The platform's regions."""

from __future__ import annotations

from typing import Final

from gradient_async.models.regions import Region, RegionsResponse
from gradient_async.resources.arguments import build_query
from gradient_async.resources.resource import Resource
from gradient_async.transport.endpoint import Endpoint

_LIST: Final = Endpoint("GET", "/v2/gen-ai/regions")


class Regions(Resource):
    """The platform's regions, `client.regions`."""

    async def list(
        self, *, serves_inference: bool | None = None, serves_batch: bool | None = None
    ) -> tuple[Region, ...]:
        """
        Fetch all regions; this list has no pages.

        Args:
            serves_inference: Whether to include regions that serve inference; None
                leaves it to the platform.
            serves_batch: Whether to include regions that run batch jobs, such as
                indexing jobs; None leaves it to the platform.

        Source: GET /v2/gen-ai/regions, `genai_list_datacenter_regions`.
        """
        query = build_query(
            serves_inference=serves_inference, serves_batch=serves_batch
        )
        response = await self._caller.call(_LIST.request(params=query), RegionsResponse)
        return response.regions
