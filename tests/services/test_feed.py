from __future__ import annotations

from rcdesk.services.feed import Feed, Latest


def test_listeners_hear_in_the_order_in_which_they_came() -> None:
    heard: list[str] = []
    feed: Feed[str] = Feed()
    feed.subscribe(lambda news: heard.append(f"first {news}"))
    feed.subscribe(lambda news: heard.append(f"second {news}"))
    feed.publish("call")
    assert heard == ["first call", "second call"]


def test_leaving_twice_is_the_same_as_leaving_once() -> None:
    heard: list[str] = []
    feed: Feed[str] = Feed()
    leave = feed.subscribe(heard.append)
    leave()
    leave()
    feed.publish("call")
    assert heard == []


def test_a_listener_that_leaves_while_news_is_told_hears_no_more() -> None:
    heard: list[str] = []
    feed: Feed[str] = Feed()
    feed.subscribe(lambda _: leave_second())
    leave_second = feed.subscribe(heard.append)
    feed.publish("call")
    assert heard == []


def test_one_that_comes_while_news_is_told_waits_for_the_next() -> None:
    heard: list[str] = []
    feed: Feed[str] = Feed()
    leave = feed.subscribe(lambda _: (feed.subscribe(heard.append), leave()))
    feed.publish("one")
    assert heard == []
    feed.publish("two")
    assert heard == ["two"]


def test_a_follower_learns_how_things_stand_first() -> None:
    heard: list[int] = []
    missed = Latest(3)
    undo = missed.follow(heard.append)
    missed.publish(4)
    undo()
    missed.publish(5)
    assert heard == [3, 4]
    assert missed.value == 5
