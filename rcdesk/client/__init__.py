"""The platform, spoken to: requests, sign-in, push. Wire shapes stop here."""

import sys

# httpx offers a command line, and for it imports click, rich and pygments wherever they are installed: 60 ms and
# 10 MB that nobody here needs. Without that module it offers none.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]
