"""The command line: what was asked for, said to the running instance or handed to the part that does it.

Nothing heavy is imported here: a command to the running instance is answered within some 50 ms.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rcdesk import __version__, say
from rcdesk.config import (
    PUSH_CHOICES,
    Config,
    OneRun,
    RefusedError,
    UsageError,
    paths_for,
    secret_from_environment,
)

OK, FAILED, USAGE, NOT_RUNNING = 0, 1, 2, 3
ANSWER_WITHIN = 15.0  # seconds; a RingOut is placed, but not followed, before the answer
LONGEST = 60_000  # bytes of one request, less than the instance reads; a link or a number is far shorter
LINKS = ("tel:", "callto:")
COMMANDS = ("status", "calls", "history", "note", "dial", "cancel", "quit")
COMMANDS_HELP = """commands, each before its options; `rcdesk COMMAND --help` tells more:
  sign-in               sign in without a window
  status                who is signed in, and how the link stands
  calls                 the calls of this moment
  history               calls of the past, newest first
  note ID TEXT          write a note on a call of the past
  dial NUMBER           put a number into the dial pad, or call it
  cancel                cancel the call that is being placed
  quit                  end rcdesk
  sandbox               serve a pretend RingCentral on this computer
"""


def profile_options() -> argparse.ArgumentParser:
    """Give the option that every command takes."""
    options = argparse.ArgumentParser(add_help=False)
    options.add_argument("--profile", default="default", help="whose account, settings and calls to use")
    return options


def command_parser() -> argparse.ArgumentParser:
    """Give the parser of the commands that talk to the running instance."""
    parser = argparse.ArgumentParser(prog="rcdesk", description="Talk to the running rcdesk.")
    commands = parser.add_subparsers(dest="command", required=True)
    shared = profile_options()
    shared.add_argument("--json", action="store_true", help="print JSON with stable names")
    commands.add_parser("status", parents=[shared], help="who is signed in, and how the link stands")
    commands.add_parser("calls", parents=[shared], help="the calls of this moment")
    history = commands.add_parser("history", parents=[shared], help="calls of the past, newest first")
    history.add_argument("--limit", type=_count, default=20, metavar="N", help="at most N calls (20)")
    history.add_argument(
        "--search", default="", metavar="T", help="a name, a word of a note, or any part of a number"
    )
    note = commands.add_parser("note", parents=[shared], help="write a note on a call of the past")
    note.add_argument("id", type=_id, help="of the call, as `rcdesk history --json` tells it")
    note.add_argument("text", help="takes the place of the note that is there; '' removes it")
    dial = commands.add_parser("dial", parents=[shared], help="put a number into the dial pad")
    dial.add_argument("number", help="a number, in any notation, or an extension")
    dial.add_argument("--yes", action="store_true", help="place the call at once")
    commands.add_parser("cancel", parents=[shared], help="cancel the call that is being placed")
    commands.add_parser("quit", parents=[shared], help="end rcdesk")
    return parser


def _count(text: str) -> int:
    wanted = "a number from 1 to 100000 is wanted"
    try:
        value = int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(wanted) from None
    if not 1 <= value <= 100_000:
        raise argparse.ArgumentTypeError(wanted)
    return value


def _id(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise argparse.ArgumentTypeError("the id that `rcdesk history --json` tells is wanted")
    return int(text)


def program_parser() -> argparse.ArgumentParser:
    """Give the parser of the program itself."""
    parser = argparse.ArgumentParser(
        prog="rcdesk",
        parents=[profile_options()],
        description="A desktop companion for calls that run over RingCentral.",
        epilog=COMMANDS_HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "link", nargs="?", default="", metavar="tel:NUMBER", help="put a number into the dial pad"
    )
    parser.add_argument(
        "--demo", action="store_true", help="sign in to an embedded sandbox; nothing is stored"
    )
    parser.add_argument(
        "--tour", type=Path, metavar="DIR", help="with --demo: play its first minute, leave screenshots"
    )
    once = parser.add_argument_group("for one run, nothing stored")
    once.add_argument("--server", metavar="URL", help="such as https://platform.ringcentral.com")
    once.add_argument("--client-id", metavar="ID", help="of the app registered with the server")
    once.add_argument(
        "--client-secret-env", metavar="NAME", help="environment variable with the client secret"
    )
    once.add_argument("--jwt-env", metavar="NAME", help="environment variable with the JWT")
    parser.add_argument("--push", choices=PUSH_CHOICES, help="how calls are pushed, for this run")
    parser.add_argument("--version", action="version", version=f"rcdesk {__version__}")
    return parser


def config_from(argv: Sequence[str], environ: Mapping[str, str]) -> Config:
    """Read the program's own command line; raise UsageError if its parts do not fit together."""
    args, unknown = program_parser().parse_known_args(argv)
    link = str(args.link)
    if link in (*COMMANDS, "sign-in", "sandbox"):
        raise UsageError(f"A command comes first, its options after it: rcdesk {link} …")
    if unknown:
        raise UsageError(f"“{unknown[0]}” is not understood. `rcdesk --help` tells what is.")
    if link and not link.lower().startswith(LINKS):
        raise UsageError(
            f"“{link}” is neither a command nor a tel: link. `rcdesk --help` lists the commands."
        )
    if args.tour and not args.demo:
        raise UsageError("--tour goes with --demo.")
    one_run = _one_run(args, environ)
    if one_run and args.demo:
        raise UsageError("--demo brings its own server; leave out --server and the sign-in.")
    profile = "demo" if args.demo and args.profile == "default" else args.profile
    return Config(
        profile=profile,
        paths=paths_for(profile),
        demo=args.demo,
        one_run=one_run,
        push=args.push,
        fill=link,
        tour=args.tour,
    )


