"""Rest: a request sent: authorised, paced, limited in time and size, its trouble told in words."""

from __future__ import annotations

import asyncio
import functools
import logging
import random
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx
import msgspec

from rcdesk import wire
from rcdesk.client import errors
from rcdesk.client.address import check_server, host_of, is_loopback
from rcdesk.client.departure import Departure
from rcdesk.client.request import Request
from rcdesk.core.errors import Kind, Problem
from rcdesk.core.pacing import Budget, Pacer, Turn, backoff
from rcdesk.core.platform_clock import PlatformClock

log = logging.getLogger(__name__)
T = TypeVar("T")

USER_AGENT = "rcdesk/0.1 (Linux)"
TIMEOUT = httpx.Timeout(20.0, connect=10.0)  # seconds
CONNECTIONS = httpx.Limits(max_connections=8, max_keepalive_connections=4, keepalive_expiry=60.0)
TRIES = 3
"""How often a request that may be repeated is sent in all (developer guide, "Errors")."""

SHORTEST_WAIT, LONGEST_WAIT = 0.01, 1.0
"""Seconds between looks whether it is a request's turn. Qt's timers are cut to whole milliseconds and fire early:
no loop may wait for less. And answers to others may show that there is more room than was thought."""

LEAVES = "http11.send_request_headers.started"  # httpcore's name for it

Sleep = Callable[[float], Awaitable[None]]


@dataclass(slots=True)
class _Exchange:
    """What one request leads to: one message, or more where it is redirected or sent again with another token.
    Each of them counts, and has its turn."""

    request: Request
    turn: Turn | None = None  # of the message that is on its way

    @property
    def extensions(self) -> dict[str, Any]:
        """What httpx carries along with each message."""
        traced = {"trace": self.on_trace} if self.request.departure else {}
        return {"exchange": self, **traced}

    async def on_trace(self, event: str, _told: Any) -> None:
        """Listen to the connection: until this, the message may have waited for one."""
        if self.request.departure and event == LEAVES:
            self.request.departure.leave()


@functools.cache
def trusted() -> ssl.SSLContext:
    """Return whom to trust as a server. Reading all the certificates takes 100 ms, the first time."""
    return httpx.create_ssl_context()


