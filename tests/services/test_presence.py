from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from rcdesk.core.account import Availability, DndStatus, Presence, UserStatus
from rcdesk.core.errors import Kind
from tests.helpers.wait import until
from tests.services.world import World


async def shown(me: World) -> dict[str, Any]:
    truth: dict[str, Any] = (await me.sandbox.state())["presence"]
    return truth


async def chosen(me: World, wish: Availability) -> None:
    me.presence.choose(wish)
    await until(lambda: me.presence.presence.value.availability is wish)


@pytest.mark.parametrize(
    ("wish", "user", "dnd"),
    [
        (Availability.BUSY, "Busy", "TakeAllCalls"),
        (Availability.INVISIBLE, "Offline", "TakeAllCalls"),
        (Availability.DO_NOT_DISTURB, "Available", "DoNotAcceptAnyCalls"),
    ],
)
async def test_what_the_user_chooses_is_what_others_see(
    me: World, wish: Availability, user: str, dnd: str
) -> None:
    await me.signed_in()
    await me.live()
    await chosen(me, wish)
    truth = await shown(me)
    assert (truth["user_status"], truth["dnd_status"]) == (user, dnd)
    await chosen(me, Availability.AVAILABLE)
    assert (await shown(me))["dnd_status"] == "TakeAllCalls"


async def test_leaving_do_not_disturb_restores_the_choice_about_the_queue(me: World) -> None:
    platform = await me.signed_in()
    await me.live()
    me.presence.take(await platform.api.set_presence(Presence(dnd_status=DndStatus.NO_QUEUE_CALLS)))
    await chosen(me, Availability.DO_NOT_DISTURB)
    await chosen(me, Availability.AVAILABLE)
    assert (await shown(me))["dnd_status"] == "DoNotAcceptDepartmentCalls"


async def test_a_choice_that_is_not_known_is_not_restored_but_the_one_before_it(me: World) -> None:
    await me.signed_in()
    await me.live()
    me.presence.take(Presence(dnd_status=DndStatus.NO_QUEUE_CALLS))
    me.presence.take(Presence(dnd_status=DndStatus.UNKNOWN))
    await chosen(me, Availability.DO_NOT_DISTURB)
    await chosen(me, Availability.AVAILABLE)
    assert (await shown(me))["dnd_status"] == "DoNotAcceptDepartmentCalls"


async def test_a_change_made_elsewhere_comes_by_push(me: World) -> None:
    platform = await me.signed_in()
    await me.live()
    await platform.api.set_presence(Presence(user_status=UserStatus.BUSY))
    await until(lambda: me.presence.presence.value.availability is Availability.BUSY)


async def test_a_refusal_is_told_and_nothing_is_shown_that_the_platform_has_not_said(me: World) -> None:
    await me.signed_in()
    await me.live()
    await me.sandbox.fault("http-status", path="*/presence", status=403, method="PUT")
    before = me.presence.presence.value
    me.presence.choose(Availability.BUSY)
    await until(lambda: me.problems)
    assert me.problems[0].title == "Your presence was not changed."
    assert me.problems[0].kind is Kind.FORBIDDEN
    assert me.presence.presence.value == before


async def test_nobody_is_shown_with_the_presence_of_somebody_else(me: World) -> None:
    platform = await me.signed_in()
    me.presence.take(Presence(user_status=UserStatus.BUSY, message="Lunch"))
    me.session.platform.publish(None)
    me.session.platform.publish(platform)
    assert me.presence.presence.value.message == "Lunch", "who signs in again is the same"
    object.__setattr__(platform.account, "account_id", "999")
    me.session.platform.publish(platform)
    assert me.presence.presence.value == Presence()


async def test_signed_out_nothing_can_be_chosen(me: World) -> None:
    me.presence.choose(Availability.BUSY)
    assert not me.nursery._tasks


async def test_somebody_else_is_not_shown_with_the_presence_of_who_was_there_before(me: World) -> None:
    platform = await me.signed_in()
    me.presence.take(Presence(UserStatus.BUSY))
    me.session.platform.publish(platform)
    assert me.presence.presence.value.user_status is UserStatus.BUSY
    me.session.platform.publish(replace(platform, account=replace(platform.account, extension_id="999")))
    assert me.presence.presence.value == Presence()


async def test_a_wish_under_way_ends_with_the_session(me: World) -> None:
    await me.signed_in()
    await me.live()
    await me.sandbox.fault("latency", path="*/presence", method="PUT", seconds=1)
    me.presence.choose(Availability.BUSY)
    me.session.sign_out()
    await until(lambda: not me.nursery._tasks)
    assert me.problems == []


def test_what_is_not_mentioned_stays(me: World) -> None:
    told: list[Presence] = []
    me.presence.presence.subscribe(told.append)
    me.presence.take(Presence(user_status=UserStatus.BUSY, message="Lunch"))
    me.presence.take(Presence(user_status=UserStatus.AVAILABLE))
    me.presence.take(Presence(user_status=UserStatus.AVAILABLE))
    assert told[-1] == Presence(UserStatus.AVAILABLE, None, "Lunch")
    assert len(told) == 2
