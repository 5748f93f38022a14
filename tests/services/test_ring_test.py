"""A pretend call goes the whole way, tells where it stopped, and leaves nothing behind."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import pytest

from rcdesk.client import pretend
from rcdesk.core.calls import Change, Stage
from rcdesk.core.subscription import LinkState, LinkStatus, Transport
from rcdesk.services import ring_test
from rcdesk.services.feed import Latest
from rcdesk.services.ring_test import Progress, RingTest, Step
from rcdesk.services.tasks import Nursery
from tests.helpers.wait import until
from tests.services.world import World

NOW = 1_795_430_520.0
LIVE = LinkStatus(LinkState.LIVE, NOW - 3600, Transport.WEBSOCKET)


@dataclass
class Bench:
    """A test whose card is shown as `card` says: it is given the test once the call rings."""

    test: RingTest
    wants: dict[str, bool]
    card: Callable[[RingTest], None]
    told: list[Progress] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.test.progress.subscribe(lambda progress: self.told.append(progress) if progress else None)
        self.test.changes.subscribe(self._on_change)

    def _on_change(self, change: Change) -> None:
        self.changes.append(change)
        if change.now.stage is Stage.RINGING:
            self.card(self.test)

    async def run(self) -> Progress:
        """Run one test to its end."""
        self.told.clear()
        self.test.start()
        await until(lambda: self.told and self.told[-1].over)
        return self.told[-1]


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    bugs: list[BaseException] = []
    async with Nursery(lambda _problem: None, bugs.append) as nursery:
        wants = {"sound": False}
        test = RingTest(nursery, Latest(LIVE), lambda: NOW, lambda: wants["sound"], rings=0.0)
        yield Bench(test, wants, lambda test: test.shown())
    assert bugs == []


async def test_a_pretend_call_rings_is_shown_and_ends(bench: Bench) -> None:
    assert await bench.run() == Progress(LIVE, reached=Step.SHOWN, over=True)
    assert [progress.reached for progress in bench.told] == [
        Step.SENT,
        Step.READ,
        Step.FOLLOWED,
        Step.SHOWN,
        Step.SHOWN,
    ]
    assert [change.now.stage for change in bench.changes] == [Stage.RINGING, Stage.ENDED]
    call = bench.changes[0].now
    assert call.session_id.startswith(pretend.MARK)
    assert call.key.startswith(pretend.MARK)
    assert (call.peer_name, call.peer_number, call.started_at) == ("Ring test", "", NOW)


def nonsense(_name: str, _at: float) -> bytes:
    return b"{}"


def of_something_else(name: str, at: float) -> bytes:
    return pretend.over(name, at, at).replace(b"/presence", b"/message-store")


def with_a_call_that_cannot_be_read(name: str, at: float) -> bytes:
    told = json.loads(pretend.over(name, at, at))
    del told["body"]["activeCalls"][0]["sessionId"]
    return json.dumps(told).encode()


@pytest.mark.parametrize("words", [nonsense, of_something_else, with_a_call_that_cannot_be_read])
async def test_it_stops_where_a_notification_is_not_understood(
    words: Callable[[str, float], bytes],
    bench: Bench,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(pretend, "ringing", words)
    progress = await bench.run()
    caplog.clear()  # the reader has warned of it, as it does
    assert (progress.reached, progress.over) == (Step.SENT, True)
    assert progress.why == f"It was written as the server writes it. {ring_test.FAULT}"
    assert not any(change.now.stage is Stage.RINGING for change in bench.changes)


async def test_it_stops_where_the_book_follows_no_call(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pretend, "ringing", lambda name, at: pretend.over(name, at, at))
    progress = await bench.run()
    assert (progress.reached, progress.over) == (Step.READ, True)
    assert progress.why.startswith("The call was not taken for one that rings.")


async def test_it_stops_where_no_card_comes_and_says_why(bench: Bench) -> None:
    bench.card = lambda test: test.not_shown("Cards are switched off.")
    assert await bench.run() == Progress(
        LIVE, reached=Step.FOLLOWED, why="Cards are switched off.", over=True
    )
    assert bench.changes[-1].now.stage is Stage.ENDED, "whoever shows cards forgets it"


async def test_it_stops_where_the_card_is_never_painted(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ring_test, "PAINTED_WITHIN", 0.01)
    bench.card = lambda _test: None
    assert await bench.run() == Progress(LIVE, reached=Step.FOLLOWED, why=ring_test.NOT_PAINTED, over=True)


async def test_the_first_word_about_the_card_holds(bench: Bench) -> None:
    def shown_twice(test: RingTest) -> None:
        test.shown()
        test.not_shown("It is painted once more.")

    bench.card = shown_twice
    assert (await bench.run()).why == ""


async def test_with_a_sound_the_last_step_is_that_it_was_played(bench: Bench) -> None:
    bench.wants["sound"] = True
    bench.card = lambda test: (test.shown(), test.played())[0]
    assert await bench.run() == Progress(LIVE, sound=True, reached=Step.PLAYED, over=True)
    assert [progress.reached for progress in bench.told] == [*Step, Step.PLAYED]


async def test_it_stops_where_no_sound_comes_and_says_why(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.wants["sound"] = True
    bench.card = lambda test: (test.shown(), test.not_played("There is no player."))[0]
    assert await bench.run() == Progress(
        LIVE, sound=True, reached=Step.SHOWN, why="There is no player.", over=True
    )
    monkeypatch.setattr(ring_test, "PLAYED_WITHIN", 0.01)
    bench.card = lambda test: test.shown()
    assert (await bench.run()).why == ring_test.NOT_PLAYED


async def test_one_at_a_time_and_each_is_another_call(bench: Bench) -> None:
    bench.card = lambda test: (test.start(), test.shown())[1]
    await bench.run()
    await bench.run()
    keys = [change.now.key for change in bench.changes if change.now.stage is Stage.RINGING]
    assert len(set(keys)) == 2


async def test_how_the_link_stood_is_part_of_the_answer(bench: Bench) -> None:
    link = Latest(LinkStatus(LinkState.RECOVERING, NOW - 60))
    bench.test._link = link
    bench.card = lambda test: (link.publish(LIVE), test.shown())[1]
    assert (await bench.run()).link.state is LinkState.RECOVERING


async def test_it_leaves_nothing_in_lists_history_or_badge(me: World) -> None:
    await me.signed_in()
    await me.live()
    seen: list[tuple[int, int, int]] = []

    async def look() -> None:
        answer = await me.answers.handlers()["status"]({})
        listed = (await me.answers.handlers()["history"]({}))["calls"]
        seen.append((answer["live_calls"], answer["missed"], len(listed)))

    test = RingTest(me.nursery, me.link.status, me.sandbox.now, rings=0.3)
    test.changes.subscribe(lambda _change: test.shown())
    test.start()
    await until(lambda: test.progress.value and test.progress.value.reached is Step.SHOWN)
    await look()  # while it rings
    await until(lambda: test.progress.value and test.progress.value.over)
    await look()
    assert seen == [(0, 0, 0), (0, 0, 0)]
    assert me.changes == []
