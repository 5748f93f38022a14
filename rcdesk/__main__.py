"""Start: sends each command to the part that does it, and imports only that part."""

from __future__ import annotations

import gc
import io
import os
import signal
import sys
from collections.abc import Sequence
from types import TracebackType

from rcdesk import cli
from rcdesk.config import RefusedError, UsageError


def main(argv: Sequence[str] | None = None) -> int:
    """Do what the command line says; return the exit code (0 done, 1 failed, 2 usage, 3 not running)."""
    if argv is None:
        argv = sys.argv[1:]
        sys.excepthook = tell_uncaught
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # ends it without a traceback, until the loop listens
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(errors="replace")  # a terminal need not know every name's letters
    try:
        return _dispatch(argv)
    except UsageError as error:
        print(f"rcdesk: {error}", file=sys.stderr)
        return cli.USAGE
    except RefusedError as error:
        print(f"rcdesk: {error}", file=sys.stderr)
        return cli.FAILED
    except BrokenPipeError:  # whoever reads has enough, as `head` does; nothing more is to be written at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return cli.FAILED


def tell_uncaught(_kind: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
    """Write what Python would write of a fault that nobody has caught, without secrets and full numbers."""
    import traceback

    from rcdesk.logs import redact

    if sys.stderr:
        sys.stderr.write(redact("".join(traceback.format_exception(error))))


def _dispatch(argv: Sequence[str]) -> int:
    first = argv[0] if argv else ""
    if first == "sandbox":
        from rcdesk.sandbox.cli import main as sandbox

        return sandbox(argv[1:])
    if first == "sign-in":
        from rcdesk.sign_in import main as sign_in

        return sign_in(argv[1:])
    if first in cli.COMMANDS:
        return cli.run_command(argv)
    config = cli.config_from(argv, os.environ)
    if cli.hand_over(config):
        return cli.OK
    gc.disable()  # until the window is painted: what a start makes stays, and looking through it takes time
    from rcdesk.app import main as app

    return app(config)


if __name__ == "__main__":
    sys.exit(main())
