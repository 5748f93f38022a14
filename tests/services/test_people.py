from __future__ import annotations

import logging

import pytest

from rcdesk.core.people import Person, Source, Who
from tests.helpers.wait import until
from tests.services.world import World

ANN = "+13025550101"


def person(name: str, source: Source, *numbers: str, detail: str = "") -> Person:
    return Person(name, numbers or (ANN,), source, detail)


def test_the_more_trusted_source_names_a_number_whatever_the_order(me: World) -> None:
    contact, colleague = person("Annie", Source.CONTACT), person("Ann Lee", Source.DIRECTORY)
    for learned in ([contact, colleague], [colleague, contact]):
        me.people.learn(learned)
        assert me.people.name(ANN) == "Annie"


def test_what_is_learned_later_corrects_what_was_known_from_the_same_source(me: World) -> None:
    me.people.learn([person("Ann Lee", Source.CONTACT)])
    me.people.learn([person("Ann Poe", Source.CONTACT)])
    assert me.people.name(ANN) == "Ann Poe"


def test_a_contact_then_the_network_then_the_region_then_nothing(me: World) -> None:
    me.people.learn([person("Annie", Source.CONTACT, detail="Acme")])
    shown = "+1 302 555 0101"
    assert me.people.who(ANN, "ANN LEE", "Dover, DE") == Who("Annie", shown, "Dover, DE", Source.CONTACT)
    assert me.people.who(ANN, "ANN LEE") == Who("Annie", shown, "Acme", Source.CONTACT)
    other, written = "+13025550102", "+1 302 555 0102"
    assert me.people.who(other, "BOB", "Dover, DE") == Who("BOB", written, "Dover, DE", Source.PLATFORM)
    assert me.people.who(other, "", "Dover, DE") == Who(written, written, "Dover, DE", Source.REGION)
    assert me.people.who(other) == Who(written, written, "Delaware", Source.REGION)
    assert me.people.who(other.lstrip("+")).detail == "Delaware", "the platform writes it with + or without"
    nowhere, written = "+18005550182", "+1 800 555 0182"
    assert me.people.who(nowhere) == Who(written, written, "", Source.NONE)
    assert me.people.who("") == Who("Number withheld", "", "", Source.NONE)
    assert me.people.who("", "", "Dover, DE").title == "Number withheld"


@pytest.mark.parametrize("written", ["302-555-0101", "13025550101", "+1 (302) 555-0101"])
def test_a_number_is_found_however_it_is_written(me: World, written: str) -> None:
    me.people.learn([person("Annie", Source.CONTACT, written)])
    assert me.people.name(ANN) == "Annie"
    assert me.people.name("13025550101") == "Annie"


def test_nobody_is_behind_no_number(me: World) -> None:
    me.people.learn([person("Nobody", Source.CONTACT, "")])
    assert me.people.name("") == ""
    assert me.people.name("anonymous") == ""


async def test_signed_in_contacts_and_colleagues_are_known(me: World) -> None:
    told: list[None] = []
    me.people.changed.subscribe(told.append)
    await me.signed_in()
    await until(lambda: me.people.name("118") and me.people._loading._tasks == set())
    assert me.people.who("118").source is Source.DIRECTORY
    assert any(it.source is Source.CONTACT for it in me.people._by_number.values())
    assert told


async def test_names_stay_when_the_session_ends_and_go_when_somebody_else_signs_in(me: World) -> None:
    platform = await me.signed_in()
    await until(lambda: me.people.name("118"))
    me.session.sign_out()
    assert me.people.name("118")
    await me.sandbox.fault("http-status", path="*/directory/entries", status=403)
    await me.signed_in()
    assert me.people.name("118")
    told: list[str] = []
    me.people.changed.subscribe(lambda _none: told.append(me.people.name("118")))
    object.__setattr__(platform.account, "account_id", "999")
    me.session.platform.publish(platform)
    assert told == [""], "what shows names is painted again"


async def test_what_the_app_may_not_read_is_left_out_with_a_line_in_the_log(
    me: World, caplog: pytest.LogCaptureFixture
) -> None:
    await me.sandbox.fault("http-status", path="*/address-book/contact", status=403)
    with caplog.at_level(logging.INFO, "rcdesk.services"):
        await me.signed_in()
        await until(lambda: me.people.name("118") and me.people._loading._tasks == set())
    assert len([it for it in caplog.messages if it.startswith("people left out")]) == 1
    assert me.problems == []


async def test_a_server_away_is_asked_again(me: World) -> None:
    await me.sandbox.fault("http-status", path="*/directory/entries", status=503, count=4)
    await me.signed_in()
    await until(lambda: me.people.name("118"))
    assert me.problems == []


async def test_the_region_is_that_of_the_account_also_after_the_session(me: World) -> None:
    assert me.people.region == "US"
    platform = await me.signed_in()
    object.__setattr__(platform.account, "region", "NO")
    assert me.people.region == "NO"
    me.session.sign_out()
    assert me.people.region == "NO"
