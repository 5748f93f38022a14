"""The live calls as rows: whatever comes, each call is there once, while it lives."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QModelIndex, Qt
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from rcdesk.core.calls import Change, Stage
from rcdesk.core.subscription import LinkState, LinkStatus
from rcdesk.services.feed import Feed, Latest
from rcdesk.ui.calls_model import CALL, CallsModel
from tests.ui.world import HOLDING, NOW, RINGING, TALKING, became, began, call, over, who

LIVE = Latest(LinkStatus(LinkState.LIVE, NOW))


def model(changes: Feed[Change], *live: object) -> CallsModel:
    return CallsModel(changes, who, Feed[None](), lambda: NOW, LIVE, live)  # type: ignore[arg-type]


def test_a_call_comes_changes_and_goes(qtmodeltester: ModelTester) -> None:
    changes = Feed[Change]()
    rows = model(changes)
    qtmodeltester.check(rows)
    changes.publish(began(RINGING))
    changes.publish(began(TALKING))
    assert [rows.data(rows.index(row)) for row in range(2)] == ["Martin Olsen", "Anna Weber"]
    answered = became(RINGING, stage=Stage.CONNECTED)
    changes.publish(answered)
    assert rows.data(rows.index(1), CALL) == answered.now
    changes.publish(over(TALKING))
    assert rows.calls == (answered.now,)


def test_calls_that_are_live_already_are_rows() -> None:
    rows = model(Feed(), TALKING, RINGING)
    assert rows.calls == (RINGING, TALKING)
    assert rows.call_with("talking") == TALKING
    assert rows.call_with("gone") is None


def test_what_rings_stands_first_then_what_is_talked_then_what_waits(qtmodeltester: ModelTester) -> None:
    changes = Feed[Change]()
    rows = model(changes, HOLDING, TALKING)
    qtmodeltester.check(rows)
    moves: list[tuple[int, int]] = []
    rows.rowsMoved.connect(lambda _from, first, _last, _to, below: moves.append((first, below)))

    def keys() -> list[str]:
        return [call.key for call in rows.calls]

    assert keys() == ["talking", "holding"]
    for newer in ("first", "second"):
        changes.publish(began(call(newer, age=5 if newer == "first" else 1)))
    assert keys() == ["first", "second", "talking", "holding"]
    changes.publish(became(TALKING, from_name="Anna"))
    assert moves == [], "what only looks different stays where it is"
    changes.publish(became(TALKING, stage=Stage.PARKED))
    assert (keys(), moves) == (["first", "second", "holding", "talking"], [(2, 4)])
    changes.publish(became(HOLDING, stage=Stage.CONNECTED))
    assert moves == [(2, 4)]
    changes.publish(became(TALKING, stage=Stage.CONNECTED))
    changes.publish(became(call("first", age=5), stage=Stage.CONNECTED))
    assert keys() == ["second", "holding", "talking", "first"]


def test_a_call_is_a_row_as_it_is_for_the_user_and_anew_when_that_changes() -> None:
    changes = Feed[Change]()
    rings: set[str] = {TALKING.key}
    rows = CallsModel(
        changes, who, Feed[None](), lambda: NOW, LIVE, (RINGING,),
        as_shown=lambda call: replace(call, stage=Stage.RINGING) if call.key in rings else call,
    )  # fmt: skip
    changes.publish(began(TALKING))
    assert set(rows.calls) == {replace(TALKING, stage=Stage.RINGING), RINGING}
    told: list[int] = []
    rows.dataChanged.connect(lambda first, _last: told.append(first.row()))
    rows.refresh()
    assert told == []
    rings.clear()
    rows.refresh()
    assert told == [1], "only what changed: a line that has the keyboard is not built anew"
    assert rows.calls == (RINGING, TALKING)
    changes.publish(over(TALKING))
    rows.refresh()
    assert rows.calls == (RINGING,)


def test_the_users_own_ringing_phone_is_no_row() -> None:
    changes = Feed[Change]()
    rows = model(changes, replace(RINGING, own_leg=True))
    changes.publish(began(replace(TALKING, own_leg=True)))
    assert rows.calls == ()


def test_a_row_that_turns_out_to_be_the_own_phone_goes() -> None:
    changes = Feed[Change]()
    rows = model(changes, RINGING)
    changes.publish(became(RINGING, own_leg=True))
    assert rows.calls == ()


def test_an_end_that_was_told_before_its_beginning_adds_nothing() -> None:
    changes = Feed[Change]()
    rows = model(changes)
    changes.publish(over(RINGING))
    changes.publish(over(RINGING))
    assert rows.calls == ()


def test_a_model_that_is_gone_hears_nothing(qtbot: QtBot) -> None:
    import shiboken6

    changes = Feed[Change]()
    rows = model(changes)
    shiboken6.delete(rows)
    changes.publish(began(RINGING))  # would raise: the C++ object is deleted


def test_names_that_get_known_are_painted(qtbot: QtBot) -> None:
    names = Feed[None]()
    rows = CallsModel(Feed(), who, names, lambda: NOW, LIVE, [RINGING])
    with qtbot.waitSignals([rows.dataChanged, rows.names_changed]):
        names.publish(None)


def test_nothing_is_told_of_what_is_no_row() -> None:
    rows = model(Feed(), RINGING)
    assert rows.data(QModelIndex()) is None
    assert rows.data(rows.index(0), Qt.ItemDataRole.DecorationRole) is None
    assert rows.rowCount(rows.index(0)) == 0


stages = st.sampled_from(Stage)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(st.sampled_from("abcd"), stages), max_size=40))
def test_in_any_order_the_rows_are_the_calls_that_live(
    qtmodeltester: ModelTester, steps: list[tuple[str, Stage]]
) -> None:
    changes = Feed[Change]()
    rows = model(changes)
    qtmodeltester.check(rows)
    truth: dict[str, Stage] = {}
    for key, stage in steps:
        changes.publish(Change(None, call(key, stage)))
        truth[key] = stage
    live = [key for key in sorted(truth) if truth[key] is not Stage.ENDED]
    order = [Stage.RINGING, Stage.CONNECTED, Stage.ON_HOLD, Stage.PARKED]
    assert [row.key for row in rows.calls] == sorted(live, key=lambda key: order.index(truth[key]))
