"""Secrets of any length go through entries of limited length and come back whole, or not at all."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from rcdesk.store.secret_parts import PART, delete, part_count, read, split, write

LIMIT = 1280  # characters that Windows takes
SECRETS = st.text(max_size=20) | st.builds(
    lambda word, parts, more: (word * parts * PART)[: (parts - 1) * PART + more],
    st.sampled_from(["s3cret", "t0ken", "passw0rd"]),
    st.integers(1, 4),
    st.integers(1, PART),
)


class Killed(Exception):
    """The program ended here."""


@dataclass
class Entries:
    """A keyring of a program that is killed after so many changes of it, None for never."""

    held: dict[str, str] = field(default_factory=dict)
    changes_left: int | None = None

    def get(self, entry: str) -> str | None:
        return self.held.get(entry)

    def put(self, entry: str, content: str) -> None:
        self._change()
        assert len(content) <= LIMIT
        self.held[entry] = content

    def drop(self, entry: str) -> None:
        self._change()
        del self.held[entry]

    def write(self, value: str) -> None:
        write("refresh", value, self.get, self.put, self.drop)

    def read(self) -> str | None:
        return read("refresh", self.get)

    def _change(self) -> None:
        if self.changes_left == 0:
            raise Killed
        if self.changes_left is not None:
            self.changes_left -= 1


@given(st.lists(SECRETS, min_size=1, max_size=4))
def test_a_secret_comes_back_whole_and_nothing_of_those_before_it_is_left(values: list[str]) -> None:
    entries = Entries()
    for value in values:
        entries.write(value)
        assert entries.read() == value
        assert part_count(entries.held["refresh"]) == len(entries.held) == max(1, -(-len(value) // PART))
    delete("refresh", entries.get, entries.drop)
    assert (entries.read(), entries.held) == (None, {})
    delete("refresh", entries.get, entries.drop)


@given(st.lists(st.tuples(SECRETS, st.integers(0, 9)), min_size=1, max_size=4), SECRETS)
def test_killed_at_any_moment_the_old_or_the_new_one_is_whole(
    kills: list[tuple[str, int]], last: str
) -> None:
    entries, kept = Entries(), None
    for value, changes in kills:
        entries.changes_left = changes
        try:
            entries.write(value)
        except Killed:
            assert entries.read() in (kept, value)
        kept = entries.read()
    entries.changes_left = None
    entries.write(last)
    assert entries.read() == last
    assert len(entries.held) == len(split(last)), "what was left behind is tidied up"


@given(SECRETS.filter(lambda value: len(value) > PART), st.data())
def test_a_missing_part_makes_it_no_secret(value: str, data: st.DataObject) -> None:
    entries = Entries()
    entries.write(value)
    del entries.held[data.draw(st.sampled_from(sorted(entries.held)))]
    assert entries.read() is None


@given(st.text())
def test_what_is_no_part_is_no_secret(content: str) -> None:
    assert Entries({"refresh": content}).read() is None or content.startswith("1/1 ")
