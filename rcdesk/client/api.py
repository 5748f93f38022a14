"""One typed method for each endpoint used. Every method raises `Problem`, and is safe to cancel."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TypeVar
from urllib.parse import quote

import msgspec

from rcdesk import wire
from rcdesk.client import decode, status_words
from rcdesk.client.decode_log import log_records, sync_batch
from rcdesk.client.departure import Departure
from rcdesk.client.push import NOT_STARTED
from rcdesk.client.request import Query, Request
from rcdesk.client.rest import Rest
from rcdesk.core import numbers
from rcdesk.core.account import Account, DialChoices, Presence
from rcdesk.core.calls import Snapshot
from rcdesk.core.errors import Kind, Problem
from rcdesk.core.history import LogRecord, SyncBatch
from rcdesk.core.pacing import Urgency
from rcdesk.core.people import Person
from rcdesk.core.ringout import Order, Status

T = TypeVar("T")

EXTENSION = "/restapi/v1.0/account/~/extension/~"
DIRECTORY = "/restapi/v1.0/account/~/directory/entries"
SUBSCRIPTION = "/restapi/v1.0/subscription"
SOCKET_TOKEN = "/restapi/oauth/wstoken"  # noqa: S105 - a path
LIGHT, MEDIUM, HEAVY, AUTH = "Light", "Medium", "Heavy", "Auth"  # "Rate limits", and each endpoint's page
SYNC_SIZE = 250  # records; the most that a sync gives at once
LOG_PAGE = 1000  # records, the most there can be; ten of these pages a minute are all that the platform gives
LIST_PAGE = 1000  # records; the most that every list allows
ANYWHERE = "ZZ"  # no region: numbers are shown in full
LOG_UNREAD = "The call history could not be read."
DIAL_PATIENCE = 3.0
"""Seconds that a call to be placed may wait for its turn. Later than that the user no longer expects it."""
DIAL_WITHIN = 10.0
"""Seconds within which a call to be placed must have left, whatever it waits for: a token, its turn, a connection.
One lost packet and a slow refresh take less; who has waited longer has turned to something else, and is startled by
a phone that rings."""
TOO_LATE = "The server could not be reached in time, so no phone rings. Call again."
LOOK_FIRST = "See whether your phone rings before you call again."
ACCOUNT_PATIENCE = 60.0  # seconds; a longer penalty is worth a word to who signs in
SNAPSHOT_PATIENCE = 10.0  # seconds; rather say that what is on screen is not known to be true
LOOK_PATIENCE = (
    5.0  # seconds for a look at a call that is being placed, which ends by the clock if none works
)
SOCKET_PATIENCE = 2.0  # seconds; rather take another way meanwhile than connect in a minute
CANCEL_PATIENCE = 10.0  # seconds, for as long as taking it back may still help


class Api:
    """The platform in the program's own words, for the user that `rest` signs in."""

    def __init__(self, rest: Rest) -> None:
        self._rest = rest

    async def account(self, scopes: frozenset[str] = frozenset()) -> Account:
        """Return who is signed in; `scopes` are the app's permissions, as its tokens name them."""
        doing, urgency = "Your account could not be read.", Urgency.CONNECT
        request = Request(
            "GET", EXTENSION, doing, LIGHT, repeat=True, urgency=urgency, patience=ACCOUNT_PATIENCE
        )
        return decode.account(await self._rest.read(request, wire.Extension), scopes)

    async def dial_choices(self) -> DialChoices:
        """Return the phones that can ring first and the numbers that others may see."""
        doing = "Your phones and numbers could not be read."
        lists = [
            Request("GET", f"{EXTENSION}/{name}", doing, LIGHT, repeat=True)
            for name in ("forwarding-number", "phone-number")
        ]
        phones = await self._all(lists[0], wire.ForwardingNumber)
        owned = await self._all(lists[1], wire.PhoneNumber)
        return decode.dial_choices(phones, owned)

    async def presence(self, urgency: Urgency = Urgency.RECONCILE) -> tuple[Snapshot, Presence]:
        """Return the live calls of the extension (the latest seven), and what others see of the user."""
        query: Query = {"detailedTelephonyState": True}
        doing, path = "Your live calls could not be checked.", f"{EXTENSION}/presence"
        request = Request(
            "GET", path, doing, LIGHT, query=query, repeat=True, urgency=urgency, patience=SNAPSHOT_PATIENCE
        )
        return decode.presence(await self._rest.read(request, wire.Presence))

    async def set_presence(self, presence: Presence) -> Presence:
        """Change the fields of `presence` that are not None; return what the platform then shows."""
        wish = status_words.presence_fields(presence)
        doing = "Your presence was not changed."
        request = Request("PUT", f"{EXTENSION}/presence", doing, MEDIUM, json=wish, urgency=Urgency.USER)
        return decode.presence(await self._rest.read(request, wire.Presence))[1]

    def departure(self) -> Departure:
        """Return the departure of a call that is to be placed now."""
        return self._rest.departure(DIAL_WITHIN)

    async def start_ringout(self, order: Order, departure: Departure | None = None) -> Status:
        """Ring the user's phone, then the other; never sent twice, and never later than `DIAL_WITHIN`.

        Cancelling it while the departure is held lets no phone ring.

        Raises:
            Problem: `unsure` if it may ring all the same; only the user can tell whether to dial again.
        """
        body: dict[str, Any] = {
            "from": {"phoneNumber": order.own},
            "to": {"phoneNumber": order.number},
            "playPrompt": order.prompt,
        }
        if order.caller_id:
            body["callerId"] = {"phoneNumber": order.caller_id}
        whom = order.name or numbers.show(order.number, ANYWHERE)
        request = Request(
            "POST",
            f"{EXTENSION}/ring-out",
            f"The call to {whom} was not placed.",
            HEAVY,
            json=body,
            urgency=Urgency.DIAL,
            patience=DIAL_PATIENCE,
            departure=departure or self.departure(),
        )
        try:
            return decode.ringout(await self._in_time(request))
        except Problem as problem:
            if problem.unsure:
                title = f"It is not known whether the call to {whom} was placed."
                problem = replace(problem, title=title, remedy=LOOK_FIRST)
            raise replace(problem, retry=False) from None

    async def _in_time(self, request: Request) -> wire.RingOut:
        assert request.departure
        try:
            async with request.departure:
                return await self._rest.read(request, wire.RingOut)
        except TimeoutError:
            raise Problem(request.doing, TOO_LATE, Kind.UNAVAILABLE) from None

    async def ringout_status(self, ringout_id: str) -> Status:
        """Return how a RingOut stands. NOT_FOUND: the platform no longer tells."""
        doing = "How the call stands could not be read."
        request = Request(
            "GET", _ringout(ringout_id), doing, LIGHT, urgency=Urgency.USER, patience=LOOK_PATIENCE
        )
        return decode.ringout(await self._rest.read(request, wire.RingOut))

    async def cancel_ringout(self, ringout_id: str) -> bool:
        """Ask to stop a RingOut; return False if it was over already. True is no proof that it stopped."""
        doing = "The call was not cancelled."
        path, wish = _ringout(ringout_id), Urgency.USER
        request = Request("DELETE", path, doing, HEAVY, repeat=True, urgency=wish, patience=CANCEL_PATIENCE)
        return await self._delete(request)

    async def sync_full(self, date_from: float) -> SyncBatch:
        """Return the newest 250 calls since `date_from` (unix seconds, 30 days back at most), and a token to
        ask with for what is new."""
        query: Query = {
            "syncType": "FSync",
            "recordCount": SYNC_SIZE,
            "dateFrom": _iso(date_from),
            "view": "Detailed",
        }
        return await self._sync(query, SYNC_SIZE)

    async def sync_since(self, token: str) -> SyncBatch | None:
        """Return what is new or changed since `token`; None if only asking in full helps.

        So it is when the token is no longer good, and when the server begins anew by itself: what lies between
        the token and the newest calls, with which it then answers, would be missed.
        """
        try:
            batch = await self._sync({"syncType": "ISync", "syncToken": token, "showDeleted": True}, None)
        except Problem as problem:
            if problem.kind in (Kind.BAD_REQUEST, Kind.NOT_FOUND):  # CLG-101 to 105, or what stands for them
                return None
            raise
        return None if batch.full else batch

    async def call_log(self, date_from: float, date_to: float) -> AsyncIterator[tuple[LogRecord, ...]]:
        """Yield the calls between two moments (unix seconds), newest first, page by page."""
        query: Query = {
            "dateFrom": _iso(date_from),
            "dateTo": _iso(date_to),
            "view": "Detailed",
            "type": "Voice",
            "perPage": LOG_PAGE,
        }
        async for records in self._pages(_log("call-log", query)):
            # A page takes longer to read than a frame of the screen.
            yield await asyncio.to_thread(log_records, records)

    async def active_calls(self, urgency: Urgency = Urgency.HISTORY) -> tuple[LogRecord, ...]:
        """Return the calls that are on or ended in the last minutes, some seconds late ("Active calls")."""
        found: list[LogRecord] = []
        async for records in self._pages(replace(_log("active-calls"), urgency=urgency)):
            found += log_records(records)
        return tuple(found)

    async def contacts(self) -> tuple[Person, ...]:
        """Return the personal address book."""
        doing, path = "Your contacts could not be read.", f"{EXTENSION}/address-book/contact"
        entries = await self._all(_people(path, doing, HEAVY), wire.Contact)
        return tuple(decode.contacts(entries))

    async def directory(self) -> tuple[Person, ...]:
        """Return the company directory."""
        doing = "The company directory could not be read."
        entries = await self._all(_people(DIRECTORY, doing, MEDIUM), wire.DirectoryEntry)
        return tuple(decode.directory(entries))

    async def socket_token(self) -> wire.SocketToken:
        """Return a token for the WebSocket gateway; it lives for seconds."""
        urgency, patience = Urgency.CONNECT, SOCKET_PATIENCE
        request = Request("POST", SOCKET_TOKEN, NOT_STARTED, AUTH, urgency=urgency, patience=patience)
        return await self._rest.read(request, wire.SocketToken)

    async def subscribe(self, filters: list[str], delivery: dict[str, Any]) -> wire.Subscription:
        """Ask for notifications."""
        body = {"eventFilters": filters, "deliveryMode": delivery}
        request = Request("POST", SUBSCRIPTION, NOT_STARTED, MEDIUM, json=body, urgency=Urgency.CONNECT)
        return await self._rest.read(request, wire.Subscription)

    async def renew(self, subscription_id: str, filters: list[str]) -> wire.Subscription:
        """Prolong a subscription; where it delivers to may change by it. NOT_FOUND: it is over."""
        doing, path = "Live updates could not be prolonged.", _subscription(subscription_id)
        body, urgency = {"eventFilters": filters}, Urgency.CONNECT
        request = Request("PUT", path, doing, MEDIUM, json=body, repeat=True, urgency=urgency)
        return await self._rest.read(request, wire.Subscription)

    async def unsubscribe(self, subscription_id: str) -> None:
        """Take a subscription back; one that is over already is no trouble."""
        doing = "Live updates could not be ended."
        path, urgency = _subscription(subscription_id), Urgency.CONNECT
        await self._delete(Request("DELETE", path, doing, MEDIUM, urgency=urgency, patience=0.0))

    async def _delete(self, request: Request) -> bool:
        """Send; return False if there was nothing (left) to delete."""
        try:
            await self._rest.send(request)
        except Problem as problem:
            if problem.kind in (Kind.NOT_FOUND, Kind.GONE):
                return False
            raise
        return True

    async def _sync(self, query: Query, asked_for: int | None) -> SyncBatch:
        request = _log("call-log-sync", query)
        answer = await self._rest.read(request, wire.CallLogSync)
        return await asyncio.to_thread(sync_batch, answer, asked_for)

    async def _all(self, first: Request, kind: type[T]) -> list[T]:
        """Return every record of the list of which `first` asks for the first page."""
        pages = self._pages(first)
        return [record async for raw in pages for record in decode.each(raw, kind)]

    async def _pages(self, first: Request) -> AsyncIterator[list[msgspec.Raw]]:
        """Yield a list page by page. Only the link to a next page tells that there is one ("Paging")."""
        asked: set[str] = set()
        request = first
        while request.path not in asked:  # a server that links back to a page would be asked for ever
            asked.add(request.path)
            page = await self._rest.read(request, wire.Page)
            yield page.records
            if page.navigation is None or page.navigation.next_page is None:
                return
            request = replace(first, path=page.navigation.next_page.uri, query=None)


def _log(name: str, query: Query | None = None) -> Request:
    return Request(
        "GET",
        f"{EXTENSION}/{name}",
        LOG_UNREAD,
        HEAVY,
        query=query,
        repeat=True,
        urgency=Urgency.HISTORY,
    )


def _people(path: str, doing: str, group: str) -> Request:
    query = {"perPage": LIST_PAGE}
    return Request("GET", path, doing, group, query=query, repeat=True, urgency=Urgency.CONTACTS)


def _iso(moment: float) -> str:
    """Write unix seconds as the platform does."""
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _ringout(ringout_id: str) -> str:
    return f"{EXTENSION}/ring-out/{quote(ringout_id, safe='')}"


def _subscription(subscription_id: str) -> str:
    return f"{SUBSCRIPTION}/{quote(subscription_id, safe='')}"
