"""What PubNub's memory promises, whatever the pattern of asking and saying."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rcdesk.sandbox.push_channels import KEPT, KEPT_FOR, Channels, Message

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("say"), st.sampled_from(["a", "b", "other"])),
        st.tuples(st.just("poll"), st.just("")),
        st.tuples(st.just("wait"), st.floats(min_value=0, max_value=60)),
    ),
    max_size=120,
)


class Time:
    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


def make(*names: str) -> tuple[Channels, Time]:
    time = Time()
    channels = Channels(time)
    for name in names:
        channels.open(name)
    return channels, time


class Poller:
    """A client that asks with the timetoken it was given last."""

    def __init__(self, channels: Channels, *names: str) -> None:
        self._channels = channels
        self._names = names
        self._timetoken = channels.now()
        self.heard: list[Message] = []

    def poll(self) -> None:
        found = self._channels.after(self._names, self._timetoken)
        self._timetoken = found[-1].timetoken if found else self._channels.now()
        self.heard += found


@given(STEPS)
def test_every_message_is_heard_once_and_in_order(steps: list[tuple[str, object]]) -> None:
    channels, time = make("a", "b", "other")
    pollers = [Poller(channels, "a", "b"), Poller(channels, "a")]
    said: list[tuple[str, int]] = []
    for number, (step, what) in enumerate(steps):
        if step == "say":
            channels.publish(str(what), number)
            said.append((str(what), number))
        elif step == "poll":
            pollers[number % 2].poll()
        elif isinstance(what, float):
            time.now += what / 100
    for poller in pollers:
        poller.poll()
    both, one = ([(message.channel, message.payload) for message in poller.heard] for poller in pollers)
    assert both == [each for each in said if each[0] in "ab"]
    assert one == [each for each in said if each[0] == "a"]


@given(STEPS)
def test_timetokens_have_17_digits_and_never_repeat(steps: list[tuple[str, object]]) -> None:
    channels, time = make("a", "b", "other")
    tokens = [channels.now()]
    for step, what in steps:
        if step == "say":
            channels.publish(str(what), None)
            tokens.append(channels.after([str(what)], 0)[-1].timetoken)
        elif isinstance(what, float):
            time.now += what - 30  # a clock that is set back does not matter
            tokens.append(channels.now())
    assert tokens == sorted(set(tokens))
    assert {len(str(token)) for token in tokens} == {17}


def test_only_the_newest_hundred_messages_are_kept() -> None:
    channels, _ = make("a")
    before = channels.now()
    for number in range(KEPT + 1):
        channels.publish("a", number)
    assert [one.payload for one in channels.after(["a"], before)] == list(range(1, KEPT + 1))


def test_messages_are_kept_for_twenty_minutes() -> None:
    channels, time = make("a")
    before = channels.now()
    channels.publish("a", "old")
    time.now += KEPT_FOR - 1
    channels.publish("a", "new")
    assert [one.payload for one in channels.after(["a"], before)] == ["old", "new"]
    time.now += 2
    assert [one.payload for one in channels.after(["a"], before)] == ["new"]


def test_nothing_is_heard_on_a_channel_that_was_never_opened_or_is_closed() -> None:
    channels, _ = make("a")
    before = channels.now()
    channels.publish("b", 1)
    channels.publish("a", 2)
    channels.close("a")
    channels.publish("a", 3)
    assert channels.after(["a", "b"], before) == []


def test_only_who_listens_to_the_channel_is_woken() -> None:
    channels, _ = make("a", "b")
    woken: list[str] = []
    with (
        channels.listening(["a"], lambda: woken.append("a")),
        channels.listening(["b"], lambda: woken.append("b")),
    ):
        channels.publish("b", 1)
        assert channels.waiting == 2
    channels.publish("a", 2)
    assert (woken, channels.waiting) == (["b"], 0)
