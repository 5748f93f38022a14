"""Whatever order calls, records, polls and notes come in, no note's text is lost."""

from __future__ import annotations

import itertools
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from rcdesk.core.calls import Direction
from rcdesk.core.history import Outcome
from rcdesk.core.ringout import End
from tests.core.test_merging import IN, OUT, Store, logged, seen_live

# Times and sessions lie so close together that nearly every fact could be of the same call as another one.
STARTS = st.sampled_from([100.0, 101.0, 103.0, 112.0])
SESSIONS = st.sampled_from(["s", "t"])
DIRECTIONS = st.sampled_from([IN, OUT])


@settings(max_examples=300)
@given(st.data())
def test_no_note_is_lost_in_any_order_of_merges(data: st.DataObject) -> None:
    store, written, names = Store(), [], itertools.count(1)
    for _ in range(data.draw(st.integers(2, 8))):
        _tell(store, data)
        if store.rows and data.draw(st.booleans()):
            row = store.rows[data.draw(st.sampled_from(sorted(store.rows)))]
            text = f"note {next(names)}."
            store.rows[row.id] = replace(row, note=f"{row.note}\n{text}".strip())
            written.append(text)
        found = [text for row in store.rows.values() for text in row.note.split("\n") if text]
        assert sorted(found) == sorted(written)


def _tell(store: Store, data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(["live", "log", "ringout", "polls"]))
    start = data.draw(STARTS)
    direction: Direction = data.draw(DIRECTIONS)
    session = data.draw(SESSIONS)
    if kind == "live":
        store.live(seen_live(session, direction, started_at=start, ended_at=start + 20))
    elif kind == "polls":
        store.polled(data.draw(st.sampled_from([End.CANCELLED, End.NOT_ANSWERED])), start)
    else:
        outcome = data.draw(st.sampled_from([Outcome.MISSED, Outcome.CONNECTED, Outcome.UNKNOWN]))
        ids = data.draw(st.lists(st.sampled_from("ABC"), min_size=1, max_size=2, unique=True))
        store.log(
            *(
                logged(it, session, direction, started_at=start, ringout=kind == "ringout", outcome=outcome)
                for it in ids
            )
        )
