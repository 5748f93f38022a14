"""`rcdesk sign-in`: sign in without a window; what is stored is what the window would have stored."""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
import uuid
from collections.abc import Sequence
from contextlib import closing
from typing import TextIO

from rcdesk import cli, logs
from rcdesk.config import Paths, UsageError, paths_for
from rcdesk.core.errors import Kind, Problem
from rcdesk.services.pacers import Pacers
from rcdesk.services.session import ENTRY, Jwt, Password, Server, Way
from rcdesk.store.penalties import PenaltyStore
from rcdesk.store.settings import SettingsStore
from rcdesk.store.vault import Vault

NOT_KEPT = Problem(
    "You were not signed in.",
    "This computer has no keyring that would take the sign-in. Unlock or install one, "
    "or sign in for one run: rcdesk --server … --client-id … --jwt-env …",
    Kind.LOCAL,
)
AT_ONCE = "rcdesk, which is running, goes on with this now."
AT_NEXT_START = "rcdesk goes on with this at its next start."


def parser() -> argparse.ArgumentParser:
    """Give the parser of this command."""
    made = argparse.ArgumentParser(
        prog="rcdesk sign-in",
        parents=[cli.profile_options()],
        description="Sign in without a window. Secrets are read from standard input, one a line: first the "
        "client secret (with --client-secret-stdin), then the JWT or the password.",
    )
    made.add_argument(
        "--server", required=True, metavar="URL", help="such as https://platform.ringcentral.com"
    )
    made.add_argument(
        "--client-id", required=True, metavar="ID", help="of the app registered with the server"
    )
    made.add_argument("--client-secret-stdin", action="store_true", help="the app has a secret: line one")
    way = made.add_mutually_exclusive_group(required=True)
    way.add_argument("--jwt-stdin", action="store_true", help="sign in by JWT")
    way.add_argument(
        "--username", metavar="N", help="a number, with or without +, or an e-mail address (legacy)"
    )
    made.add_argument("--extension", default="", metavar="E", help="with --username: its extension")
    made.add_argument("--password-stdin", action="store_true", help="with --username: its password")
    return made


def main(argv: Sequence[str]) -> int:
    """Sign in, store the sign-in, and tell a running instance of it; return the exit code."""
    args = parser().parse_args(argv)
    server, way = read(args, sys.stdin)
    paths = paths_for(args.profile)
    stop_logging = logs.start(paths.log)
    try:
        said = asyncio.run(_sign_in(args.profile, paths, server, way))
    except Problem as problem:
        print(f"{problem.title} {problem.remedy}", file=sys.stderr)
        return cli.FAILED
    finally:
        stop_logging()
    told = cli.ask(paths.socket, {"command": "resume"})
    print(said, AT_ONCE if told and told["ok"] else AT_NEXT_START)
    return cli.OK


def read(args: argparse.Namespace, secrets: TextIO) -> tuple[Server, Way]:
    """Read where and how to sign in; raise UsageError if something is missing."""
    if args.username is not None and not args.password_stdin:
        raise UsageError(
            "--username goes with --password-stdin: a password on the command line could be seen."
        )
    if args.jwt_stdin and (args.password_stdin or args.extension):
        raise UsageError("--jwt-stdin goes without a password and an extension.")
    client_secret = _line(secrets, "client secret") if args.client_secret_stdin else ""
    server = Server(args.server, args.client_id, client_secret)
    if args.jwt_stdin:
        return server, Jwt(_line(secrets, "JWT"))
    return server, Password(args.username, args.extension, _line(secrets, "password"))


def _line(secrets: TextIO, what: str) -> str:
    value = secrets.readline().strip("\r\n")
    if not value:
        raise UsageError(f"Standard input ended before the {what}.")
    return value


async def _sign_in(profile: str, paths: Paths, server: Server, way: Way) -> str:
    from rcdesk.services.connection import Connection  # heavy: not before all else is right

    vault, penalties = Vault(profile), PenaltyStore(paths.penalties)
    try:
        with closing(SettingsStore(paths.settings)) as settings:
            endpoint_id = settings.value.endpoint_id or str(uuid.uuid4())
        connection = Connection(
            server,
            endpoint_id=endpoint_id,
            save=lambda packed: vault.set(ENTRY, packed),
            on_end=lambda _problem: None,
            clock=time.time,
            pacers=Pacers(penalties),
        )
        try:
            platform = await connection.sign_in(way, lambda _address: None)
            if vault.notice:
                await connection.revoke()
                raise NOT_KEPT
        finally:
            await connection.close()
        with closing(
            SettingsStore(paths.settings)
        ) as settings:  # anew: a running instance may have changed some
            settings.update(server=server.url, client_id=server.client_id, endpoint_id=endpoint_id)
            await settings.saved()
    finally:
        vault.close()
        penalties.close()
    account = platform.account
    return f"Signed in as {account.name}, ext. {account.extension_number}."
