"""Where the browser comes back to after sign-in: one answer on the loopback interface (RFC 8252, 7.3)."""

from __future__ import annotations

import asyncio
import html
import logging
import secrets
from collections.abc import Iterable
from contextlib import suppress
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, urlsplit

from rcdesk.client import errors
from rcdesk.core.errors import Kind, Problem

log = logging.getLogger(__name__)

HOST = "127.0.0.1"
PORTS = (57000, 57001, 57002)
"""The platform compares the whole address, port included, with those registered: so they are few and fixed."""
PATH = "/callback"
NOT_SIGNED_IN = "You were not signed in."
_PATIENCE = 10.0  # seconds in which a browser must have sent its request
_LIMIT = 16 * 1024  # bytes of a request that are read

_PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>rcdesk</title>
<style>
:root {{ color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }}
main {{ max-width: 26rem; margin: 20vh auto 0; padding: 0 1rem; text-align: center; }}
h1 {{ font-size: 1.4rem; font-weight: 600; }}
</style>
<main><h1>{title}</h1><p>{text}</p></main></html>
"""


class Loopback:
    """Listens for the browser from `async with` on, until it ends or the browser has come back.

    Attributes:
        redirect_uri: the address to give to the authorization page.
        state: what must come back unchanged; it proves that the answer belongs to our question.
    """

    def __init__(self, ports: Iterable[int] = PORTS) -> None:
        self.state = secrets.token_urlsafe(24)
        self.redirect_uri = ""
        self._ports = tuple(ports)
        self._server: asyncio.Server | None = None
        self._answer: asyncio.Future[str] | None = None
        self._talks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        """Take the first free port.

        Raises:
            Problem: every port is taken by another program.
        """
        self._answer = asyncio.get_running_loop().create_future()
        for port in self._ports:
            with suppress(OSError):
                self._server = await asyncio.start_server(self._talk, HOST, port, limit=_LIMIT)
                bound = self._server.sockets[0].getsockname()[1]
                self.redirect_uri = f"http://{HOST}:{bound}{PATH}"
                return self
        taken = ", ".join(map(str, self._ports))
        raise Problem(
            NOT_SIGNED_IN,
            f"Other programs on this computer use the ports {taken}; close one of them and try again.",
            Kind.LOCAL,
        )

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()
        for talk in list(self._talks):  # the page that was begun is sent to its end
            with suppress(TimeoutError):
                async with asyncio.timeout(1.0):
                    await asyncio.shield(talk)
        for talk in list(self._talks):
            talk.cancel()
        if self._answer and self._answer.done() and not self._answer.cancelled():
            self._answer.exception()  # looked at, so that nobody complains

    async def code(self, seconds: float = 600.0) -> tuple[str, str]:
        """Wait for the browser and return the authorization code and the redirect address; safe to cancel.

        Raises:
            Problem: the user refused, the server said no, or nobody came within `seconds`.
        """
        if self._answer is None:
            raise RuntimeError("listening has not begun")
        try:
            async with asyncio.timeout(seconds):
                code = await asyncio.shield(self._answer)
        except TimeoutError:
            raise Problem(
                NOT_SIGNED_IN, "The browser did not come back in time; try again.", Kind.SIGN_IN
            ) from None
        finally:
            self._close()
        return code, self.redirect_uri

    def _close(self) -> None:
        if self._server:
            self._server.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task:
            self._talks.add(task)
        try:
            async with asyncio.timeout(_PATIENCE):
                head = await reader.readuntil(b"\r\n\r\n")
                status, page = self._reply(head.split(b"\r\n", 1)[0].decode("ascii", "replace"))
                writer.write(_response(status, page))
                await writer.drain()
        except (TimeoutError, OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            log.debug("! something else than a browser came")
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()
            if task:
                self._talks.discard(task)

    def _reply(self, request_line: str) -> tuple[str, str]:
        """Return status and page for a request; keep its code, or its refusal, if it is the awaited one."""
        method, _, rest = request_line.partition(" ")
        target = urlsplit(rest.partition(" ")[0])
        fields = {name: values[0] for name, values in parse_qs(target.query).items()}
        if target.path != PATH:
            return "404 Not Found", _page("Nothing here", "This address only serves to sign in to rcdesk.")
        if method != "GET":
            return "405 Method Not Allowed", _page("Not like this", "Sign in with rcdesk again.")
        if not secrets.compare_digest(fields.get("state", "").encode(), self.state.encode()):
            return "400 Bad Request", _page(
                "This is not the sign-in that rcdesk began", "Go back to the page that rcdesk opened."
            )
        return self._take(fields)

    def _take(self, fields: dict[str, str]) -> tuple[str, str]:
        refusal = fields.get("error", "" if "code" in fields else "invalid_request")
        if self._answer and not self._answer.done():
            if refusal:
                self._answer.set_exception(errors.from_code(NOT_SIGNED_IN, refusal))
            else:
                self._answer.set_result(fields["code"])
        if refusal:
            return "200 OK", _page("You are not signed in", "Go back to rcdesk to see why, or to try again.")
        return "200 OK", _page("You are signed in", "You can close this window and go back to rcdesk.")


def _page(title: str, text: str) -> str:
    return _PAGE.format(title=html.escape(title), text=html.escape(text))


def _response(status: str, page: str) -> bytes:
    body = page.encode()
    head = (
        f"HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {len(body)}\r\n"
        "Cache-Control: no-store\r\nReferrer-Policy: no-referrer\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + body
