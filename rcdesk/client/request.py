"""Request: what is asked of the server, how it is written in a message, and what the log may say of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from rcdesk.client.departure import Departure
from rcdesk.core.pacing import Urgency

Query = Mapping[str, str | int | float | bool]

_ID = re.compile(r"(?<=/)(?!v\d)[^/]*\d[^/]*")


@dataclass(frozen=True, slots=True)
class Request:
    """A request to be made.

    Attributes:
        path: from the server's root on, or an address that the server gave.
        doing: what did not happen if it fails, one sentence for the user.
        group: the rate-limit group that it counts to by the platform's documents; the server knows better.
        repeat: whether it is sent again by itself after a failure that may pass. Never for what rings phones.
        patience: seconds that it may wait for its group, None for as long as it takes.
        departure: is told when it leaves, and may keep it back.
        user: whether it goes out in the user's name, with their token.
        basic: id and secret of the app, for the token endpoint.
    """

    method: str
    path: str
    doing: str
    group: str
    query: Query | None = field(default=None, repr=False)
    json: Any = field(default=None, repr=False)
    form: Mapping[str, str] | None = field(default=None, repr=False)
    repeat: bool = False
    urgency: Urgency = Urgency.RECONCILE
    patience: float | None = None
    departure: Departure | None = None
    user: bool = True
    basic: tuple[str, str] | None = field(default=None, repr=False)

    @property
    def local(self) -> str:
        """Path and query of its address, also where a server gave that: whatever host it names, the user's token is
        for the server that was signed in to.

        Raises:
            ValueError: the address is none.
        """
        parts = urlsplit(self.path)
        return f"{parts.path}?{parts.query}" if parts.query else parts.path

    @property
    def written(self) -> dict[str, str] | None:
        """The query as it is written in an address."""
        if self.query is None:
            return None
        return {
            name: str(value).lower() if isinstance(value, bool) else str(value)
            for name, value in self.query.items()
        }

    @property
    def masked(self) -> str:
        """The request for the log: ids and the query can hold numbers, so they are left out."""
        return f"{self.method} {_ID.sub('…', urlsplit(self.path).path)}"
