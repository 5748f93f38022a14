"""Secrets of any length go through entries of limited length and come back whole, or not at all."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rcdesk.store.secret_parts import PART, entry_name, join, part_count, split

LIMIT = 1280  # characters that Windows takes
SECRETS = st.text(max_size=20) | st.integers(1, 4 * PART).map(lambda length: ("s3cret" * length)[:length])


def stored(value: str, name: str = "refresh") -> dict[str, str]:
    return {entry_name(name, nth): part for nth, part in enumerate(split(value), start=1)}


@given(SECRETS)
def test_a_secret_comes_back_whole(value: str) -> None:
    entries = stored(value)
    assert join("refresh", entries.get) == value
    assert all(len(part) <= LIMIT for part in entries.values())
    assert part_count(entries["refresh"]) == len(entries) == max(1, -(-len(value) // PART))


@given(SECRETS, SECRETS, st.data())
def test_parts_of_two_secrets_are_never_put_together(old: str, new: str, data: st.DataObject) -> None:
    entries, newer = stored(old), stored(new)
    taken = data.draw(st.sets(st.sampled_from(sorted(newer))))
    entries |= {name: newer[name] for name in taken}
    assert join("refresh", entries.get) in (old, new, None)


@given(SECRETS.filter(lambda value: len(value) > PART), st.data())
def test_a_missing_part_makes_it_no_secret(value: str, data: st.DataObject) -> None:
    entries = stored(value)
    del entries[data.draw(st.sampled_from(sorted(entries)))]
    assert join("refresh", entries.get) is None


@given(st.text())
def test_what_is_no_part_is_no_secret(content: str) -> None:
    entries = {"refresh": content}
    assert join("refresh", entries.get) is None or content.startswith("1/1 ")
