"""Regions: the datacenters where knowledge bases and models are."""

from __future__ import annotations

import attrs


@attrs.frozen(kw_only=True)
class Region:
    """A datacenter, and what it is there for."""

    region: str = ""
    """Its code, `tor1` for example; what `region=` takes."""
    serves_inference: bool = False
    """Whether models answer there."""
    serves_batch: bool = False
    """Whether batch jobs run there, indexing jobs for example."""
    inference_url: str = ""
    """URL of its inference server."""
    stream_inference_url: str = ""
    """URL of its inference server for streams."""


@attrs.frozen(kw_only=True)
class RegionsResponse:
    """The answer that carries all regions."""

    regions: tuple[Region, ...] = ()
    """The regions, in the API's order."""
