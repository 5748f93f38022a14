#!/usr/bin/env bash
# The demo in a window; without a display its first minute on a virtual screen, with pictures in build/demo/.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
    packaging/setup.sh window
    exec .venv/bin/python -m rcdesk --demo
fi
packaging/setup.sh desktop
echo "No display here: playing the demo's first minute on a virtual screen."
rm -rf build/demo
.venv/bin/python -m tests.helpers.virtual_desktop -- .venv/bin/python -m rcdesk --demo --tour build/demo
echo "Done. The pictures are in build/demo/:"
ls -1 build/demo
