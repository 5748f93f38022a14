"""Replacing all rows tells the view only of what differs, and what stays keeps its identity."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt
from pytestqt.modeltest import ModelTester

from rcdesk.ui.row_model import RowModel


@dataclass(frozen=True)
class Item:
    key: int
    look: str = ""


def changes_of(model: RowModel[Item]) -> list[tuple[str, int, int]]:
    told: list[tuple[str, int, int]] = []
    model.rowsInserted.connect(lambda _parent, first, last: told.append(("came", first, last)))
    model.rowsRemoved.connect(lambda _parent, first, last: told.append(("went", first, last)))
    model.dataChanged.connect(lambda top, bottom: told.append(("looks", top.row(), bottom.row())))
    model.layoutChanged.connect(lambda: told.append(("moved", 0, 0)))
    model.modelReset.connect(lambda: told.append(("reset", 0, 0)))
    return told


def items(*keys: int) -> list[Item]:
    return [Item(key) for key in keys]


def test_only_what_differs_is_told() -> None:
    model: RowModel[Item] = RowModel()
    model.replace_rows(items(1, 2, 3, 4))
    told = changes_of(model)
    model.replace_rows([Item(9), Item(1), Item(3, "new"), Item(4)])
    assert told == [("went", 1, 1), ("came", 0, 0), ("looks", 2, 2)]


def test_the_same_rows_are_no_news() -> None:
    model: RowModel[Item] = RowModel()
    model.replace_rows(items(1, 2))
    told = changes_of(model)
    model.replace_rows(items(1, 2))
    assert told == []


keys = st.lists(st.integers(0, 9), unique=True)
looks = st.lists(st.tuples(st.integers(0, 9), st.sampled_from("ab")), unique_by=lambda pair: pair[0])


@given(st.lists(looks, max_size=6))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_rows_that_stay_are_followed_by_persistent_indexes(
    qapp: object, lists: list[list[tuple[int, str]]]
) -> None:
    model: RowModel[Item] = RowModel()
    for pairs in lists:
        followed = {row.key: QPersistentModelIndex(model.index(i)) for i, row in enumerate(model.rows)}
        new = [Item(key, look) for key, look in pairs]
        model.replace_rows(new)
        assert list(model.rows) == new
        for key, index in followed.items():
            row = model.row_at(index)
            assert (row.key if row else None) == (key if key in {item.key for item in new} else None)


def test_it_is_a_sound_model(qtmodeltester: ModelTester) -> None:
    class Words(RowModel[Item]):
        def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> str | None:
            row = self.row_at(index)
            return str(row.key) if row and role == Qt.ItemDataRole.DisplayRole else None

    model = Words()
    qtmodeltester.check(model)
    for wanted in (items(1, 2, 3), items(3, 1, 5), items(), items(7)):
        model.replace_rows(wanted)
