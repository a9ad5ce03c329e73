"""Lists that span several pages."""

from gradient_async.paging.page import Page, Paging, Position
from gradient_async.paging.paginator import Paginator

__all__ = ["Page", "Paginator", "Paging", "Position"]