class Rest:
    """A server, spoken to over HTTP.

    What it keeps true: no request goes out inside a rate-limit penalty, nor more than a group allows; the
    user's token goes to this server only; answers are read up to a limit; only what may be repeated is.
    """

    def __init__(
        self,
        server: str,
        *,
        clock: Callable[[], float],
        pacer: Pacer | None = None,
        sleep: Sleep = asyncio.sleep,
        chance: Callable[[], float] = random.random,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """`clock` gives unix seconds, `chance` a number in [0, 1); `transport` takes the network's place.

        `pacer` is what is known of the server's limits. A penalty outlives a connection, so one that follows
        another to the same server with the same app takes over its pacer.

        Raises:
            Problem: the address cannot be used (`check_server`).
        """
        self.server = check_server(server)
        self._auth: httpx.Auth | None = None
        self._closing: asyncio.Task[None] | None = None
        self._clock = clock
        self._sleep = sleep
        self._chance = chance
        self.pacer = pacer or Pacer()
        self._server_clock = PlatformClock()
        self._http = httpx.AsyncClient(
            base_url=self.server,
            headers={"User-Agent": USER_AGENT, "Accept": "application/json"},
            timeout=TIMEOUT,
            limits=CONNECTIONS,
            verify=trusted(),
            trust_env=not is_loopback(host_of(self.server)),  # no proxy can reach this computer's loopback
            transport=transport,
            event_hooks={"request": [self._before_sending], "response": [self._on_answer]},
        )

    def authorize(self, auth: httpx.Auth) -> None:
        """Let every request from now on go out in the name of the user that `auth` knows."""
        self._auth = auth

    def budgets(self, now: float) -> tuple[Budget, ...]:
        """Tell what may still be asked of each group; its moments are by the clock that shows `now`, which may be
        another one than requests are paced by."""
        mine = self._clock()
        return tuple(budget.by_another_clock(now - mine) for budget in self.pacer.budgets(mine))

    def ahead(self, now: float) -> float:
        """Tell by how many seconds the server's clock is ahead of the one that shows `now`; 0 until an answer told."""
        ahead = self._server_clock.ahead
        return 0.0 if ahead is None else self._clock() + ahead - now

    def departure(self, within: float) -> Departure:
        """Return a departure for a request that must leave `within` seconds from now."""
        return Departure(within, self._clock)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close every connection. Cancelling: they are closed all the same, and a later call waits for that.

        httpx counts itself as closed before it has closed anything; broken off, it would leave the rest open.
        """
        if self._closing is None:
            self._closing = asyncio.get_running_loop().create_task(
                self._http.aclose(), name="close connections"
            )
        await asyncio.shield(self._closing)

    async def read(self, request: Request, kind: type[T]) -> T:
        """Send and return the answer as `kind`.

        Cancelling is safe, but does not tell whether the server has acted.

        Raises:
            Problem: it was refused, no answer came, or one that cannot be read.
        """
        body = await self.send(request)
        try:
            return wire.decode(body, kind)
        except msgspec.DecodeError as error:
            log.info("! %s: the field %s is missing or unreadable", request.masked, wire.field_of(error))
            raise errors.unreadable(request.doing) from None

    async def send(self, request: Request) -> bytes:
        """Send and return the answer's body, empty if there is none; raises like `read`."""
        for attempt in range(TRIES - 1 if request.repeat else 0):
            try:
                return await self._send_once(request)
            except Problem as problem:
                pause = max(backoff(attempt, self._chance()), problem.retry_after or 0.0)
                if not problem.retry or (request.patience is not None and pause > request.patience):
                    raise
                if problem.kind is Kind.THROTTLED and problem.status:
                    continue  # to wait in the line, where whoever is more urgent goes first
            log.info("= %s again in %.1f s", request.masked, pause)
            await self._sleep(pause)
        return await self._send_once(request)

    async def _send_once(self, request: Request) -> bytes:
        try:
            return await self._exchange(request)
        except httpx.HTTPError as error:
            log.info("! %s: %s", request.masked, type(error).__name__)
            raise errors.from_exception(request.doing, error) from None
        except UnicodeEncodeError:  # half a character, as a file or a terminal of another encoding gives
            log.info("! %s: not sent, something in it is no text", request.masked)
            raise errors.no_answer(request.doing, errors.UNSENDABLE) from None
        except Problem as problem:  # of the sign-in as well, which does not know what was wanted
            raise replace(problem, title=request.doing) from None

    async def _exchange(self, request: Request) -> bytes:
        exchange, unsent = _Exchange(request), False
        self._check_open(request)
        try:
            address = httpx.URL(request.local)
        except (httpx.InvalidURL, ValueError):  # where the next page is, a server says
            raise errors.unreadable(request.doing) from None
        try:
            async with self._http.stream(
                request.method,
                address,
                params=request.written,
                json=request.json,
                data=request.form,
                auth=self._credentials(request),
                follow_redirects=request.method == "GET",  # anything else would be repeated elsewhere
                extensions=exchange.extensions,
            ) as response:
                body = await _body(request, response)
        except httpx.HTTPError as error:
            unsent = isinstance(error, errors.UNSENT)
            raise
        finally:
            if exchange.turn:
                self.pacer.lost(exchange.turn, self._clock(), unsent=unsent)
        return self._content(request, response, body)

    def _content(self, request: Request, response: httpx.Response, body: bytes) -> bytes:
        status, request_id = response.status_code, response.headers.get("rcrequestid", "-")
        if not response.is_success:
            problem = errors.from_answer(request.doing, status, response.headers, body)
            log.info("< %d %s: %s (%s)", status, request.masked, problem.code or "-", request_id)
            raise problem
        log.debug("< %d %s (%s)", status, request.masked, request_id)
        if body and "json" not in response.headers.get("content-type", ""):
            raise errors.unreadable(request.doing, status)
        return body

    async def _before_sending(self, message: httpx.Request) -> None:
        exchange: _Exchange = message.extensions["exchange"]
        request = exchange.request
        exchange.turn = await self._turn(request)
        log.debug("> %s", request.masked)

    async def _on_answer(self, response: httpx.Response) -> None:
        exchange: _Exchange = response.request.extensions["exchange"]
        turn, exchange.turn = exchange.turn, None
        departure = exchange.request.departure
        if departure and response.status_code == httpx.codes.UNAUTHORIZED:
            departure.come_back()
        if turn is None:
            return
        date = _moment(response.headers.get("date", ""))
        if date is not None:
            self._server_clock.told(date, turn.sent_at, self._clock())
        if response.status_code == httpx.codes.TOO_MANY_REQUESTS:
            pause = errors.seconds(response.headers.get("retry-after"), None)
            self.pacer.refused(turn, response.headers, pause, self._clock())
        else:
            self.pacer.answered(turn, response.headers, self._clock())
        too_long = errors.unreadable(exchange.request.doing, response.status_code)
        if int(response.headers.get("content-length") or 0) > errors.BODY_LIMIT:  # then none of it is read
            raise too_long
        response.stream = _Limited(response.stream, too_long)

    async def _turn(self, request: Request) -> Turn:
        """Wait until the next message of `request` may be sent, which must follow at once."""
        what, asked_at = request.masked, self._clock()
        turn = self.pacer.join(what, request.group, request.urgency)
        try:
            while (pause := self.pacer.wait(turn, self._clock())) > 0:
                waited = self._clock() - asked_at
                if request.patience is not None and waited + pause > request.patience:
                    raise errors.throttled(request.doing, pause)
                if not waited:
                    log.debug("= %s waits %.0f s for %s", what, pause, request.group)
                await self._sleep(min(max(pause, SHORTEST_WAIT), LONGEST_WAIT))
                self._check_open(request)
        except BaseException:
            self.pacer.leave(turn)
            raise
        return turn

    def _check_open(self, request: Request) -> None:
        """The session may have ended while this waited."""
        if self._http.is_closed:
            raise errors.no_answer(request.doing, replace(errors.OFFLINE, retry=False))

    def _credentials(self, request: Request) -> httpx.Auth | None:
        if request.basic:
            return httpx.BasicAuth(*request.basic)
        return self._auth if request.user else None


class _Limited(httpx.AsyncByteStream):
    """An answer's body, up to the limit. httpx reads those of refusals and redirects whole, and keeps them."""

    def __init__(self, stream: httpx.AsyncByteStream | httpx.SyncByteStream, too_long: Problem) -> None:
        assert isinstance(stream, httpx.AsyncByteStream)
        self._stream = stream
        self._too_long = too_long

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        async for piece in self._stream:
            size += len(piece)
            if size > errors.BODY_LIMIT:
                raise self._too_long
            yield piece

    async def aclose(self) -> None:
        await self._stream.aclose()


async def _body(request: Request, response: httpx.Response) -> bytes:
    """Read the answer, as far as it is reasonable."""
    body = bytearray()
    try:
        async for piece in response.aiter_bytes():
            body += piece
            if len(body) > errors.BODY_LIMIT:  # it came compressed
                raise errors.unreadable(request.doing, response.status_code)
    except httpx.RemoteProtocolError:  # it ended before it was whole
        raise errors.unreadable(request.doing, response.status_code) from None
    return bytes(body)


def _moment(date: str) -> float | None:
    """Read the date of an answer, in unix seconds; None if there is none that makes sense."""
    try:
        moment = parsedate_to_datetime(date)
        return (
            moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        ).timestamp()  # all dates are (RFC 9110)
    except (ValueError, OverflowError, OSError):
        return None
