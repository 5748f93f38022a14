#!/usr/bin/env bash
# Everything that must hold. All of it runs, even if something fails; pytest's closing lines stand at the end.
# With `lint`: only what needs no test run.
set -uo pipefail
cd "$(dirname "$0")/.."
python=.venv/bin/python
logs=build/test
failed=()
mkdir -p "$logs"

step() {
    local name=$1
    shift
    printf '\n== %s\n' "$name"
    "$@" || failed+=("$name")
}

finish() {
    [ "${#failed[@]}" -eq 0 ] && exit 0
    printf 'Failed: %s\n' "$(IFS=,; echo "${failed[*]}")"
    exit 1
}

step "ruff lint" "$python" -m ruff check
step "ruff format" "$python" -m ruff format --check
step "mypy" "$python" -m mypy
step "import-linter" "$python" -c 'from importlinter.cli import lint_imports_command as check; check()'
[ "${1:-}" = lint ] && finish

# All three mostly wait: side by side they take half the time.
whole=(tests/services tests/e2e) # what needs a platform to talk to
desk=("$python" -m tests.helpers.virtual_desktop --)
export QT_QPA_PLATFORM=offscreen # but on the desktop
env -u QT_QPA_PLATFORM "${desk[@]}" "$python" -m pytest tests/desk >"$logs/desk.log" 2>&1 &
beside=($!)
"$python" -m pytest "${whole[@]}" >"$logs/whole.log" 2>&1 &
beside+=($!)
trap 'kill "${beside[@]}"' EXIT
printf '\n== parts\n'
"$python" -m pytest --ignore=tests/desk "${whole[@]/#/--ignore=}" 2>&1 | tee "$logs/parts.log" || failed+=(parts)
for name in desk whole; do
    wait "${beside[0]}" || failed+=("$name")
    beside=("${beside[@]:1}")
    printf '\n== %s\n' "$name"
    cat "$logs/$name.log"
done
trap - EXIT

printf '\n'
for name in parts whole desk; do
    echo "$name"
    grep -E '^=+ .* in [0-9.]+s.* =+$' "$logs/$name.log" | tail -n 1 || echo "pytest did not get to its end"
done
finish
