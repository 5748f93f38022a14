"""Serves a sandbox on the loopback interface, from a thread and loop of its own."""

import asyncio
import socket
import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any

import uvicorn

from rcdesk.sandbox.account import MAIN_NUMBER, REDIRECT_URIS
from rcdesk.sandbox.app import make_app
from rcdesk.sandbox.clock import Clock
from rcdesk.sandbox.ringouts import ANSWERS
from rcdesk.sandbox.state import Options, Sandbox

HOST = "127.0.0.1"
_GRACE = 2
"""Seconds that open requests get when the server stops."""


class SandboxServer:
    """A running sandbox; a `with` block starts and stops it."""

    def __init__(
        self, options: Options | None = None, *, port: int = 0, pubnub_port: int = 0, tls: bool = False
    ) -> None:
        """Prepare it for two ports; 0 is any free one. With `tls` it speaks https and wss alone."""
        self.info: dict[str, str] = {}
        """What the command prints as a line of JSON; there from `start` on."""
        self._sandbox = Sandbox(options or Options(), Clock((options or Options()).speed))
        self._ports = (port, pubnub_port)
        self._tls = tls
        self._kept = ExitStack()
        self._certificate: tuple[Path, Path] | None = None
        self._sockets: list[socket.socket] = []
        self._servers: list[uvicorn.Server] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        self._started = threading.Event()
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="sandbox", daemon=True)

    def start(self) -> "SandboxServer":
        """Serve; returns when requests are answered.

        Raises OSError if a port is taken, ImportError if there is no library for certificates.
        """
        if self._tls:
            from rcdesk.sandbox.tls import make_certificate  # the library is loaded only when it is needed

            folder = self._kept.enter_context(TemporaryDirectory(prefix="rcdesk-sandbox-"))
            self._certificate = make_certificate(Path(folder))
        try:
            self._sockets = _bind_all(self._ports)
        except OSError:
            self._kept.close()
            raise
        self.info = self._info()
        self._thread.start()
        self._started.wait()
        if self._failure is not None:
            raise RuntimeError("the sandbox did not start") from self._failure
        return self

    def stop(self) -> None:
        """End every connection and the thread; safe to call twice, from any thread but the sandbox's own."""
        loop = self._loop
        if loop is not None and self._thread.is_alive():
            with suppress(RuntimeError):  # the loop has just ended by itself
                loop.call_soon_threadsafe(self._ask_to_stop)
        if self._thread.ident is not None:
            self._thread.join()
        self._kept.close()

    def __enter__(self) -> "SandboxServer":
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:  # noqa: BLE001 - handed to the thread that waits in start()
            self._failure = error
        finally:
            self._started.set()

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        app = make_app(self._sandbox)
        main, pubnub = (self._server(app, lifespan) for lifespan in ("on", "off"))
        self._servers = [main, pubnub]
        for server in self._servers:
            self._sandbox.lines.watch(server.server_state.connections)
        async with asyncio.TaskGroup() as group:
            for server, bound in zip(self._servers, self._sockets, strict=True):
                group.create_task(server.serve(sockets=[bound]))

    def _one_started(self) -> None:
        if all(server.started for server in self._servers):
            self._started.set()

    def _ask_to_stop(self) -> None:
        self._sandbox.release()
        for server in self._servers:
            server.should_exit = True

    def _server(self, app: Any, lifespan: Any) -> uvicorn.Server:
        certificate, key = self._certificate or (None, None)
        config = uvicorn.Config(
            app,
            lifespan=lifespan,
            ws="websockets-sansio",
            ws_ping_interval=20,
            ws_ping_timeout=10,
            log_config=None,
            log_level="warning",  # at info it writes down whole URLs, tokens included
            access_log=False,
            timeout_graceful_shutdown=_GRACE,
            server_header=False,
            ssl_certfile=certificate,
            ssl_keyfile=key,
            date_header=False,  # answers of the API are dated by the front door, whose clock can be wrong
        )
        return _Server(config, self._one_started)

    def _info(self) -> dict[str, str]:
        account = self._sandbox.account
        (host, port), (_, pubnub_port) = (bound.getsockname() for bound in self._sockets)
        server = f"{'https' if self._tls else 'http'}://{host}:{port}"
        info = {
            "server": server,
            "client_id": account.client_id,
            "client_secret": account.client_secret,
            "public_client_id": account.public_client_id,
            "redirect_uri": REDIRECT_URIS[0],
            "username": MAIN_NUMBER,
            "extension": account.me.extension,
            "extension_id": account.extension_id,
            "password": account.password,
            "jwt": account.jwt,
            "pubnub_origin": f"{host}:{pubnub_port}",
            "ringout_from": account.phones[0].number,
            "ringout_to": ANSWERS,
            "control": f"{server}/sandbox/v1",
        }
        return info if self._certificate is None else info | {"certificate": str(self._certificate[0])}


class _Server(uvicorn.Server):
    """A server that tells when it serves."""

    def __init__(self, config: uvicorn.Config, on_started: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_started = on_started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then tell."""
        await super().startup(sockets=sockets)
        self._on_started()


def _bind_all(ports: Sequence[int]) -> list[socket.socket]:
    """A socket for each port, or none at all."""
    with ExitStack() as opened:
        bound = [opened.enter_context(_bind(port)) for port in ports]
        opened.pop_all()  # every port could be had: keep them
    return bound


def _bind(port: int) -> socket.socket:
    # asyncio switches Nagle's delay off only for sockets that name TCP: without it each answer takes 40 ms more.
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((HOST, port))
    except OSError:
        bound.close()
        raise
    return bound
