"""Lists in pages: which records, the `paging` object, and absolute links to the other pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from starlette.datastructures import URL

T = TypeVar("T")


@dataclass(frozen=True)
class Page(Generic[T]):
    """One page of a list."""

    records: Sequence[T]
    number: int
    size: int
    total: int

    @property
    def last(self) -> int:
        """Number of the last page; 1 for an empty list."""
        return max(1, -(-self.total // self.size))

    def paging(self) -> dict[str, int]:
        """The `paging` object. Indexes count from 0 and are absent on an empty page."""
        paging = {"page": self.number, "perPage": self.size}
        if self.records:
            start = (self.number - 1) * self.size
            paging |= {"pageStart": start, "pageEnd": start + len(self.records) - 1}
        return paging | {"totalPages": self.last, "totalElements": self.total}

    def navigation(self, url: URL) -> dict[str, dict[str, str]]:
        """Links that keep the rest of the query; `nextPage` and `previousPage` only where there is one."""
        pages = {"firstPage": 1, "lastPage": self.last}
        if self.number < self.last:
            pages["nextPage"] = self.number + 1
        if 1 < self.number <= self.last:
            pages["previousPage"] = self.number - 1
        return {
            name: {"uri": str(url.include_query_params(page=number, perPage=self.size))}
            for name, number in pages.items()
        }


def page_of(items: Sequence[T], number: int, size: int) -> Page[T]:
    """Cut one page out of a list; past its end the page is empty."""
    start = (number - 1) * size
    return Page(items[start : start + size], number, size, len(items))


def listing(page: Page[Any], url: URL, records: list[dict[str, Any]]) -> dict[str, Any]:
    """The body of a list resource."""
    return {"uri": str(url), "records": records, "paging": page.paging(), "navigation": page.navigation(url)}
