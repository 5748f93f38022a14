"""The command `rcdesk sandbox`: serve until told to end, and say where on one line of JSON."""

import argparse
import json
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from typing import TypeVar

Number = TypeVar("Number", int, float)

CONTROL_HELP = """what to make happen, by HTTP with JSON at the address printed as `control`:
  GET  /state               the truth: calls, presence, subscriptions, requests
  GET  /private             every secret handed out and every number: what no log may hold
  POST /calls               {"from": "+16505550133"}: a call rings; also direction,
                            to, queue, plan: [{"after": SECONDS, "do": DEED}]
  POST /calls/ID/DEED       answer, hold, unhold, park, pick-up, hang-up, miss,
                            decline, voicemail, answer-elsewhere, flicker
  POST /ring-outs           {"next": {"callee": "Busy"}}: fate of the next RingOut
  POST /faults              {"kind": KIND, ...}: something breaks
    http-status             path, status; may have count, method, retry_after
    server-errors           may have status, path, rate (0 to 1), count
    latency                 path, seconds; may have count, method
    rate-limit              group: light, medium, heavy or auth; retry_after
    slow-drip               path; may have seconds, count, method
    truncate-body, oversize-body, junk-json, wrong-content-type
                            path; may have count, method
    clock-skew              seconds, from -600 to 600
    drop-connections        all, less those of the control API
    expire-tokens, expire-sync-tokens
    revoke-tokens           may have reason: revoked, unused, limit, replaced, app
    session-limit           seconds that a sign-in lasts
    lack-permission         permission: ReadAccounts, ReadPresence, RingOut, ...
    late-refresh            seconds; may have count
    refuse-wstoken          may have status, count
    drop-push, mute-push, reorder, duplicate                    count
    expire-subscription     id, or none for all
    close-push              code: WSG-902 or WSG-903
    fail-recovery, overflow-buffer, wrong-key, rollback-timetoken
                            may have count
    half-open               may have block: true
    refuse-pubnub
  DELETE /faults            nothing is broken any more
  POST /chaos               {"seed": N}: faults one after the other; may have
                            faults: [KIND, ...], pause: SECONDS between them
  DELETE /chaos             no more of them
  POST /push                any notification, delivered as it is
  POST /records             {"count": N}: that many more past calls
  POST /reset               all but sign-ins and subscriptions as at the start
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status: 0 after SIGTERM or SIGINT, 1 if it cannot serve."""
    args = _parser().parse_args(argv)
    from rcdesk.sandbox.server import SandboxServer  # all this is loaded only when it is going to serve
    from rcdesk.sandbox.state import Options

    lively = args.lively or args.chaos is not None
    options = Options(args.seed, args.records, args.speed, lively, args.rate_limits, args.chaos)
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    server = SandboxServer(options, port=args.port, pubnub_port=args.pubnub_port, tls=args.tls)
    try:
        server.start()
    except ImportError:
        sys.stderr.write(
            "No certificate can be made. Install cryptography: pip install 'rcdesk[sandbox-tls]'\n"
        )
        return 1
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
        prog="rcdesk sandbox",
        description="Serve a pretend RingCentral on this computer.",
        epilog=CONTROL_HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--port", type=_port, default=0, metavar="N", help="port to serve on; 0, the default: any"
    )
    parser.add_argument(
        "--pubnub-port", type=_port, default=0, metavar="N", help="the same for PubNub delivery"
    )
    parser.add_argument(
        "--tls", action="store_true", help="speak https and wss, with a certificate made for itself"
    )
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="same seed, same account (1)")
    parser.add_argument("--records", type=_count, default=60, metavar="N", help="past calls in the log (60)")
    parser.add_argument(
        "--speed", type=_speed, default=1.0, metavar="X", help="how fast people's time goes by (1)"
    )
    parser.add_argument("--lively", action="store_true", help="let people call now and then")
    parser.add_argument(
        "--chaos", type=int, metavar="SEED", help="let one fault follow the other, in a lively world"
    )
    parser.add_argument(
        "--rate-limits",
        type=_rate_limits,
        default=1.0,
        metavar="platform|off|FACTOR",
        help="the platform's limits, none, or the platform's times a factor",
    )
    return parser


def _port(text: str) -> int:
    return _within(int, text, 0, 65_535, "a port is a number from 0 to 65535")


def _count(text: str) -> int:
    return _within(int, text, 0, 100_000, "a number from 0 to 100000 is wanted")


def _speed(text: str) -> float:
    return _within(float, text, 0.01, 1000, "a number from 0.01 to 1000 is wanted")


def _rate_limits(text: str) -> float | None:
    if text == "platform":
        return 1.0
    if text == "off":
        return None
    return _within(float, text, 0.01, 10_000, "platform, off, or a factor from 0.01 to 10000 is wanted")


def _within(read: Callable[[str], Number], text: str, least: float, most: float, wanted: str) -> Number:
    try:
        number = read(text)
    except ValueError:
        raise argparse.ArgumentTypeError(wanted) from None
    if not least <= number <= most:
        raise argparse.ArgumentTypeError(wanted)
    return number
