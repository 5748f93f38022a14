"""The rules fail what they should: a small suite of its own runs under them, and each of its ends is looked at."""

from __future__ import annotations

import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SETTINGS = """
[pytest]
asyncio_mode = auto
asyncio_default_fixture_loop_scope = function
qt_api = pyside6
qt_log_level_fail = WARNING
qt_log_ignore = harmless
filterwarnings = error
markers = expected_log(pattern)
"""
SUITE = """
import asyncio, logging, threading, warnings
import pytest
from PySide6.QtCore import qWarning

def start(name): return asyncio.get_running_loop().create_task(asyncio.sleep(60), name=name)

@pytest.fixture
def closes_with():
    at_end = []
    yield at_end.append
    for act in at_end: act()

@pytest.fixture
async def server():
    task = start("server")
    yield
    task.cancel()

@pytest.mark.expected_log("gave up on the [a-z]+")
def test_announced_record(): logging.getLogger("link").warning("gave up on the socket")

def test_record_looked_at(caplog):
    logging.error("seen")
    assert caplog.messages == ["seen"]
    caplog.clear()

def test_quiet_record(): logging.info("all well")

def test_harmless_qt_message(): qWarning("harmless")

async def test_task_that_ends(): asyncio.get_running_loop().create_task(asyncio.sleep(0))

async def test_task_of_a_fixture(server): pass

def test_thread_that_ends(): threading.Thread(target=int).start()

def test_stray_record(): logging.getLogger("link").warning("gave up")

@pytest.mark.expected_log("gave up")
def test_stray_record_beside_an_announced_one():
    logging.warning("gave up")
    logging.error("something else")

@pytest.mark.expected_log("gave up")
def test_announced_record_that_does_not_come(): pass

def test_stray_record_at_the_end(closes_with): closes_with(lambda: logging.error("did not close"))

async def test_task_left_running(): start("forgotten")

def test_thread_left_running():
    threading.Thread(target=threading.Event().wait, args=(1,), name="forgotten").start()

def test_qt_message(): qWarning("widget without a parent")

def test_qt_message_at_the_end(closes_with): closes_with(lambda: qWarning("timer killed"))

def test_python_warning(): warnings.warn("old ways")
"""


@pytest.fixture(scope="module")
def ends(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Run the suite; map each test to "" or to what it failed with, "at the end: …" if while taken down."""
    folder = tmp_path_factory.mktemp("suite")
    (folder / "pytest.ini").write_text(SETTINGS)
    (folder / "conftest.py").write_text('pytest_plugins = ["tests.helpers.rules"]')
    (folder / "test_suite.py").write_text(SUITE)
    report = folder / "report.xml"
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q", f"--junitxml={report}"]
    environ = os.environ | {"PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": "offscreen"}
    subprocess.run(command, cwd=folder, env=environ, capture_output=True, check=False, timeout=50)
    cases = ET.parse(report).iter("testcase")
    ends: dict[str, str] = {}
    for case in cases:
        told = [
            ("at the end: " if each.tag == "error" else "") + (each.get("message") or "") + (each.text or "")
            for each in case
            if each.tag in ("failure", "error")
        ]
        ends[case.attrib["name"]] = ends.get(case.attrib["name"], "") + "".join(told)
    return ends


@pytest.mark.parametrize(
    "test",
    [
        "test_announced_record",
        "test_record_looked_at",
        "test_quiet_record",
        "test_harmless_qt_message",
        "test_task_that_ends",
        "test_task_of_a_fixture",
        "test_thread_that_ends",
    ],
)
def test_what_is_in_order_passes(ends: dict[str, str], test: str) -> None:
    assert ends[test] == ""


@pytest.mark.parametrize(
    ("test", "complaint"),
    [
        ("test_stray_record", "WARNING link: gave up"),
        ("test_stray_record_beside_an_announced_one", "ERROR root: something else"),
        ("test_announced_record_that_does_not_come", "did not come: ['gave up']"),
        ("test_qt_message", "widget without a parent"),
        ("test_python_warning", "UserWarning: old ways"),
    ],
)
def test_what_is_not_in_order_fails(ends: dict[str, str], test: str, complaint: str) -> None:
    assert complaint in ends[test]
    assert not ends[test].startswith("at the end")


@pytest.mark.parametrize(
    ("test", "complaint"),
    [
        ("test_stray_record_at_the_end", "ERROR root: did not close"),
        ("test_task_left_running", "forgotten: <coroutine object sleep"),
        ("test_thread_left_running", "Threads were left running: <Thread(forgotten"),
        ("test_qt_message_at_the_end", "timer killed"),
    ],
)
def test_what_is_left_behind_is_an_error(ends: dict[str, str], test: str, complaint: str) -> None:
    assert ends[test].startswith("at the end: ")
    assert complaint in ends[test]
