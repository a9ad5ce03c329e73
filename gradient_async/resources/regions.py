"""The platform's regions."""

from __future__ import annotations

from typing import Final

from gradient_async.models.regions import Region
from gradient_async.resources.methods import calls
from gradient_async.resources.operation import Operation
from gradient_async.resources.resource import Resource

_LIST: Final = Operation(
    "genai_list_datacenter_regions",
    "GET",
    "/v2/gen-ai/regions",
    tuple[Region, ...],
    "regions",
)


class Regions(Resource):
    """The platform's regions, `client.regions`."""

    @calls(_LIST)
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
        """
