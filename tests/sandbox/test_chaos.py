"""A day of chaos: what the seed decides, and how its faults come and go."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from itertools import islice
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from rcdesk.sandbox.chaos import KINDS, LONGEST, PAUSE, USUAL, Bout, day
from rcdesk.sandbox.cli import main
from rcdesk.sandbox.clock import iso
from rcdesk.sandbox.server import SandboxServer
from rcdesk.sandbox.state import Options, Sandbox
from tests.helpers.wait import until
from tests.sandbox.bench import CONTROL, START, Bench, E

SEEDS = st.integers(min_value=0, max_value=2**32)
SOME = st.lists(st.sampled_from(KINDS), min_size=1, unique=True)
FIVE_ROUNDS = 5 * len(KINDS)
PUBNUB = {
    "eventFilters": [f"{E}/presence?detailedTelephonyState=true"],
    "deliveryMode": {"transportType": "PubNub"},
}


def bouts(seed: int, kinds: list[str], count: int = FIVE_ROUNDS, pause: float | None = None) -> list[Bout]:
    return list(islice(day(seed, kinds, pause), count))


@given(SEEDS, SOME, st.randoms())
def test_the_same_seed_tells_the_same_day(seed: int, kinds: list[str], rng: Any) -> None:
    shuffled = kinds.copy()
    rng.shuffle(shuffled)
    assert bouts(seed, kinds) == bouts(seed, shuffled)


@given(SEEDS)
def test_another_seed_tells_another_day(seed: int) -> None:
    assert bouts(seed, list(USUAL)) != bouts(seed + 1, list(USUAL))


@given(SEEDS, SOME)
def test_each_round_has_every_kind_once(seed: int, kinds: list[str]) -> None:
    told = [bout.kind for bout in bouts(seed, kinds, 5 * len(kinds))]
    for begin in range(0, len(told), len(kinds)):
        assert sorted(told[begin : begin + len(kinds)]) == sorted(kinds)


@given(SEEDS)
def test_the_rounds_have_different_orders(seed: int) -> None:
    told, size = [bout.kind for bout in bouts(seed, list(KINDS))], len(KINDS)
    assert len({tuple(told[begin : begin + size]) for begin in range(0, len(told), size)}) > 1


@given(SEEDS, SOME, st.none() | st.floats(min_value=0.1, max_value=100))
def test_every_calm_and_every_fault_has_its_bounds(seed: int, kinds: list[str], pause: float | None) -> None:
    for bout in bouts(seed, kinds, pause=pause):
        assert 0 <= bout.seconds <= LONGEST
        assert PAUSE[0] <= bout.pause <= PAUSE[1] if pause is None else bout.pause == pause
        assert bout.faults[0]["kind"] == bout.kind


@given(SEEDS)
@settings(max_examples=20)
def test_every_fault_of_it_can_be_switched_on_and_leaves_nothing_behind(seed: int) -> None:
    sandbox = Sandbox(Options(records=0))
    faults = sandbox.faults
    for bout in bouts(seed, list(KINDS)):
        for fault in bout.faults:
            sandbox.switchboard.on(fault)
            sandbox.switchboard.off(fault["kind"])
        assert (faults.http, faults.push.armed, faults.push.blocks_new, faults.skew) == ([], {}, False, 0)


def test_it_is_made_of_all_that_a_client_can_get_over_by_itself() -> None:
    by_hand = {"http-status", "revoke-tokens", "session-limit", "lack-permission"}
    assert set(KINDS) == set(Sandbox().switchboard.kinds) - by_hand


@pytest.fixture
async def fast() -> AsyncIterator[Bench]:
    """A sandbox whose people live fifty times as fast, somebody signed in."""
    made = Bench(Options(rate_limits=None, records=0, speed=50))
    async with made.client:
        await made.sign_in()
        yield made


async def begin(bench: Bench, **wishes: Any) -> dict[str, Any]:
    answer = await bench.client.post(f"{CONTROL}/chaos", json=wishes)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def chaos(bench: Bench) -> dict[str, Any]:
    told: dict[str, Any] = (await bench.state())["chaos"]
    return told


async def test_a_fault_is_on_for_its_real_seconds_at_any_speed_and_then_a_thing_of_the_past(
    fast: Bench,
) -> None:
    kinds = ["server-errors", "duplicate"]
    first, second = bouts(7, kinds, 2)
    assert await begin(fast, seed=7, faults=kinds) == {
        "seed": 7,
        "fault": None,
        "since": iso(START),
        "past": [],
    }
    fast.pass_time(first.pause - 0.01)
    assert (await chaos(fast))["fault"] is None
    fast.pass_time(0.02)
    began = START + first.pause + 0.01
    told = await chaos(fast)
    assert (told["fault"], told["since"], told["past"]) == (first.kind, iso(began), [])
    on = (await fast.client.get(f"{CONTROL}/faults")).json()
    assert bool(on["push"] or on["http"])
    fast.pass_time(first.seconds - 0.01)
    assert (await chaos(fast))["fault"] == first.kind
    fast.pass_time(0.02)
    ended = began + first.seconds + 0.01
    told = await chaos(fast)
    assert (told["fault"], told["since"]) == (None, iso(ended))
    assert told["past"] == [{"kind": first.kind, "from": iso(began), "until": iso(ended)}]
    assert (await fast.client.get(f"{CONTROL}/faults")).json() == {"http": [], "push": {}, "clock_skew": 0}
    fast.pass_time(second.pause + 0.01)
    assert (await chaos(fast))["fault"] == second.kind


async def test_what_happens_once_is_past_at_once(fast: Bench) -> None:
    await begin(fast, seed=1, faults=["expire-tokens"], pause=3)
    fast.pass_time(3)
    told = await chaos(fast)
    assert told["fault"] is None
    assert told["past"] == [{"kind": "expire-tokens", "from": iso(START + 3), "until": iso(START + 3)}]
    assert (await fast.get(f"{E}/presence")).status_code == 401


async def test_it_ends_with_its_fault_when_told_and_its_past_stays(fast: Bench) -> None:
    await begin(fast, seed=1, faults=["clock-skew"], pause=1)
    fast.pass_time(1)
    assert (await fast.client.get(f"{CONTROL}/faults")).json()["clock_skew"]
    assert (await fast.client.delete(f"{CONTROL}/chaos")).status_code == 204
    assert (await fast.client.get(f"{CONTROL}/faults")).json()["clock_skew"] == 0
    told = await chaos(fast)
    assert (told["fault"], [one["kind"] for one in told["past"]]) == (None, ["clock-skew"])
    for _ in range(10):
        fast.pass_time(60)
    assert await chaos(fast) == told


async def test_another_day_takes_the_place_of_the_one_under_way(fast: Bench) -> None:
    await begin(fast, seed=1, faults=["duplicate"], pause=1)
    fast.pass_time(1)
    told = await begin(fast, seed=2, faults=["reorder"], pause=2)
    assert (told["seed"], told["fault"], told["past"]) == (2, None, [])
    fast.pass_time(1.5)
    assert (await chaos(fast))["fault"] is None
    fast.pass_time(0.5)
    assert (await fast.client.get(f"{CONTROL}/faults")).json()["push"] == {"reorder": None}


@pytest.mark.parametrize("how", ["stopped", "another"])
async def test_what_was_to_come_of_a_day_that_is_over_does_not_come(fast: Bench, how: str) -> None:
    await begin(fast, seed=1, faults=["duplicate"], pause=1)
    if how == "stopped":
        await fast.client.delete(f"{CONTROL}/chaos")
    else:
        await begin(fast, seed=1, faults=["reorder"], pause=100)
    for _ in range(5):
        fast.pass_time(2)
    told = await chaos(fast)
    assert (told["fault"], told["past"]) == (None, [])


async def test_a_reset_ends_it(fast: Bench) -> None:
    await begin(fast, seed=1, faults=["duplicate"], pause=1)
    fast.pass_time(1)
    await fast.client.post(f"{CONTROL}/reset")
    nothing = {"seed": None, "fault": None, "since": None, "past": []}
    assert await chaos(fast) == nothing
    fast.pass_time(60)
    assert await chaos(fast) == nothing


async def test_by_the_command_line_it_begins_when_somebody_listens_and_again_after_a_reset() -> None:
    bench = Bench(Options(rate_limits=None, records=0, chaos=3))
    async with bench.client:
        await bench.sign_in()
        first = bouts(3, list(USUAL), 1)[0]
        for _ in range(5):
            bench.pass_time(60)
        told = await chaos(bench)
        assert (told["seed"], told["fault"], told["past"]) == (3, None, [])
        await bench.client.post("/restapi/v1.0/subscription", json=PUBNUB)
        for _ in range(2):
            bench.pass_time(1)  # it looks, and then rests
            bench.pass_time(first.pause)
            told = await chaos(bench)
            assert first.kind in (told["fault"], *(one["kind"] for one in told["past"]))
            await bench.client.post(f"{CONTROL}/reset")


def test_the_command_line_makes_its_world_lively(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Options] = []

    def refuse(options: Options, **more: Any) -> None:
        asked.append(options)
        raise KeyboardInterrupt

    monkeypatch.setattr("rcdesk.sandbox.server.SandboxServer", refuse)
    for argv in (["--chaos", "4"], []):
        with pytest.raises(KeyboardInterrupt):
            main(argv)
    assert [(one.chaos, one.lively) for one in asked] == [(4, True), (None, False)]


@pytest.mark.parametrize(
    ("wishes", "name"),
    [
        ({}, "seed"),
        ({"seed": "x"}, "seed"),
        ({"seed": 1, "faults": []}, "faults"),
        ({"seed": 1, "faults": ["duplicate", "revoke-tokens"]}, "faults"),
        ({"seed": 1, "pause": 0}, "pause"),
    ],
)
async def test_a_wish_that_makes_no_sense_is_refused(bench: Bench, wishes: dict[str, Any], name: str) -> None:
    answer = await bench.client.post(f"{CONTROL}/chaos", json=wishes)
    assert (answer.status_code, answer.json()["parameterName"]) == (400, name)
    assert (await chaos(bench))["seed"] is None


async def test_a_client_that_is_cut_off_again_and_again_comes_back_and_control_is_never_cut_off() -> None:
    with SandboxServer(Options(records=0, rate_limits=None)) as running:
        info = running.info
        async with (
            httpx.AsyncClient(base_url=info["control"], trust_env=False) as control,
            asyncio.TaskGroup() as group,
        ):
            ended: list[type[ConnectionClosed]] = []
            client = group.create_task(_come_back(info, ended.append))
            await until(lambda: running._sandbox.push.gateway.connected)
            wishes = {"seed": 1, "pause": 0.1, "faults": ["close-push", "drop-connections"]}
            await control.post("chaos", json=wishes)
            past: list[dict[str, str]] = []
            while len(past) < 8:
                past = (await control.get("state")).json()["chaos"]["past"]
            await control.delete("chaos")
            client.cancel()
    assert {one["kind"] for one in past} == {"close-push", "drop-connections"}
    assert [one["from"] for one in past] == sorted(one["from"] for one in past)
    assert len(ended) >= 2


async def _come_back(info: dict[str, str], ended: Callable[[Any], None]) -> None:
    """Connect to the gateway anew, as often as the connection ends."""
    form = {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": info["jwt"]}
    auth = (info["client_id"], info["client_secret"])
    while True:
        try:
            async with httpx.AsyncClient(base_url=info["server"], trust_env=False) as http:
                tokens = (await http.post("/restapi/oauth/token", data=form, auth=auth)).json()
                http.headers["Authorization"] = f"Bearer {tokens['access_token']}"
                token = (await http.post("/restapi/oauth/wstoken")).json()
                address = f"{token['uri']}?access_token={token['ws_access_token']}"
                async with connect(address, proxy=None) as socket:
                    async for _ in socket:
                        pass
                    ended(ConnectionClosed)
        except (httpx.TransportError, ConnectionClosed, InvalidHandshake, OSError) as error:
            ended(type(error))
