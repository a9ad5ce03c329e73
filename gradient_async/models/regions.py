"""Regions: the datacenters of knowledge bases and models."""

from __future__ import annotations

import attrs

from gradient_async.models.base import APIObject


@attrs.frozen(kw_only=True)
class Region(APIObject):
    """A datacenter and what it serves."""

    region: str = ""
    """Code of the region, for example `tor1`, as `region=` takes it."""
    serves_inference: bool = False
    """Whether models can be called there."""
    serves_batch: bool = False
    """Whether batch jobs, such as indexing jobs, run there."""
    inference_url: str = ""
    """URL of its inference server."""
    stream_inference_url: str = ""
    """URL of its inference server for streaming."""
