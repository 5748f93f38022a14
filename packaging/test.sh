#!/usr/bin/env bash
# Everything that must hold. All of it runs, even if something fails; pytest's closing lines stand at the end.
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

tests() {
    local name=$1
    shift
    printf '\n== %s\n' "$name"
    "$@" 2>&1 | tee "$logs/$name.log" || failed+=("$name")
}

step "ruff: lint" "$python" -m ruff check
step "ruff: format" "$python" -m ruff format --check
step "mypy: types" "$python" -m mypy
step "import-linter: floors" .venv/bin/python -c 'from importlinter.cli import lint_imports_command; lint_imports_command()'
tests "unit" env QT_QPA_PLATFORM=offscreen "$python" -m pytest --ignore=tests/desk
tests "desk" "$python" -m tests.helpers.virtual_desktop -- "$python" -m pytest tests/desk

printf '\n'
for name in unit desk; do
    printf '%s: ' "$name"
    grep -E '^=+ .* in [0-9.]+s.* =+$' "$logs/$name.log" | tail -n 1 || echo "pytest did not get to its end"
done
if [ "${#failed[@]}" -gt 0 ]; then
    printf 'Failed: %s\n' "${failed[*]}"
    exit 1
fi
