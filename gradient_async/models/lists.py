"""What every list of the API carries beside its items."""

from __future__ import annotations

import attrs


@attrs.frozen(kw_only=True)
class PageLinks:
    """URLs of other pages; read for whether there is a next one, never followed."""

    first: str = ""
    """URL of the first page."""
    previous: str = ""
    """URL of the page before, empty on the first."""
    next: str = ""
    """URL of the page after, empty on the last."""
    last: str = ""
    """URL of the last page."""


@attrs.frozen(kw_only=True)
class Links:
    """The links of a list; the API leaves them out when one page holds all."""

    pages: PageLinks = PageLinks()
    """Links to other pages."""


@attrs.frozen(kw_only=True)
class Meta:
    """How long a list is."""

    page: int = 0
    """Number of this page, counted from 1; 0 when not given."""
    pages: int = 0
    """Number of pages; 0 when not given."""
    total: int = 0
    """Number of items over all pages."""
