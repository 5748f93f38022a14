#!/usr/bin/env bash
# All that the other commands need, on a fresh Debian or Ubuntu with Python 3.11 to 3.13:
#
#   packaging/setup.sh window     what opens rcdesk's window
#   packaging/setup.sh desktop    that, and a desktop without a screen: for the tests, or for a demo without a display
#
# System packages come from apt-get, if this may install them; otherwise the one line to run is printed. The rest
# stays in this folder: .venv, and build/setup.log with what was said. When all is there, nothing is done.
set -euo pipefail
cd "$(dirname "$0")/.."
log=build/setup.log

# Qt's wheels bring Qt, but not what it stands on: OpenGL, fonts, the keyboard, Kerberos for QtNetwork, the X protocol.
window=(libgl1 libegl1 libglib2.0-0 libfontconfig1 libdbus-1-3 libgssapi-krb5-2 fonts-dejavu-core
    libxkbcommon0 libxkbcommon-x11-0 libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1 libxcb-shape0)
# A screen, a bus, a window manager, a tray, notifications and a keyring; then hands and eyes.
desktop=(xvfb dbus openbox trayer dunst gnome-keyring at-spi2-core
    xdotool x11-utils xterm imagemagick desktop-file-utils xdg-utils)
# A sound server. It would push aside a desktop's PipeWire: there the test that hears a ring is skipped, and says so.
ears=(pulseaudio pulseaudio-utils)

say() { printf 'setup: %s\n' "$*"; }

give_up() {
    say "$@" >&2
    exit 1
}

# The first Python on this machine that rcdesk runs on.
find_python() {
    local name
    for name in ${PYTHON:+"$PYTHON"} python3 python3.11 python3.12 python3.13; do
        if "$name" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then
            echo "$name"
            return
        fi
    done
}

# Those of the named packages that are neither installed nor provided by an installed one.
missing() {
    local there name
    there=$(dpkg-query -W -f='${db:Status-Status} ${Package} ${Provides}\n' | sed -n 's/^installed //p' | tr -s ' ,' '\n')
    for name; do
        grep -qxF -- "$name" <<<"$there" || echo "$name"
    done
}

install_packages() {
    local as_root=() line="sudo apt-get install -y --no-install-recommends $*"
    if [ "$(id -u)" -ne 0 ]; then
        sudo -n true 2>/dev/null || give_up "some system packages are missing; run this, then try again:"$'\n\n'"  $line"$'\n'
        as_root=(sudo -n)
    fi
    say "installing $# system packages: $*"
    local apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q --no-remove -o DPkg::Lock::Timeout=300)
    "${apt[@]}" update </dev/null >>"$log" 2>&1 || true # a broken source of something else need not matter
    "${apt[@]}" install -y --no-install-recommends "$@" </dev/null >>"$log" 2>&1 ||
        give_up "the system packages could not be installed; $log tells more. By hand:"$'\n\n'"  $line"$'\n'
}

system_packages() {
    if ! command -v dpkg-query >/dev/null; then
        say "this is neither Debian nor Ubuntu; if something is missing, these are its names there: $*"
        return
    fi
    local names
    mapfile -t names < <(missing "$@")
    [ "${#names[@]}" -eq 0 ] || install_packages "${names[@]}"
}

# What an environment is made from; a moved or older one is made anew.
recipe() {
    { pwd; "$1" --version; cat pyproject.toml packaging/constraints.txt; } | sha256sum
}

python_environment() {
    local stamp=.venv/rcdesk-made-from
    if [ -x .venv/bin/python ] && [ "$(recipe .venv/bin/python)" = "$(cat "$stamp" 2>/dev/null)" ]; then
        return
    fi
    say "installing rcdesk into .venv (about a minute, once)"
    if [ ! -x .venv/bin/python ] || ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
        "$1" -m venv --clear .venv
    fi
    .venv/bin/python -m pip --disable-pip-version-check install --constraint packaging/constraints.txt --editable '.[dev]' \
        </dev/null >>"$log" 2>&1 || {
        tail -n 15 "$log" >&2
        give_up "the Python packages could not be installed; $log tells more."
    }
    .venv/bin/python -m compileall -q rcdesk # else every start would compile it, where Python may not write
    recipe .venv/bin/python >"$stamp"
}

case "${1:-}" in
    window) needed=("${window[@]}") ;;
    desktop) needed=("${window[@]}" "${desktop[@]}") ;;
    *) give_up "say what for: window or desktop" ;;
esac
mkdir -p build
python=$(find_python)
[ -n "$python" ] || give_up "rcdesk needs Python 3.11, 3.12 or 3.13; name one with PYTHON=/path/to/python make …"
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then # Debian has them in a package of their own
    needed+=("$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')")
fi
if [ "$1" = desktop ] && [ -n "$(missing pipewire-alsa)" ]; then
    needed+=("${ears[@]}")
fi
system_packages "${needed[@]}"
python_environment "$python"
