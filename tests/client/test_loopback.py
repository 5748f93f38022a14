"""Where the browser comes back to: one answer, for our question only."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Iterator

import httpx
import pytest

from rcdesk.client.loopback import HOST, PATH, Loopback
from rcdesk.core.errors import Kind, Problem


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that another program listens at."""
    with socket.socket() as other:
        other.bind((HOST, 0))
        other.listen()
        yield other.getsockname()[1]


async def comes_back(loopback: Loopback, **fields: str) -> httpx.Response:
    """The browser follows the redirect."""
    async with httpx.AsyncClient(trust_env=False) as browser:
        return await browser.get(loopback.redirect_uri, params=fields)


async def test_the_browser_brings_the_code_and_is_thanked() -> None:
    async with Loopback([0]) as loopback:
        page = await comes_back(loopback, code="c d&e", state=loopback.state)
        assert page.status_code == 200
        assert "You can close this window" in page.text
        assert await loopback.code() == ("c d&e", loopback.redirect_uri)
    assert loopback.redirect_uri.startswith(f"http://{HOST}:")
    assert loopback.redirect_uri.endswith(PATH)


async def test_it_is_closed_after_one_answer() -> None:
    async with Loopback([0]) as loopback:
        await comes_back(loopback, code="first", state=loopback.state)
        assert (await loopback.code())[0] == "first"
        with pytest.raises(httpx.ConnectError):
            await comes_back(loopback, code="second", state=loopback.state)


async def test_an_answer_to_another_question_is_refused_and_the_right_one_still_awaited() -> None:
    async with Loopback([0]) as loopback:
        for fields in ({"code": "evil", "state": "guessed"}, {"code": "evil"}, {"error": "access_denied"}):
            page = await comes_back(loopback, **fields)
            assert page.status_code == 400
            assert "evil" not in page.text
        await comes_back(loopback, code="right", state=loopback.state)
        assert (await loopback.code())[0] == "right"


async def test_each_question_has_its_own_state() -> None:
    assert Loopback().state != Loopback().state
    assert len(Loopback().state) >= 32


async def test_the_first_free_port_of_the_list_is_taken(taken: int) -> None:
    async with Loopback([taken, 0]) as loopback:
        assert f":{taken}/" not in loopback.redirect_uri


async def test_no_free_port_is_told(taken: int) -> None:
    with pytest.raises(Problem) as told:
        async with Loopback([taken]):
            pass
    assert told.value.kind is Kind.LOCAL
    assert str(taken) in told.value.remedy


@pytest.mark.parametrize(
    ("refusal", "remedy"),
    [("access_denied", "cancelled in the browser"), ("server_error", "try again later")],
)
async def test_a_refusal_in_the_browser_is_told(refusal: str, remedy: str) -> None:
    async with Loopback([0]) as loopback:
        page = await comes_back(loopback, error=refusal, state=loopback.state)
        assert "You are not signed in" in page.text
        with pytest.raises(Problem) as told:
            await loopback.code()
    assert told.value.kind is Kind.SIGN_IN
    assert told.value.title == "You were not signed in."
    assert remedy in told.value.remedy


async def test_a_refusal_that_nobody_waits_for_is_no_trouble() -> None:
    async with Loopback([0]) as loopback:
        await comes_back(loopback, error="access_denied", state=loopback.state)


async def test_other_pages_and_methods_are_not_there() -> None:
    async with Loopback([0]) as loopback, httpx.AsyncClient(trust_env=False) as browser:
        root = loopback.redirect_uri.removesuffix(PATH)
        assert (await browser.get(f"{root}/favicon.ico")).status_code == 404
        assert (await browser.post(loopback.redirect_uri)).status_code == 405
        assert (await browser.get(root, params={"code": "x", "state": loopback.state})).status_code == 404


@pytest.mark.parametrize("junk", [b"\r\n\r\n", b"\x16\x03\x01\x02" * 20, b"GET " + b"x" * 40_000, b""])
async def test_junk_does_not_keep_the_browser_out(junk: bytes) -> None:
    async with Loopback([0]) as loopback:
        port = int(loopback.redirect_uri.split(":")[2].split("/")[0])
        reader, writer = await asyncio.open_connection(HOST, port)
        writer.write(junk)
        writer.write_eof()
        with contextlib.suppress(ConnectionError):
            await reader.read()
        writer.close()
        await comes_back(loopback, code="right", state=loopback.state)
        assert (await loopback.code())[0] == "right"


async def test_nobody_comes() -> None:
    async with Loopback([0]) as loopback:
        with pytest.raises(Problem) as told:
            await loopback.code(seconds=0.01)
        assert "did not come back in time" in told.value.remedy


async def test_giving_up_frees_the_port() -> None:
    async with Loopback([0]) as loopback:
        waiting = asyncio.get_running_loop().create_task(loopback.code())
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
    with pytest.raises(httpx.ConnectError):
        await comes_back(loopback, code="late", state=loopback.state)


@pytest.mark.qt_loop
async def test_the_same_on_qts_loop() -> None:
    async with Loopback([0]) as loopback:
        page, (code, _) = await asyncio.gather(
            comes_back(loopback, code="c", state=loopback.state), loopback.code()
        )
        assert (page.status_code, code) == (200, "c")
