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

# Both mostly wait: side by side they take two minutes less than one after the other.
"$python" -m tests.helpers.virtual_desktop -- "$python" -m pytest tests/desk >"$logs/desk.log" 2>&1 &
desk=$!
trap 'kill "$desk"' EXIT
printf '\n== unit\n'
QT_QPA_PLATFORM=offscreen "$python" -m pytest --ignore=tests/desk 2>&1 | tee "$logs/unit.log" || failed+=(unit)
printf '\n== desk\n'
wait "$desk" || failed+=(desk)
trap - EXIT
cat "$logs/desk.log"

printf '\n'
for name in unit desk; do
    echo "$name"
    grep -E '^=+ .* in [0-9.]+s.* =+$' "$logs/$name.log" | tail -n 1 || echo "pytest did not get to its end"
done
finish