def _one_run(args: argparse.Namespace, environ: Mapping[str, str]) -> OneRun | None:
    given = {"--server": args.server, "--client-id": args.client_id, "--jwt-env": args.jwt_env}
    if not any(given.values()) and not args.client_secret_env:
        return None
    missing = [option for option, value in given.items() if not value]
    if missing:
        raise UsageError(f"A sign-in for one run needs {', '.join(missing)} too.")
    secret = ""
    if args.client_secret_env:
        secret = secret_from_environment(environ, args.client_secret_env, "--client-secret-env")
    jwt = secret_from_environment(environ, args.jwt_env, "--jwt-env")
    return OneRun(args.server, args.client_id, secret, jwt)


def ask(socket_path: Path, request: Mapping[str, Any]) -> dict[str, Any] | None:
    """Say `request` to the running instance and return its answer; None if there is none running."""
    line = json.dumps(request).encode() + b"\n"
    if len(line) > LONGEST:
        return _trouble("rcdesk was not told.", "That is longer than any number, link, name or note can be.")
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(ANSWER_WITHIN)
            connection.connect(str(socket_path))
            connection.sendall(line)
            with connection.makefile("rb") as answers:
                told = answers.readline()
    except (FileNotFoundError, NotADirectoryError, ConnectionError):
        return None
    except (TimeoutError, BlockingIOError):  # BlockingIOError: too many wait to be heard already
        return _trouble("rcdesk did not answer.", "It may be busy; try again, or end it and start it anew.")
    except OSError as error:
        return _trouble(
            "rcdesk was not asked.", f"Make sure that you may use {socket_path}: {error.strerror or error}."
        )
    return _answer_in(told) if told else None  # None: it was just ending


def _answer_in(told: bytes) -> dict[str, Any]:
    try:
        answer: dict[str, Any] = json.loads(told)
        if answer["ok"]:
            answer["result"]
        else:
            answer["error"]["title"], answer["error"]["remedy"]
    except (ValueError, TypeError, LookupError, RecursionError):
        return _trouble("What rcdesk answered was not understood.", "End it and start it anew.")
    return answer


def _trouble(title: str, remedy: str) -> dict[str, Any]:
    return {"ok": False, "error": {"title": title, "remedy": remedy}}


def _start_of(profile: str) -> str:
    options = {"default": "", "demo": " --demo"}
    return "rcdesk" + options.get(profile, f" --profile {profile}")


def run_command(argv: Sequence[str]) -> int:
    """Carry out a command by asking the running instance, print its answer, return the exit code."""
    args, unknown = command_parser().parse_known_args(argv)
    if unknown:
        raise UsageError(f"“{unknown[0]}” is not understood. `rcdesk {args.command} --help` tells what is.")
    request = {key: value for key, value in vars(args).items() if key not in ("profile", "json")}
    if args.command in say.OF_CALLS and not args.json:
        request["shown"] = True  # names and numbers as the window writes them
    if args.command == "dial":
        request["activation"] = activation_token()
    answer = ask(paths_for(args.profile).socket, request)
    if answer is None:
        which = "" if args.profile == "default" else f" with the profile “{args.profile}”"
        trouble = _trouble(f"rcdesk is not running{which}.", f"Start it with: {_start_of(args.profile)}")
        if args.json:
            print(json.dumps(trouble | {"running": False}))
        else:
            print("{title} {remedy}".format(**trouble["error"]), file=sys.stderr)
        return NOT_RUNNING
    if not answer["ok"]:
        error = answer["error"]
        if args.json:
            print(json.dumps(answer))
        else:
            print(f"{error['title']} {error['remedy']}", file=sys.stderr)
        return FAILED
    told = json.dumps(answer["result"]) if args.json else say.in_words(args.command, answer["result"])
    print(told, flush=True)
    return OK


def activation_token() -> str:
    """Return what the desktop gave for the act of the user that started this process, "" if there was none."""
    return os.environ.get("XDG_ACTIVATION_TOKEN") or os.environ.get("DESKTOP_STARTUP_ID") or ""


def hand_over(config: Config) -> bool:
    """Raise the instance that is running, with what it should put into the dial pad; False if none is.

    Raises:
        RefusedError: one is running, but it hangs, or it refuses.
    """
    request = {"command": "raise", "fill": config.fill, "activation": activation_token()}
    answer = ask(config.paths.socket, request)
    if answer is not None and not answer["ok"]:
        raise RefusedError("{title} {remedy}".format(**answer["error"]))
    return answer is not None
