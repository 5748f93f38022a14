"""Lets `python -m rcdesk.sandbox` serve a sandbox."""

import sys

from rcdesk.sandbox.cli import main

sys.exit(main())
