"""The options that describe data sources."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Final, Literal

import attrs
from cyclopts import Parameter

from gradient_async.errors import ConfigurationError
from gradient_async.models import (
    CrawlingOption,
    SpacesDataSource,
    WebCrawlerDataSource,
)
from gradient_async.printable import printable

_BUCKET: Final = re.compile(r"([a-z0-9]+):([a-z0-9.-]+)(?:/(.*))?")


@Parameter(name="*", group="Data sources")
@attrs.frozen(kw_only=True)
class SourceOptions:
    """Data sources that need no credentials of their own."""

    urls: Annotated[
        tuple[str, ...], Parameter(name="--url", negative=(), show_default=False)
    ] = ()
    """Index the web pages found from this URL. Repeat the option for several."""
    crawl: Annotated[
        Literal["scoped", "path", "domain", "subdomains", "sitemap"],
        Parameter(name="--crawl"),
    ] = "scoped"
    """Which links to follow from each URL: none but the page itself (`scoped`), those
    below its path, or those of its domain, its subdomains or its sitemap."""
    buckets: Annotated[
        tuple[str, ...], Parameter(name="--bucket", negative=(), show_default=False)
    ] = ()
    """Index a bucket of Spaces, `REGION:NAME` or `REGION:NAME/PATH`. Repeat the option
    for several."""
    chunking: Annotated[
        Literal["section_based", "hierarchical", "semantic", "fixed_length"] | None,
        Parameter(name="--chunking"),
    ] = None
    """How to split texts into chunks; the platform's default if left out."""

    def read(self) -> Iterator[SpacesDataSource | WebCrawlerDataSource]:
        """
        Iterate over the data sources that the options describe.

        Raises:
            ConfigurationError: A URL or a bucket is invalid.
        """
        crawling_option = CrawlingOption.parse(self.crawl)
        for url in self.urls:
            if not url.startswith(("https://", "http://")):
                msg = f"--url must start with https://, got {printable(url)!r}"
                raise ConfigurationError(msg)
            yield WebCrawlerDataSource(base_url=url, crawling_option=crawling_option)
        for bucket in self.buckets:
            yield _to_bucket(bucket)


def _to_bucket(text: str) -> SpacesDataSource:
    match = _BUCKET.fullmatch(text)
    if match is None:
        msg = f"--bucket must look like nyc3:my-bucket, got {printable(text)!r}"
        raise ConfigurationError(msg)
    region, name, path = match.groups("")
    return SpacesDataSource(bucket_name=name, region=region, item_path=path)
