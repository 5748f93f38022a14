"""Waiting ends with the condition, or with a complaint that helps."""

from __future__ import annotations

import asyncio

import pytest

from tests.helpers.wait import until, wait_until


async def test_until_returns_what_it_waited_for() -> None:
    found: list[str] = []
    asyncio.get_running_loop().call_later(0.02, found.append, "row")
    assert await until(lambda: found[-1:]) == ["row"]


async def test_until_says_what_was_awaited_and_seen() -> None:
    with pytest.raises(AssertionError, match=r"no row appeared \(waited 0.05 s; last seen: 0\)"):
        await until(lambda: 0, within=0.05, why="no row appeared")


def test_wait_until_looks_again_until_it_holds() -> None:
    looks = iter([0, 0, 7])
    assert wait_until(lambda: next(looks)) == 7


def test_wait_until_gives_up() -> None:
    with pytest.raises(AssertionError, match="last seen: None"):
        wait_until(lambda: None, within=0.02)
