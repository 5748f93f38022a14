"""What a person reads is set in one style: ’ in words, “ ” around what is quoted, no blank before …"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import rcdesk

ROOT = Path(rcdesk.__file__).parent
READ = [path for path in sorted(ROOT.rglob("*.py")) if "sandbox" not in path.parts]
LOGS = ("log", "trace")
STRAIGHT = re.compile(r"[A-Za-z]'[a-z]")
BLANK_BEFORE_DOTS = re.compile(r"^[A-Z][A-Za-z ]* …$")


def texts(tree: ast.Module) -> Iterator[ast.Constant]:
    """Yield each text of a module but what only its readers see: docstrings, words for the log, SQL in lines."""
    unread: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr):
            unread |= {id(node.value)} | {id(part) for part in ast.walk(node) if _is_log(node.value)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or id(node) in unread:
            continue
        if "\n    " not in node.value:
            yield node


def _is_log(node: ast.expr) -> bool:
    call = node.func if isinstance(node, ast.Call) else None
    return isinstance(call, ast.Attribute) and isinstance(call.value, ast.Name) and call.value.id in LOGS


@pytest.mark.parametrize("path", READ, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_is_read_is_set_in_one_style(path: Path) -> None:
    for text in texts(ast.parse(path.read_text(encoding="utf-8"))):
        for wrong in (STRAIGHT, BLANK_BEFORE_DOTS):
            assert not wrong.search(text.value), f"{path.name}:{text.lineno}: {text.value!r}"
