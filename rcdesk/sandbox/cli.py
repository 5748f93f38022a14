"""The command `rcdesk sandbox`: serve until told to end, and say where on one line of JSON."""

import argparse
import json
import signal
import sys
import threading
from collections.abc import Sequence

from rcdesk.sandbox.state import Options


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status: 0 after SIGTERM or SIGINT, 1 if a port is taken."""
    from rcdesk.sandbox.server import SandboxServer  # uvicorn is loaded only when it is going to serve

    args = _parser().parse_args(argv)
    options = Options(args.seed, args.records, args.speed, args.lively, args.rate_limits)
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    server = SandboxServer(options, port=args.port, pubnub_port=args.pubnub_port)
    try:
        server.start()
    except OSError as error:
        sys.stderr.write(f"The sandbox cannot listen: {error.strerror}. Choose another --port.\n")
        return 1
    sys.stdout.write(json.dumps(server.info) + "\n")
    sys.stdout.flush()
    ended.wait()
    server.stop()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="rcdesk sandbox", description="Serve a pretend RingCentral on this computer."
    )
    parser.add_argument(
        "--port", type=_port, default=0, metavar="N", help="port to serve on; 0, the default: any"
    )
    parser.add_argument(
        "--pubnub-port", type=_port, default=0, metavar="N", help="the same for PubNub delivery"
    )
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="same seed, same account")
    parser.add_argument("--records", type=_count, default=60, metavar="N", help="past calls in the log")
    parser.add_argument(
        "--speed", type=_speed, default=1.0, metavar="X", help="how fast people's time goes by"
    )
    parser.add_argument("--lively", action="store_true", help="let people call now and then")
    parser.add_argument(
        "--rate-limits",
        type=_rate_limits,
        default=1.0,
        metavar="platform|off|FACTOR",
        help="the platform's limits, none, or the platform's times a factor",
    )
    return parser


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= 65_535:
        raise argparse.ArgumentTypeError("a port is a number from 0 to 65535")
    return port


def _count(text: str) -> int:
    count = int(text)
    if not 0 <= count <= 100_000:
        raise argparse.ArgumentTypeError("a number from 0 to 100000 is wanted")
    return count


def _speed(text: str) -> float:
    speed = float(text)
    if not 0.01 <= speed <= 1000:
        raise argparse.ArgumentTypeError("a number from 0.01 to 1000 is wanted")
    return speed


def _rate_limits(text: str) -> float | None:
    if text == "platform":
        return 1.0
    if text == "off":
        return None
    factor = float(text)
    if not 0.01 <= factor <= 10_000:
        raise argparse.ArgumentTypeError("a factor from 0.01 to 10000 is wanted")
    return factor
